"""What marking songs brings, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mgc_desktop.inference.user_heads import LabelledSong


@dataclass(frozen=True, slots=True, eq=False)
class LabelUndo:
    """How to take a marking back: the marks as they were, and the songs that had none.

    `said`: what the user had said of each sound before, by checksum, None where that was nothing.
    `waiting`: the labels that waited for the analysis of each song before, by its id, None where none did.
    """

    head: str
    before: tuple[LabelledSong, ...]
    none: tuple[str, ...]
    said: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    waiting: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def songs(self) -> tuple[str, ...]:
        """The checksums of all of them."""
        return tuple(dict.fromkeys((*self.none, *(example.checksum for example in self.before), *self.said)))


@dataclass(frozen=True, slots=True, eq=False)
class LabelChange:
    """What came of marking: `undo` takes it back, None where nothing was marked; songs to be listened to first."""

    undo: LabelUndo | None
    not_analysed: tuple[int, ...] = ()
