"""`CaptureStream`: sound that arrives by itself, taken block by block by whoever analyses it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

import numpy as np

from mgc_desktop.capture.source import Source
from mgc_desktop.errors import CaptureError
from mgc_desktop.foundation.arrays import FloatArray

QUEUE_SECONDS: Final = 20.0  # sound that may wait for an analysis that is held up
SILENT_DEVICE_SECONDS: Final = 8.0  # a device that has delivered nothing for so long is taken for gone


class CaptureStream:
    """The sound of one source from the moment it was opened; nothing of it is written to disk.

    A thread of the subclass calls `_deliver` and `_fail`; one other thread calls `read`. `sr`: Hz. `channels`: 1 or 2.
    `dropped_seconds`: sound that was lost because `read` was not called for too long.
    """

    def __init__(self, source: Source, sr: int, channels: int) -> None:
        self.source = source
        self.sr = sr
        self.channels = channels
        self.dropped_seconds = 0.0
        self._blocks: deque[FloatArray] = deque()
        self._waiting = 0  # frames in the blocks
        self._error: CaptureError | None = None
        self._changed = threading.Condition()

    def read(self, timeout: float) -> FloatArray | None:
        """All that has arrived since the last call, `(channels, n)`; None if nothing arrives within `timeout` seconds.

        Raises CaptureError once the source has gone; what arrived before that comes first.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._blocks or self._error is not None, timeout)
            if self._blocks:
                blocks = list(self._blocks)
                self._blocks.clear()
                self._waiting = 0
                return np.concatenate(blocks, axis=1)
            if self._error is not None:
                raise self._error
            return None

    def close(self) -> None:
        """End it. Safe to call more than once."""

    def _deliver(self, y: FloatArray) -> None:
        """The next `(channels, n)` samples; called by the thread that receives them."""
        with self._changed:
            self._blocks.append(y)
            self._waiting += y.shape[1]
            while self._waiting > QUEUE_SECONDS * self.sr and len(self._blocks) > 1:
                lost = self._blocks.popleft().shape[1]
                self._waiting -= lost
                self.dropped_seconds += lost / self.sr
            self._changed.notify_all()

    def _fail(self, error: CaptureError) -> None:
        """No more will come. The first error counts."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()
