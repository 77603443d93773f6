"""Cooperative cancellation: the caller of a job keeps the token, and the job checks it regularly."""

from __future__ import annotations

import threading


class Cancelled(Exception):  # noqa: N818 - a control-flow signal, not an error
    """Raised inside a job whose token was cancelled."""


class CancelToken:
    """A flag that is set once; thread-safe."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop; may be called more than once."""
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
        """Sleep up to `timeout` seconds; returns True as soon as the token is cancelled."""
        return self._event.wait(timeout)
