"""Finds audio files in files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

# Suffixes by which a file in a folder counts as audio. A file that is named explicitly is always included.
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
    """Whether the name has a known audio suffix, in any case, and is not hidden (macOS leaves `._x.mp3`)."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def find_audio(paths: Iterable[str | os.PathLike[str]], on_error: OnError | None = None) -> Iterator[Path]:
    """The files in `paths`, and the audio files in its folders and their subfolders, sorted by name, one at a time.

    Files that are named are included whatever their suffix is, even if they do not exist. Hidden files and folders are
    left out, links are followed, and no folder is visited twice. Unreadable folders go to `on_error`.
    """
    visited: set[tuple[int, int]] = set()
    for path in map(Path, paths):
        if _is_folder(path):
            yield from _walk(path, on_error, visited)
        else:
            yield path


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; without permission to find out it counts as a file, and opening it reports the error."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _walk(folder: Path, on_error: OnError | None, visited: set[tuple[int, int]]) -> Iterator[Path]:
    """Iterative: folders may be nested more deeply than Python's recursion limit."""
    unfinished = [iter(_entries(folder, on_error, visited))]
    while unfinished:
        entry = next(unfinished[-1], None)
        if entry is None:
            unfinished.pop()
        elif _is_folder(entry):
            unfinished.append(iter(_entries(entry, on_error, visited)))
        elif is_audio(entry):
            yield entry


def _entries(folder: Path, on_error: OnError | None, visited: set[tuple[int, int]]) -> list[Path]:
    """The entries of a folder that are not hidden, by name; none if it was visited before or cannot be read."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in visited:
            return []
        visited.add((status.st_dev, status.st_ino))
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.name.casefold(), entry.name))
    except OSError as error:
        if on_error is not None:
            on_error(folder, error)
        return []
    return [entry for entry in entries if not entry.name.startswith(".")]
