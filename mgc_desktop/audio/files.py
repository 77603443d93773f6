"""Finding the music in files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

# Endings by which a file in a folder counts as music. A file that is named explicitly is always tried.
AUDIO_SUFFIXES: Final[frozenset[str]] = frozenset(
    f".{ending}"
    for ending in (
        *(
            "aac",
            "ac3",
            "aif",
            "aifc",
            "aiff",
            "amr",
            "ape",
            "au",
            "caf",
            "dff",
            "dsf",
            "dts",
            "flac",
            "m4a",
            "m4b",
        ),
        *(
            "mka",
            "mp1",
            "mp2",
            "mp3",
            "mp4a",
            "mpc",
            "mpga",
            "oga",
            "ogg",
            "opus",
            "ra",
            "snd",
            "spx",
            "tak",
            "tta",
        ),
        *("w64", "wav", "wave", "weba", "wma", "wv"),
    )
)

OnError = Callable[[Path, OSError], None]


def is_audio(path: Path) -> bool:
    """Whether the name looks like music: a known ending in any case, not hidden (macOS leaves `._x.mp3`)."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def find_audio(paths: Iterable[str | os.PathLike[str]], on_error: OnError | None = None) -> Iterator[Path]:
    """The files of `paths` as they are, and the music in its folders and theirs, sorted by name, one at a time.

    Files that are named are given whatever their ending is, even if they do not exist. Hidden files and folders
    are left out, links are followed but no folder is walked twice. Unreadable folders go to `on_error`.
    """
    seen: set[tuple[int, int]] = set()
    for path in map(Path, paths):
        if _is_folder(path):
            yield from _walk(path, on_error, seen)
        else:
            yield path


def _is_folder(path: Path) -> bool:
    """What may not even be looked at is treated as a file: opening it tells the user why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _walk(folder: Path, on_error: OnError | None, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """A stack instead of recursion: folders may be nested more deeply than Python's calls may be."""
    unfinished = [iter(_entries(folder, on_error, seen))]
    while unfinished:
        entry = next(unfinished[-1], None)
        if entry is None:
            unfinished.pop()
        elif _is_folder(entry):
            unfinished.append(iter(_entries(entry, on_error, seen)))
        elif is_audio(entry):
            yield entry


def _entries(folder: Path, on_error: OnError | None, seen: set[tuple[int, int]]) -> list[Path]:
    """What is not hidden in a folder, sorted by name; nothing if it was seen before or cannot be read."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return []
        seen.add((status.st_dev, status.st_ino))
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.name.casefold(), entry.name))
    except OSError as error:
        if on_error is not None:
            on_error(folder, error)
        return []
    return [entry for entry in entries if not entry.name.startswith(".")]
