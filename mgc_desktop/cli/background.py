"""A command that runs for another program: it gives way to all others, and ends when that program does."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mgc_desktop.foundation.priority import lower_priority

_AGAIN: Final = 3.0  # seconds


@contextmanager
def in_background() -> Iterator[None]:
    """Run at low priority, and as if by Ctrl-C when standard input ends.

    Whoever started this process holds the other end of the pipe: to close it is a request to end that works alike on
    all systems, and it closes by itself when the holder crashes.
    """
    lower_priority()
    threading.Thread(target=_wait_for_the_end, name="until-input-ends", daemon=True).start()
    yield


def _wait_for_the_end() -> None:
    while os.read(0, 1024):
        pass
    while True:  # once more where it was lost, as in a destructor, from which no exception comes out
        if sys.platform == "win32":
            _thread.interrupt_main()
        else:  # a real signal also wakes a main thread that waits
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_AGAIN)
