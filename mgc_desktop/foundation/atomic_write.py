"""Writing a file whole or not at all: a reader sees the earlier content or the new one, never a part of it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from enum import Enum
from pathlib import Path


class Durability(Enum):
    """What is left after a power cut; after a kill of the program alone, both leave a whole file."""

    SYNCED = "synced"
    """The content is on the disk before it takes the file's place: for what cannot be made again."""

    BUFFERED = "buffered"
    """The file may be empty after a power cut: for what can be made again, such as a cache. Much faster."""


def atomic_write(
    path: Path,
    data: bytes | str,
    *,
    durability: Durability = Durability.SYNCED,
    private: bool = False,
    unfinished_name: str | None = None,
) -> None:
    """Replace the content of `path`; a text is written as UTF-8 with the line ends it has.

    A link is followed. A device or a pipe, such as /dev/stdout, is written to directly. The other arguments are those
    of `replacing`. Raises OSError.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    with replacing(path, durability=durability, private=private, unfinished_name=unfinished_name) as unfinished:
        unfinished.write_bytes(content)


@contextlib.contextmanager
def replacing(
    path: Path,
    *,
    durability: Durability = Durability.SYNCED,
    private: bool = False,
    unfinished_name: str | None = None,
) -> Iterator[Path]:
    """Give an empty file in the folder of `path` to write to; it takes the place of `path` at the end.

    After an exception the unfinished file is removed, and `path` is as it was. A link is followed; a file that is
    replaced keeps its permissions. `private`: a new file can be read by the user alone. `unfinished_name`: a fixed name
    instead of a random one, so that what a kill leaves behind is used again and does not add up; only for large files
    whose writers exclude each other. Raises OSError.
    """
    if path.is_symlink():
        path = path.resolve()
    unfinished = path.with_name(unfinished_name or f".mgc-{os.urandom(6).hex()}.part")
    if unfinished_name is not None:
        unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    os.close(os.open(unfinished, flags, 0o600 if private else 0o666))
    try:
        yield unfinished
        if durability is Durability.SYNCED:
            _sync(unfinished)
        if path.exists():
            with contextlib.suppress(OSError):
                unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
