"""Calls into the system's sound service with a time limit, since they may never return."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from mgc_desktop.errors import PlaybackError

T = TypeVar("T")

TIMEOUT: Final = 4.0  # seconds; a service that has not answered by then is assumed to hang


def within_timeout(work: Callable[[], T]) -> T:
    """Return or raise what `work` returns or raises; PlaybackError if it takes too long.

    `work` runs in a thread of its own, which is abandoned in the latter case.
    """
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="sound service", daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    if failures:
        raise failures[0]
    if not results:
        raise PlaybackError("The system's sound service does not answer. Restart it, or log out and in again.")
    return results[0]
