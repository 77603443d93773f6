"""Bounds for sampling rates and durations in headers, so that a false header costs neither memory nor time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from mgc_desktop.audio.leading_tags import leading_tags

_MIN_RATE: Final = 1_000  # Hz
_MAX_RATE: Final = 768_000
_MAX_RATE_DSD: Final = 5_644_800  # DSD1024, for which FFmpeg counts one sample for 8 bits
_LEAST_BIT_RATE: Final = 100  # bit/s; FLAC of silence at 8 kHz has 170
_LEAST_MPEG_BIT_RATE: Final = 8_000  # the lowest that an MPEG frame's header can state
_MPEG: Final = frozenset({"mp1", "mp2", "mp3"})


def is_plausible_rate(sr: int, codec: str) -> bool:
    """Whether audio of that codec can have `sr` samples a second."""
    return _MIN_RATE <= sr <= (_MAX_RATE_DSD if codec.startswith("dsd_") else _MAX_RATE)


def longest(size: int, codec: str, bit_rate: int | None) -> float:
    """The longest duration of `size` bytes of audio, in seconds. `bit_rate`: for codecs with a fixed one."""
    if bit_rate and codec.startswith(("pcm_", "dsd_")):
        return size * 8 / bit_rate
    return size * 8 / (_LEAST_MPEG_BIT_RATE if codec in _MPEG else _LEAST_BIT_RATE)


def is_plausible_duration(seconds: float, most: float) -> bool:
    """Whether a duration is positive, finite, and at most `most`, with a tolerance for rounding."""
    return math.isfinite(seconds) and 0 < seconds <= most * 1.02 + 1


def believed_duration(seconds: float, size: int, codec: str, bit_rate: int | None = None) -> float | None:
    """`seconds` from a header, None if there are none or more than `size` bytes can hold."""
    return seconds if is_plausible_duration(seconds, longest(size, codec, bit_rate)) else None


_SYNC: Final = 0xFFE00000
_LAYER: Final = 0x00060000
_BIT_RATE: Final = 0x0000F000
_RATE: Final = 0x00000C00


def is_free_format(path: Path) -> bool:
    """Whether a file starts with an MPEG frame of free format, which FFmpeg cannot decode."""
    try:
        with path.open("rb") as file:
            _, start = leading_tags(file)
            file.seek(start)
            head = int.from_bytes(file.read(4))
    except OSError:
        return False
    is_frame = head & _SYNC == _SYNC and head & _LAYER and head & _RATE != _RATE
    return bool(is_frame) and not head & _BIT_RATE
