"""A lock-free ring buffer of audio between two threads."""

from __future__ import annotations

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray


class RingBuffer:
    """Frames of float32, `(n, channels)`, from one producing thread to one consuming thread.

    There are no locks: `written` is changed only by the producer, `read` only by the consumer, both only grow, and each
    is stored after the samples were copied. Memory is allocated once, at the start.
    """

    __slots__ = ("_data", "_size", "read", "written")

    def __init__(self, frames: int, channels: int = 2) -> None:
        self._data = np.zeros((frames, channels), np.float32)
        self._size = frames
        self.written = 0
        self.read = 0

    @property
    def readable(self) -> int:
        """Frames that `read_into` can return now."""
        return self.written - self.read

    @property
    def writable(self) -> int:
        """Frames that `write` can accept now."""
        return self._size - self.readable

    def write(self, frames: FloatArray) -> int:
        """Write as many of `frames` `(n, channels)` as there is space for; returns their number."""
        count = min(len(frames), self.writable)
        start = self.written % self._size
        first = min(count, self._size - start)
        self._data[start : start + first] = frames[:first]
        self._data[: count - first] = frames[first:count]
        self.written += count
        return count

    def read_into(self, out: FloatArray) -> int:
        """Fill the start of `out` `(n, channels)` with available frames; returns their number."""
        count = min(len(out), self.readable)
        start = self.read % self._size
        first = min(count, self._size - start)
        out[:first] = self._data[start : start + first]
        out[first:count] = self._data[: count - first]
        self.read += count
        return count
