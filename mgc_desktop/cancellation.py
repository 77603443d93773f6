"""Cooperative cancellation: the one who starts a job keeps the token, the job looks at it."""

from __future__ import annotations

import threading


class Cancelled(Exception):  # noqa: N818 - a control-flow signal, not an error
    """Raised inside a job whose token was cancelled."""


class CancelToken:
    """A flag that is set once, from any thread."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop; safe to call more than once."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the job was asked to stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, timeout: float) -> bool:
        """Sleep up to `timeout` seconds; True as soon as the token is cancelled."""
        return self._event.wait(timeout)
