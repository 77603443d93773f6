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


@contextmanager
def not_analysed_by_children() -> Iterator[None]:
    """Threads and processes that are started inside never see Ctrl-C: this process ends them in good order."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it would unblock the signal again when started later
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
