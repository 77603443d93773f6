"""The lock of a library's database: one program at a time creates, migrates, sets aside or logs a decision."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError

BUSY_SECONDS: Final = 10.0  # that SQLite waits for another writer
AT_ONCE_SECONDS: Final = 0.05  # that the GUI thread waits
TRIES: Final = 6  # attempts of so long before a transaction gives up
IN_USE: Final = "Another program is using the library. Close it and try again."
_POLL: Final = 0.02  # seconds between two tries to get the lock


class LibraryError(MgcError):
    """The library's database cannot be used."""

    title = "The library cannot be opened"


class LibraryBusyError(LibraryError):
    """Another program is using the database now."""


@contextmanager
def opening(path: Path, *, seconds: float = BUSY_SECONDS * TRIES) -> Iterator[None]:
    """Hold the lock of the database at `path`; waits for others, at most `seconds`.

    Raises `LibraryBusyError` after that, and OSError for its folder.
    """
    lock = FileLock(path.with_name(path.name + ".opening"))
    end = time.monotonic() + seconds
    while True:
        try:
            lock.acquire()
            break
        except LockTakenError as error:
            if time.monotonic() > end:
                raise LibraryBusyError(IN_USE, path=path) from error
            time.sleep(_POLL)
    try:
        yield
    finally:
        lock.release()


def identity_of(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, to notice that it was replaced; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
