"""Ctrl-C: who hears it, and when."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from mgc_desktop.cancellation import CancelToken


@contextmanager
def cancelled_by_interrupt(*, second_raises: bool = False) -> Iterator[CancelToken]:
    """A token that Ctrl-C cancels, instead of breaking off whatever is under way: the file at hand is finished.

    `second_raises`: Ctrl-C pressed again raises KeyboardInterrupt, for whoever does not want to wait.
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
