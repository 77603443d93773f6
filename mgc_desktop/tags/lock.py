"""One writer of tags at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mgc_desktop.errors import TagError
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path` of a journal. `TagError` says who writes, or why the folder cannot be used."""
    lock = FileLock(path)
    try:
        lock.acquire()
    except LockTakenError as error:
        if error.within:
            raise TagError("another task of this program is writing tags; wait until it has finished") from None
        who = error.holder or "another program"
        raise TagError(f"{who} is writing tags now; wait until it has finished, or close it") from None
    except OSError as error:
        raise TagError(f"the journal's folder cannot be used ({error.strerror})", path=path.parent) from error
    try:
        yield
    finally:
        lock.release()
