"""One song of the library, as a row of the table shows it: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """Where a song stands. The order is the order of sorting: what wants attention first."""

    FAILED = "failed"  # could not be decoded; `error` says why
    DIFFERS = "differs"  # the genre in the file is another one than the heard one
    TO_WRITE = "to write"  # the file has no genre, one was heard
    UNSURE = "unsure"  # listened to, no verdict
    LISTENING = "listening"  # being listened to now
    WAITING = "waiting"  # asked for, not yet begun
    NEW = "new"  # never listened to
    STALE = "stale"  # listened to by another model or version
    AGREES = "agrees"  # the heard genre is in the file
    WRITTEN = "written"  # the genre was written by this program


@dataclass(frozen=True, slots=True)
class FileTags:
    """What the scanner reads from a file: size in bytes, mtime in ns, duration in seconds, None where unknown."""

    path: Path
    size: int
    mtime_ns: int
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    duration: float | None = None
    genres: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Song:
    """A row: the file, its tags, and what was heard in it.

    `model`: `name@version` that the verdict is of. `confidence` 0..1. `checksum`: of the audio alone, so that it
    outlives tag changes and moves; None until the song was listened to.
    """

    id: int
    path: Path
    size: int
    mtime_ns: int
    title: str | None
    artist: str | None
    album: str | None
    year: int | None
    duration: float | None
    genres: tuple[str, ...]
    checksum: str | None
    predicted: str | None
    confidence: float | None
    model: str | None
    state: State
    error: str | None

    @property
    def file_tags(self) -> FileTags:
        """What the scanner knows of it."""
        return FileTags(
            self.path, self.size, self.mtime_ns, self.title, self.artist, self.album, self.year, self.duration,
            self.genres, self.error,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The title, or the file's name where it has none."""
        return self.title or self.path.stem
