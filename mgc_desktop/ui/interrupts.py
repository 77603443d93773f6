"""Ctrl+C in the terminal, and the system's request that the program end: both close the window."""

from __future__ import annotations

import signal
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

_POLL_MS: Final = 250


class Interrupts:
    """Closes a window on SIGINT and SIGTERM.

    A signal that comes before `close` was called with a window is remembered until then. Made on the main thread.
    """

    _NUMBERS: Final = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._asked = False
        self._window: QWidget | None = None
        self._timer: QTimer | None = None
        self._before = [signal.signal(number, self._on_signal) for number in self._NUMBERS]

    def close(self, window: QWidget) -> None:
        """Close this window on a signal, at once if one has come already."""
        self._window = window
        self._timer = QTimer(interval=_POLL_MS)
        self._timer.timeout.connect(_let_python_run)
        self._timer.start()
        if self._asked:
            self._close_soon()

    def stop(self) -> None:
        """The window is closed: signals are caught, but do nothing more."""
        self._window = None
        if self._timer is not None:
            self._timer.stop()

    def release(self) -> None:
        """Give the signals back to whoever handled them before."""
        for number, before in zip(self._NUMBERS, self._before, strict=True):
            signal.signal(number, before)

    def _on_signal(self, *_: object) -> None:
        self._asked = True
        self._close_soon()

    def _close_soon(self) -> None:
        # From the event loop, also when it has not begun yet.
        if self._window is not None:
            QTimer.singleShot(0, self._window.close)


def _let_python_run() -> None:
    """Python handles a signal only when it runs, which Qt's event loop alone does not let it do."""
