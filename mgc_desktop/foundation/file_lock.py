"""A lock between processes and threads that the system itself releases when its holder ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_held: set[Path] = set()  # by this process: the system's lock does not keep its own threads apart
_held_guard: Final = threading.Lock()
_TAKEN: Final = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}  # what the systems say of a lock that somebody has
_LOCKED_BYTE: Final = 1 << 20  # far behind the text, which others must be able to read, also on Windows
_LONGEST_HOLDER: Final = 200  # bytes


class LockTakenError(Exception):
    """Somebody holds the lock. `holder`: who, in words, or "" if it cannot be told; `within`: this very process."""

    def __init__(self, path: Path, holder: str, *, within: bool) -> None:
        super().__init__(f"{holder or 'another program'} holds {path}")
        self.path = path
        self.holder = holder
        self.within = within


class FileLock:
    """A context manager that holds the lock file `path`, and does not wait for it.

    Entering raises `LockTakenError` if it is taken, and OSError where the folder cannot be used. The file stays when
    the lock is released.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock; raises as entering does."""
        with _held_guard:
            # Asked first: to open and close the file here would release the other thread's lock.
            if self.path in _held:
                raise LockTakenError(self.path, f"another task of process {os.getpid()}", within=True)
            self._handle = self._take()
            _held.add(self.path)

    def release(self) -> None:
        """Give the lock up. Safe to call without holding it."""
        with _held_guard:
            if self._handle is not None:
                _held.discard(self.path)
                os.close(self._handle)
                self._handle = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _take(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
        except OSError as error:
            holder = _holder(handle)
            os.close(handle)
            if error.errno not in _TAKEN:
                raise
            raise LockTakenError(self.path, holder, within=False) from None
        with suppress(OSError):  # on a full disk nobody learns who holds it, but it is held
            os.lseek(handle, 0, os.SEEK_SET)
            os.ftruncate(handle, 0)
            os.write(handle, f"MGC Desktop, process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode())
        return handle


def _holder(handle: int) -> str:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, _LONGEST_HOLDER).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _lock(handle: int) -> None:
    """Lock one byte without waiting; OSError if somebody else has it."""
    if sys.platform == "win32":
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCKED_BYTE)
