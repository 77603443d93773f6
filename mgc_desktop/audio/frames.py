"""From PyAV's frames to float32 samples: every sample format, planar or packed, any number of channels."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from numpy.typing import NDArray

from mgc_desktop.audio.downmix import fold, usual_layout
from mgc_desktop.audio.layouts import channel_names
from mgc_desktop.foundation.arrays import FloatArray

# A decoded sample is 1.0 at full scale. Loud masters exceed it a little; a damaged MP3 gives values of 10,000s.
LOUDEST: Final = 16.0


# The numpy type of each of FFmpeg's sample formats, without the "p" of the planar ones.
_DTYPES: Final = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}


def samples(frame: AudioFrame, layout: tuple[str, ...] | None = None) -> FloatArray:
    """The frame as `(channels, samples)` float32, full scale at 1.0, not clipped; more than two channels are downmixed
    to two by their positions.

    `layout`: the positions of the channels, if they are known better than from the frame.
    Raises ValueError for a frame without channels or in an unknown sample format.
    """
    channels = frame.layout.nb_channels
    name = frame.format.name
    if channels < 1 or name.rstrip("p") not in _DTYPES:
        raise ValueError(f"cannot read {channels} channels of {name}")
    stored = _stored_channels(frame, channels, np.dtype(_DTYPES[name.rstrip("p")]))
    if layout is None or len(layout) != channels:
        layout = _layout_of(frame, channels) if channels > 2 else usual_layout(channels)
    if layout == ("FR", "FL"):
        stored.reverse()
    if channels <= 2:
        return np.stack([_as_float(y) for y in stored])
    return fold((_as_float(y) for y in stored), layout)


def _stored_channels(frame: AudioFrame, channels: int, dtype: np.dtype[Any]) -> list[NDArray[Any]]:
    """Each channel's samples in the stored format, `(samples,)`, without a copy."""
    # If a frame has eight or more planes, PyAV's `frame.planes` (and `to_ndarray`, which uses it) takes the memory
    # behind the last plane for further planes, and reading those crashes. AudioPlane itself is correct.
    if frame.format.is_planar:
        return [
            np.frombuffer(_plane(frame, i), dtype, count=frame.samples)  # type: ignore[call-overload]
            for i in range(channels)
        ]
    packed = np.frombuffer(_plane(frame, 0), dtype, count=frame.samples * channels)  # type: ignore[call-overload]
    return list(packed.reshape(-1, channels).T)


def _plane(frame: AudioFrame, index: int) -> AudioPlane:
    return AudioPlane(frame, index)


def _as_float(y: NDArray[Any]) -> FloatArray:
    """A copy as float32 with full scale at 1.0."""
    if y.dtype.kind == "f":
        with np.errstate(over="ignore"):  # overflow becomes infinite, which is silenced later
            return y.astype(np.float32)
    full_scale = 2.0 ** (8 * y.dtype.itemsize - 1)
    floats = y.astype(np.float64) / full_scale  # in float64: 32-bit samples do not fit into float32
    return (floats - 1.0 if y.dtype.kind == "u" else floats).astype(np.float32)


def _layout_of(frame: AudioFrame, channels: int) -> tuple[str, ...]:
    """The positions of the channels; the default ones if the file has none."""
    names = channel_names(frame.layout)
    return names if len(names) == channels else usual_layout(channels)


def peak(y: FloatArray) -> float:
    """The largest absolute value; NaN if there is one, which compares false with everything."""
    return float(np.maximum(y.max(initial=0.0), -y.min(initial=0.0)))


def sane(y: FloatArray) -> FloatArray:
    """Replace NaN by 0 and clip to [-1, 1]. Works in place."""
    y[np.isnan(y)] = 0.0
    return np.clip(y, -1.0, 1.0, out=y)


def with_channels(y: FloatArray, channels: int) -> FloatArray:
    """`(n, samples)` as `(channels, samples)`: the mean of all channels if the number differs."""
    if len(y) == channels:
        return y
    return np.repeat(to_mono(y)[np.newaxis], channels, axis=0)


def to_mono(y: FloatArray) -> FloatArray:
    """`(channels, samples)` to `(samples,)`: the mean of the channels."""
    if len(y) == 2:  # nearly all music; five times as fast as `mean`, with identical results
        mono: FloatArray = (y[0] + y[1]) * np.float32(0.5)
    else:
        mono = y[0] if len(y) == 1 else y.mean(axis=0, dtype=np.float32)
    return mono


def to_stereo(y: FloatArray) -> FloatArray:
    """`(1 or 2, samples)` to `(2, samples)` for two loudspeakers; mono goes to both sides."""
    return y if len(y) == 2 else np.repeat(y, 2, axis=0)
