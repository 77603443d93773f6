"""The sound of a file as one channel at a wanted rate: the whole of it, or a stretch."""

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

_MARGIN: Final = 0.1  # seconds; the resampler looks less far to either side


def read_mono(
    path: str | os.PathLike[str], sr: int, start: float = 0.0, end: float | None = None
) -> Iterator[FloatArray]:
    """The sound from `start` to `end` seconds, one channel at `sr` Hz, block by block. Raises DecodeError."""
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
    """Samples `start` to `stop` of the whole song's sound at `sr` Hz, without decoding all of it; `start` from 0 on.

    Fewer, or none, where the song ends before. Raises DecodeError.
    """
    native = probe(path).sr
    unit = sr // gcd(sr, native)  # only every so many samples do both rates have one at the same time
    margin = round(_MARGIN * sr)
    first = max(0, start - margin) // unit * unit
    y = np.concatenate(list(read_mono(path, sr, first / sr, (stop + margin) / sr)))
    return y[start - first : stop - first]
