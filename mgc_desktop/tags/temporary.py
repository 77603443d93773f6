"""Temporary copies of a safe write: recognisable by name, and deleted after a crash."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

_PREFIX: Final = ".mgc-tmp-"
_NAME: Final = re.compile(re.escape(_PREFIX) + r"[0-9a-z-]{1,40}-[0-9a-f]{8}\Z")
_OLD: Final = 24 * 3600.0  # seconds; no write takes that long


def create(folder: Path, owner: str) -> Path:
    """Create an empty file in `folder` for the run `owner` (lower case letters, digits, hyphens); raises OSError.

    Its name is short, so that it is valid whatever the song's name is, hidden, and without a suffix, so that other
    programs do not take it for music.
    """
    path = folder / f"{_PREFIX}{owner}-{secrets.token_hex(4)}"
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
    os.close(handle)
    return path


def is_temporary(path: Path) -> bool:
    """Whether this is the name of a temporary copy."""
    return _NAME.match(path.name) is not None


def remove(path: Path) -> None:
    """Delete a temporary copy, if it is one and exists."""
    if is_temporary(path):
        with contextlib.suppress(OSError):
            path.unlink()


def sweep(folders: Iterable[Path], ended: Collection[str] = ()) -> list[Path]:
    """Delete the copies of crashed writers in the folders; returns the deleted paths.

    All copies of the runs `ended`; of unknown runs only those older than a day, since another machine may be writing.
    """
    swept = []
    for folder in folders:
        with contextlib.suppress(OSError):
            for entry in folder.iterdir():
                if is_temporary(entry) and _is_left_over(entry, ended):
                    entry.unlink()
                    swept.append(entry)
    return swept


def _is_left_over(path: Path, ended: Collection[str]) -> bool:
    owner = path.name.removeprefix(_PREFIX).rpartition("-")[0]
    return owner in ended or time.time() - path.lstat().st_mtime >= _OLD
