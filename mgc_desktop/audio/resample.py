"""Changes the sampling rate of a stream block by block (soxr, HQ), without delay: sample 0 stays at time 0."""

from __future__ import annotations

import numpy as np
import soxr

from mgc_desktop.foundation.arrays import FloatArray


class StreamResampler:
    """Converts blocks of `(channels, n)` float32 at `sr_in` Hz to blocks of `(channels, m)` at `sr_out` Hz.

    `m` varies and may be 0, since the filter looks ahead; `flush` returns the rest. In total there are
    `n * sr_out / sr_in` output samples, rounded. With equal rates blocks are returned unchanged.
    """

    def __init__(self, sr_in: int, sr_out: int, channels: int) -> None:
        self._channels = channels
        self._stream = (
            soxr.ResampleStream(sr_in, sr_out, channels, dtype="float32", quality="HQ") if sr_in != sr_out else None
        )

    def process(self, y: FloatArray) -> FloatArray:
        """Convert the next block, `(channels, n)` to `(channels, m)`."""
        return y if self._stream is None else self._run(y, last=False)

    def flush(self) -> FloatArray:
        """The rest of the stream, `(channels, m)`. The resampler cannot be used afterwards."""
        empty = np.zeros((self._channels, 0), np.float32)
        return empty if self._stream is None else self._run(empty, last=True)

    def _run(self, y: FloatArray, *, last: bool) -> FloatArray:
        assert self._stream is not None
        if self._channels == 1:  # soxr needs mono without a channel axis
            mono: FloatArray = self._stream.resample_chunk(np.ascontiguousarray(y[0]), last=last)
            return mono[np.newaxis]
        interleaved: FloatArray = self._stream.resample_chunk(np.ascontiguousarray(y.T), last=last)
        return interleaved.T
