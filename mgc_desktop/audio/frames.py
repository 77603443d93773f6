"""From PyAV's frames to float32 samples: every sample format, planar or packed, any number of channels."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

# A decoded sample is 1.0 at full scale. Loud masters overshoot a little; a damaged MP3 gives values of 10,000s.
LOUDEST: Final = 16.0


def samples(frame: AudioFrame) -> FloatArray:
    """The frame as `(channels, samples)` float32, full scale at 1.0, not clipped."""
    y = frame.to_ndarray()  # planar: (channels, samples); packed: (1, samples * channels)
    if not frame.format.is_planar:
        y = y.reshape(-1, frame.layout.nb_channels).T
    if y.dtype.kind == "f":
        return np.asarray(y, np.float32)
    full_scale = 2.0 ** (8 * y.dtype.itemsize - 1)
    floats = y.astype(np.float64) / full_scale  # in double: 32-bit samples do not fit into float32
    return (floats - 1.0 if y.dtype.kind == "u" else floats).astype(np.float32)


def peak(y: FloatArray) -> float:
    """The greatest absolute value; NaN if there is one, which compares false with everything."""
    return float(np.maximum(y.max(initial=0.0), -y.min(initial=0.0)))


def sane(y: FloatArray) -> FloatArray:
    """Samples that can be played and analysed: NaN is 0, everything within [-1, 1]. Works in place."""
    y[np.isnan(y)] = 0.0
    return np.clip(y, -1.0, 1.0, out=y)


def with_channels(y: FloatArray, channels: int) -> FloatArray:
    """`(n, samples)` as `(channels, samples)`: the mean of all where the number differs."""
    if len(y) == channels:
        return y
    return np.repeat(to_mono(y)[np.newaxis], channels, axis=0)


def to_mono(y: FloatArray) -> FloatArray:
    """`(channels, samples)` to `(samples,)`: the mean of the channels."""
    if len(y) == 2:  # nearly all music; five times as fast as `mean`, and the same to the bit
        mono: FloatArray = (y[0] + y[1]) * np.float32(0.5)
    else:
        mono = y[0] if len(y) == 1 else y.mean(axis=0, dtype=np.float32)
    return mono


def to_stereo(y: FloatArray) -> FloatArray:
    """`(channels, samples)` to `(2, samples)` for two loudspeakers; mono goes to both sides.

    More channels are folded as ITU-R BS.775 says: centre and surrounds 3 dB lower, no low-frequency channel; the
    weights of a side sum to 1, so that nothing clips.
    """
    channels = len(y)
    if channels == 2:
        return y
    if channels == 1:
        return np.repeat(y, 2, axis=0)
    return _fold_weights(channels) @ y


_MINUS_3_DB = 0.5**0.5
_WEIGHTS = {  # of a loudspeaker's signal in (left, right)
    "L": (1.0, 0.0),
    "R": (0.0, 1.0),
    "l": (_MINUS_3_DB, 0.0),
    "r": (0.0, _MINUS_3_DB),
    "C": (_MINUS_3_DB, _MINUS_3_DB),
    "-": (0.0, 0.0),
}
# Front left and right, Centre, "-" low frequencies, surrounds l and r: FFmpeg's usual order for so many channels.
_LAYOUTS = {3: "LRC", 4: "LRlr", 5: "LRClr", 6: "LRC-lr", 7: "LRC-Clr", 8: "LRC-lrlr"}


@cache
def _fold_weights(channels: int) -> FloatArray:
    """`(2, channels)`; unusual numbers of channels alternate between left and right."""
    layout = _LAYOUTS.get(channels) or "LR" * (channels // 2) + "C" * (channels % 2)
    weights = np.array([_WEIGHTS[place] for place in layout], np.float32).T
    folded: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return folded
