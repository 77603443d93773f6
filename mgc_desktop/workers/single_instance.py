"""One window for each user and data folder: a second start hands its files to the window that is there.

Who holds a lock in the data folder is the first; the system lets it go however that program ends. The first listens on
a local socket (a named pipe on Windows) whose address and key stand in a file beside the lock that only the user can
read, so that nobody else can take its place or send it anything. A file that a crash left behind leads nowhere, and
the next first program replaces it. Python's own sockets do this: Qt's network library, which the program does not
carry otherwise, would be needed for this alone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal, Slot

from mgc_desktop.foundation.atomic_write import Durability, atomic_write
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError

if TYPE_CHECKING:
    from multiprocessing.connection import Listener

_log = logging.getLogger(__name__)

_PREFIX: Final = "mgc-desktop-"
_LONGEST: Final = 100  # bytes of the name of a socket, which systems limit
_MOST: Final = 64 << 20  # bytes of one message; a hundred thousand names of files take a tenth of that
_WAIT: Final = 15.0  # seconds in which the first program must answer; it may just be starting
_TRY: Final = 3.0  # seconds of one try: it may have been closed meanwhile
_POLL: Final = 0.1  # seconds between two tries
_READ: Final = 5.0  # seconds in which a program that connected must say what it wants
_ENVIRONMENT: Final = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")  # let the first window come to the front


class Claim(Enum):
    """What became of a start."""

    FIRST = auto()  # go on, and show a window
    HANDED_OVER = auto()  # another window has the files now
    NO_ANSWER = auto()  # another program runs, but does not answer


class SingleInstance(QObject):
    """Made before the window. `claim` first; the first program calls `listen` when its window is there."""

    requested = Signal(list)  # Paths, none when only the window is wanted; on the thread of the receiver

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._address_file = folder / "window.address"
        self._lock = FileLock(folder / "window.lock")
        self._locked = False
        self._listener: Listener | None = None
        self._key = b""
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._answered: set[str] = set()

    def claim(self, paths: Sequence[Path], *, wait: float = _WAIT) -> Claim:
        """Become the first program, or hand these files over. Where the folder cannot be used, each start is the first:
        a window that warns is better than none."""
        end = time.monotonic() + wait
        message = _message(paths)
        while True:
            try:
                self._lock.acquire()
            except LockTakenError:
                pass
            except OSError as error:
                _log.warning("the data folder cannot be locked: %s", error)
                return Claim.FIRST
            else:
                self._locked = True
                return Claim.FIRST
            if _hand_over(self._address_file, message, min(_TRY, end - time.monotonic())):
                return Claim.HANDED_OVER
            if time.monotonic() > end:
                return Claim.NO_ANSWER
            time.sleep(_POLL)

    def listen(self) -> None:
        """Take requests of later starts. Where no socket can be made, they are told that nobody answers."""
        if not self._locked or self._listener is not None:
            return
        from multiprocessing.connection import Listener

        _remove_socket(self._address_file)
        self._key = os.urandom(32)
        try:
            self._listener = Listener(_new_address(self._folder), authkey=self._key)
            address = str(self._listener.address)
            described = json.dumps({"address": address, "key": self._key.hex()})
            atomic_write(self._address_file, described, durability=Durability.BUFFERED, private=True)
        except (OSError, ValueError) as error:
            _log.warning("later starts cannot be answered: %s", error)
            return
        self._thread = threading.Thread(target=self._serve, name="single-instance", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let another start be the first. Safe to call more than once."""
        self.stop()
        if self._locked:
            self._lock.release()
            self._locked = False

    @Slot()
    def stop(self) -> None:
        """Take no more requests: the window is closed. A later start waits until this program has ended."""
        self._stopping.set()
        if self._thread is not None and self._listener is not None:
            with contextlib.suppress(OSError, EOFError):
                _connect(str(self._listener.address), self._key).close()  # the thread waits for a connection
            self._thread.join(_READ)
            self._thread = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            _remove_socket(self._address_file)

    def _serve(self) -> None:
        listener = self._listener
        assert listener is not None
        while not self._stopping.is_set():
            try:
                with listener.accept() as connection:
                    if not self._stopping.is_set() and connection.poll(_READ):
                        self._take(connection.recv_bytes(_MOST))
                        connection.send_bytes(b"ok")
            except Exception as error:  # whatever a program that connects does, the next one is answered
                _log.info("a request was not understood: %s", error)
                self._stopping.wait(_POLL)

    def _take(self, message: bytes) -> None:
        values = json.loads(message)
        paths, number = [Path(name) for name in values["paths"]], str(values["number"])
        os.environ.update({name: str(values[name]) for name in _ENVIRONMENT if name in values})
        if number not in self._answered:  # sent again, because the answer did not come in time
            self._answered.add(number)
            self.requested.emit(paths)


def _message(paths: Sequence[Path]) -> bytes:
    values: dict[str, object] = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    names = [os.fsdecode(path.absolute()) for path in paths]
    return json.dumps({**values, "paths": names, "number": os.urandom(16).hex()}).encode("ascii")


def _hand_over(address_file: Path, message: bytes, seconds: float) -> bool:
    """Send files to the first program. It may hang, so this is done on a thread that nobody has to wait for."""
    answers: list[bytes] = []

    def send() -> None:
        with contextlib.suppress(Exception):  # it has just ended, or is not ready yet: tried again
            known = json.loads(address_file.read_text(encoding="ascii"))
            with _connect(known["address"], bytes.fromhex(known["key"])) as connection:
                connection.send_bytes(message)
                answers.append(connection.recv_bytes(16))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(max(_POLL, seconds))
    return answers == [b"ok"]


def _connect(address: str, key: bytes) -> Any:
    from multiprocessing.connection import Client

    return Client(address, authkey=key)


def _new_address(folder: Path) -> str:
    """A pipe, or a socket in the data folder; where that is too deep for a socket's name, in a folder of its own."""
    if sys.platform == "win32":
        return rf"\\.\pipe\{_PREFIX}{os.urandom(16).hex()}"
    address = folder / "window.socket"
    if len(os.fsencode(address)) > _LONGEST:
        address = Path(tempfile.mkdtemp(prefix=_PREFIX)) / "window.socket"
    address.unlink(missing_ok=True)
    return str(address)


def _remove_socket(address_file: Path) -> None:
    """Remove the file with the address, and the socket that a crash may have left."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        socket = Path(json.loads(address_file.read_text(encoding="ascii"))["address"])
        if socket.name == "window.socket":
            socket.unlink(missing_ok=True)
            if socket.parent.name.startswith(_PREFIX):
                socket.parent.rmdir()
    with contextlib.suppress(OSError):
        address_file.unlink(missing_ok=True)
