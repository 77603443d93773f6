"""Handles Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from mgc_desktop.cancellation import CancelToken


@contextmanager
def cancelled_by_interrupt(*, second_raises: bool = False) -> Iterator[CancelToken]:
    """A context with a token that Ctrl-C cancels, instead of interrupting at any point: the current file is finished.

    `second_raises`: a second Ctrl-C raises KeyboardInterrupt, for users who do not want to wait.
    """
    token = CancelToken()

    def on_interrupt(*_: object) -> None:
        if second_raises and token.cancelled:
            raise KeyboardInterrupt
        token.cancel()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)
