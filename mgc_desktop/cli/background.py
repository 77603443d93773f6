"""For a command that another program starts: it runs at low priority, and ends when that program does."""

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
    """Run at low priority, and act as on Ctrl-C when standard input ends.

    The program that started this process holds the other end of the pipe. Closing it asks this process to end, on all
    systems alike, and it closes by itself if that program crashes.
    """
    lower_priority()
    threading.Thread(target=_wait_for_the_end, name="until-input-ends", daemon=True).start()
    yield


def _wait_for_the_end() -> None:
    while os.read(0, 1024):
        pass
    while True:  # again if it was lost, as in a destructor, which suppresses exceptions
        if sys.platform == "win32":
            _thread.interrupt_main()
        else:  # a real signal also interrupts a waiting main thread
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_AGAIN)
