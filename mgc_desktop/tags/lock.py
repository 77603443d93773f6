"""One writer at a time: a lock that the system itself lets go when its holder ends, however it ends."""

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

from mgc_desktop.errors import TagError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_held: set[Path] = set()  # by this process: the system's lock does not keep its own threads apart
_held_guard: Final = threading.Lock()
_TAKEN: Final = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}  # what the systems say of a lock that somebody has
_LOCKED_BYTE: Final = 1 << 20  # far behind the text, which others must be able to read


class WriterLock:
    """A context manager that holds `path`; `TagError` names who holds it if it is taken."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._handle: int | None = None

    def __enter__(self) -> WriterLock:
        with _held_guard:
            # Asked first: to open and close the file here would set the other thread's lock free.
            if self._path in _held:
                raise TagError("another task of this program is writing tags; wait until it has finished")
            self._handle = self._take()
            _held.add(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _held_guard:
            _held.discard(self._path)
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _take(self) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise TagError(f"the journal's folder cannot be used ({error.strerror})", path=self._path.parent) from error
        try:
            _lock(handle)
        except OSError as error:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() if hasattr(os, "pread") else ""
            os.close(handle)
            if error.errno not in _TAKEN:
                raise TagError(f"the journal cannot be locked ({error.strerror})", path=self._path) from error
            who = holder or "another program"
            raise TagError(f"{who} is writing tags now; wait until it has finished, or close it") from None
        with suppress(OSError):  # on a full disk nobody learns who holds it, but it is held
            os.ftruncate(handle, 0)
            os.write(handle, f"MGC Desktop, process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode())
        return handle


def _lock(handle: int) -> None:
    """Lock one byte without waiting; OSError if somebody else has it."""
    if sys.platform == "win32":
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCKED_BYTE)
