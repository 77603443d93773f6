"""The audio of a file as one channel at any rate: all of it, or a part."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import gcd
from typing import Final

import numpy as np

from mgc_desktop.audio.decode import AudioReader, probe
from mgc_desktop.audio.frames import to_mono
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.foundation.arrays import FloatArray

_MARGIN: Final = 0.1  # seconds; more than the resampler's filter needs on either side


def read_mono(
    path: str | os.PathLike[str], sr: int, start: float = 0.0, end: float | None = None
) -> Iterator[FloatArray]:
    """The audio from `start` to `end` seconds, one channel at `sr` Hz, block by block. Raises DecodeError."""
    with AudioReader(path) as reader:
        if start > 0:
            reader.seek(start)
        native = reader.info.sr
        left = None if end is None else round((end - start) * native)
        resampler = StreamResampler(native, sr, 1)
        while (left is None or left > 0) and (block := reader.read()) is not None:
            if left is not None:
                block = block[:, :left]
                left -= block.shape[1]
            yield resampler.process(to_mono(block)[np.newaxis])[0]
        yield resampler.flush()[0]


def mono_stretch(path: str | os.PathLike[str], sr: int, start: int, stop: int) -> FloatArray:
    """Samples `start` to `stop` of the song's audio at `sr` Hz, without decoding all of it; `start` from 0 on.

    Fewer, or none, if the song ends earlier. Raises DecodeError.
    """
    native = probe(path).sr
    unit = sr // gcd(sr, native)  # samples of both rates coincide only every so many samples
    margin = round(_MARGIN * sr)
    first = max(0, start - margin) // unit * unit
    y = np.concatenate(list(read_mono(path, sr, first / sr, (stop + margin) / sr)))
    return y[start - first : stop - first]
