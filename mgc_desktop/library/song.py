"""One song of the library, as a row of its table: plain frozen data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

_MOST = (1 << 63) - 1


class State(StrEnum):
    """The state of a song, in the order of sorting: states that need attention come first."""

    FAILED = "failed"  # could not be decoded; `error` says why
    DIFFERS = "differs"  # the genre in the file differs from the predicted one
    TO_WRITE = "to write"  # the file has no genre, one was predicted
    UNSURE = "unsure"  # analysed, but the confidence is too low for a verdict
    NONE = "none of these"  # analysed, but the audio is like none of the genres
    ANALYSING = "listening"  # being analysed
    WAITING = "waiting"  # in the queue for analysis
    NEW = "new"  # not analysed
    STALE = "stale"  # analysed by another model or version
    AGREES = "agrees"  # the predicted genre is in the file
    WRITTEN = "written"  # the genre was written by this program


class Stamp(NamedTuple):
    """What shows that a file changed: size in bytes, times in ns; None where the system does not report it.

    `ctime_ns` is the time of the last change of contents or attributes, which programs cannot set. Where there is none
    (Windows), a changed `inode` shows that the file was replaced.
    """

    size: int
    mtime_ns: int
    inode: int | None = None
    ctime_ns: int | None = None

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file, from the result of `os.stat`."""
        inode = (status.st_ino & _MOST) or None  # SQLite's integers are signed
        return cls(status.st_size, status.st_mtime_ns, inode, None if os.name == "nt" else status.st_ctime_ns)

    def same_as(self, current: Stamp) -> bool:
        """Whether a file with the stamp `current` is unchanged; values that are None in one stamp are not compared."""
        if self[:2] != current[:2]:
            return False
        if self.ctime_ns is not None and current.ctime_ns is not None:
            return self.ctime_ns == current.ctime_ns
        return self.inode is None or current.inode is None or self.inode == current.inode


@dataclass(frozen=True, slots=True)
class FileTags:
    """The data that the scanner reads from a file: size in bytes, times in ns, duration in seconds, None if unknown.

    `audio`: the checksum of its audio, "" if it could not be read, None if it was not computed.
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
    """A song: the file, its tags, and its verdict.

    `model`: `name@version` of the verdict. `confidence` 0..1. `checksum`: of the audio alone, so that it survives tag
    changes and moves; None until the song is analysed. `by_user`: the genre in `predicted` was given by the user and
    overrides the model's. `words`: instruments, voices, moods and the like that the model heard; only lists that are
    exported have them.
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
    words: tuple[str, ...] = ()

    @property
    def file_tags(self) -> FileTags:
        """The song in the form that the scanner stores."""
        return FileTags(
            self.path, self.size, self.mtime_ns, self.title, self.artist, self.album, self.year, self.duration,
            self.genres, self.error,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The title, or the file's name without suffix if there is none."""
        return self.title or self.path.stem
