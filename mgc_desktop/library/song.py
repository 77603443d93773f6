"""One song of the library, as a row of the table shows it: plain frozen data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

_MOST = (1 << 63) - 1


class State(StrEnum):
    """Where a song stands. The order is the order of sorting: what wants attention first."""

    FAILED = "failed"  # could not be decoded; `error` says why
    DIFFERS = "differs"  # the genre in the file is another one than the heard one
    TO_WRITE = "to write"  # the file has no genre, one was heard
    UNSURE = "unsure"  # analysed, no verdict: several genres are about as probable
    NONE = "none of these"  # analysed, no verdict: like nothing that the genres stand for
    LISTENING = "listening"  # being listened to now
    WAITING = "waiting"  # asked for, not yet begun
    NEW = "new"  # never listened to
    STALE = "stale"  # listened to by another model or version
    AGREES = "agrees"  # the heard genre is in the file
    WRITTEN = "written"  # the genre was written by this program


class Stamp(NamedTuple):
    """By what a change of a file is noticed: size in bytes, times in ns; None where the system does not tell.

    `ctime_ns` is the time of the last change of contents or attributes, which no program can set; where there is none
    (Windows) the `inode` shows that another file has taken the name.
    """

    size: int
    mtime_ns: int
    inode: int | None = None
    ctime_ns: int | None = None

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file, from what `stat` says."""
        inode = (status.st_ino & _MOST) or None  # SQLite's integers have a sign
        return cls(status.st_size, status.st_mtime_ns, inode, None if os.name == "nt" else status.st_ctime_ns)

    def same_as(self, seen: Stamp) -> bool:
        """Whether a file that looks like `seen` now is as it was; what is not known does not count."""
        if self[:2] != seen[:2]:
            return False
        if self.ctime_ns is not None and seen.ctime_ns is not None:
            return self.ctime_ns == seen.ctime_ns
        return self.inode is None or seen.inode is None or self.inode == seen.inode


@dataclass(frozen=True, slots=True)
class FileTags:
    """What the scanner reads from a file: size in bytes, times in ns, duration in seconds, None where unknown.

    `audio`: the checksum of its sound where that was looked at, "" where it could not be read, None where not looked.
    """

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
    inode: int | None = None
    ctime_ns: int | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Song:
    """A row: the file, its tags, and what was heard in it.

    `model`: `name@version` that the verdict is of. `confidence` 0..1. `checksum`: of the audio alone, so that it
    outlives tag changes and moves; None until the song was listened to. `by_user`: the genre in `predicted` is what
    the user said, whatever a model says of it.
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
    by_user: bool = False

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
