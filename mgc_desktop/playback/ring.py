"""A ring buffer of sound between two threads that never wait for each other."""

from __future__ import annotations

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray


class RingBuffer:
    """Frames of float32, `(n, channels)`, from one producing thread to one consuming thread.

    There are no locks: `written` is changed by the producer alone, `read` by the consumer alone, both only grow, and
    each is stored after the samples it speaks of were copied. Memory is taken once, at the start.
    """

    __slots__ = ("_data", "_size", "read", "written")

    def __init__(self, frames: int, channels: int = 2) -> None:
        self._data = np.zeros((frames, channels), np.float32)
        self._size = frames
        self.written = 0
        self.read = 0

    @property
    def readable(self) -> int:
        """Frames that `read_into` can give now."""
        return self.written - self.read

    @property
    def writable(self) -> int:
        """Frames that `write` can take now."""
        return self._size - self.readable

    def write(self, frames: FloatArray) -> int:
        """Take as many of `frames` `(n, channels)` as there is room for; how many that was."""
        count = min(len(frames), self.writable)
        start = self.written % self._size
        first = min(count, self._size - start)
        self._data[start : start + first] = frames[:first]
        self._data[: count - first] = frames[first:count]
        self.written += count
        return count

    def read_into(self, out: FloatArray) -> int:
        """Fill the beginning of `out` `(n, channels)` with what there is; how many frames that was."""
        count = min(len(out), self.readable)
        start = self.read % self._size
        first = min(count, self._size - start)
        out[:first] = self._data[start : start + first]
        out[first:count] = self._data[: count - first]
        self.read += count
        return count
