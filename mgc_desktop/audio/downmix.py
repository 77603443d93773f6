"""Downmix of any number of channels to stereo, by the loudspeaker positions in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray

_MINUS_3_DB = 0.5**0.5
_FRONT = frozenset({"FL", "FR", "FLC", "FRC", "WL", "WR", "DL", "DR"})
_LOW = frozenset({"LFE", "LFE2"})
_LOW_LEVEL = 0.5  # 6 dB lower
# FFmpeg's default layouts, for files with a number of channels but no positions.
_USUAL = {
    1: "FC",
    2: "FL FR",
    3: "FL FR FC",
    4: "FL FR BL BR",
    5: "FL FR FC BL BR",
    6: "FL FR FC LFE BL BR",
    7: "FL FR FC LFE BC SL SR",
    8: "FL FR FC LFE BL BR SL SR",
}


def usual_layout(channels: int) -> tuple[str, ...]:
    """The positions of so many channels; beyond eight they alternate between left and right."""
    if channels in _USUAL:
        return tuple(_USUAL[channels].split())
    return ("FL", "FR") * (channels // 2) + ("FC",) * (channels % 2)


def fold(channels: Iterable[FloatArray], layout: Sequence[str]) -> FloatArray:
    """Channels of `(samples,)` float32 each to `(2, samples)`, one at a time, which needs little memory.

    `layout`: FFmpeg's short name of each channel's position. Following ITU-R BS.775, centre and surrounds are 3 dB
    lower. The low-frequency channel, which BS.775 allows to leave out, is 6 dB lower: without positions FFmpeg takes
    the third of three channels for it, which may be the singer. The weights of each side sum to 1, so that nothing
    clips.
    """
    sides = np.zeros((2, 0), np.float32)
    for y, weights in zip(channels, fold_weights(tuple(layout)).T, strict=True):
        if not sides.shape[1]:
            sides = np.zeros((2, len(y)), np.float32)
        for side, weight in zip(sides, weights, strict=True):
            if weight:
                side += weight * y
    return sides


@cache
def fold_weights(layout: tuple[str, ...]) -> FloatArray:
    """The weight of each channel in left and right, `(2, channels)`."""
    weights = np.array([_weights_of(name) for name in layout], np.float64).T
    total = np.abs(weights).sum(axis=1, keepdims=True)
    if not total.all():  # one side only: it goes to both
        weights, total = np.where(total > 0, weights, weights[::-1]), np.where(total > 0, total, total[::-1])
    normalised: FloatArray = (weights / total).astype(np.float32)
    return normalised


def _weights_of(name: str) -> tuple[float, float]:
    """The weights of one position for (left, right)."""
    if name in _LOW:
        return (_LOW_LEVEL, _LOW_LEVEL)
    if name.startswith("AMBI"):  # ambisonic: channel 0 is the sound from all around, channel 1 is left minus right
        return {"AMBI0": (1.0, 1.0), "AMBI1": (0.5, -0.5)}.get(name, (0.0, 0.0))
    level = 1.0 if name in _FRONT else _MINUS_3_DB
    if name.endswith("L") or name == "FLC":
        return (level, 0.0)
    if name.endswith("R") or name == "FRC":
        return (0.0, level)
    return (_MINUS_3_DB, _MINUS_3_DB)
