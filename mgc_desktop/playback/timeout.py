"""Calls into the system's sound service, which may never come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from mgc_desktop.errors import PlaybackError

T = TypeVar("T")

TIMEOUT: Final = 4.0  # seconds; a service that has not answered after so long will not


def within_timeout(work: Callable[[], T]) -> T:
    """What `work` returns or raises; PlaybackError when that takes too long.

    `work` runs in a thread of its own, which is left behind in the latter case.
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
