"""What marking songs brings, and how it is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from mgc_desktop.inference.heads import Lesson


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """How to take a marking back: the marks as they were, and the songs that had none."""

    head: str
    before: tuple[Lesson, ...]
    none: tuple[str, ...]

    @property
    def songs(self) -> tuple[str, ...]:
        """The checksums of all of them."""
        return (*self.none, *(lesson.checksum for lesson in self.before))


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """What came of marking: `undo` takes it back, None where nothing was marked; songs to be listened to first."""

    undo: Undo | None
    unheard: tuple[int, ...] = ()
