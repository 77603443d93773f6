"""Ctrl-C: who hears it, and when."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from mgc_desktop.cancellation import CancelToken


@contextmanager
def cancelled_by_interrupt() -> Iterator[CancelToken]:
    """A token that Ctrl-C cancels, instead of breaking off whatever is under way: the file at hand is finished."""
    token = CancelToken()
    before = signal.signal(signal.SIGINT, lambda number, frame: token.cancel())
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)
