"""What marking songs brings, and how it is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from mgc_desktop.inference.user_heads import LabelledSong


@dataclass(frozen=True, slots=True, eq=False)
class LabelUndo:
    """How to take a marking back: the marks as they were, and the songs that had none."""

    head: str
    before: tuple[LabelledSong, ...]
    none: tuple[str, ...]

    @property
    def songs(self) -> tuple[str, ...]:
        """The checksums of all of them."""
        return (*self.none, *(example.checksum for example in self.before))


@dataclass(frozen=True, slots=True, eq=False)
class LabelChange:
    """What came of marking: `undo` takes it back, None where nothing was marked; songs to be listened to first."""

    undo: LabelUndo | None
    not_analysed: tuple[int, ...] = ()
