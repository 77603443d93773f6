"""New music from old, as far as a mel-spectrogram can tell: mixed, equalised, louder, stretched, transposed.

The backbone labels each result again, so nothing here has to keep a genre.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator

from mgc_desktop.foundation.arrays import FloatArray

_SCALE: Final = 10_000.0  # musicnn's: log10(1 + 10000 power)


def to_power(picture: FloatArray) -> FloatArray:
    """musicnn's scaling undone."""
    power: FloatArray = np.expm1(picture * np.float32(np.log(10))) / np.float32(_SCALE)
    return power


def from_power(power: FloatArray) -> FloatArray:
    """musicnn's scaling."""
    picture: FloatArray = np.log10(1 + np.float32(_SCALE) * np.maximum(power, 0))
    return picture


def varied(picture: FloatArray, other: FloatArray, rng: Generator) -> FloatArray:
    """A variation of `picture` `(bands, frames)`, in two of five cases with `other` mixed in."""
    power = stretch(to_power(picture), float(rng.uniform(0.8, 1.25)))
    power = transpose(power, int(rng.integers(-3, 4)))
    if rng.random() < 0.4:
        quieter = 10 ** (-float(rng.uniform(0, 12)) / 10)
        power = power + quieter * to_power(other)
    return from_power(power * equaliser(len(power), rng)[:, np.newaxis])


def stretch(power: FloatArray, rate: float) -> FloatArray:
    """Faster (`rate` above 1; the music starts again at its end) or slower, of the same length and pitch."""
    frames = power.shape[1]
    place = np.arange(frames) * rate % (frames - 1)
    left = place.astype(int)
    share = (place - left).astype(np.float32)
    result: FloatArray = power[:, left] * (1 - share) + power[:, left + 1] * share
    return result


def transpose(power: FloatArray, bands: int) -> FloatArray:
    """Moved up (positive) or down by whole bands; what comes in is silence."""
    moved = np.roll(power, bands, axis=0)
    if bands > 0:
        moved[:bands] = 0
    elif bands < 0:
        moved[bands:] = 0
    return moved


def equaliser(bands: int, rng: Generator) -> FloatArray:
    """A gain for each band: up to 8 dB by broad hills and valleys, on top of a level of -12 to 6 dB."""
    knots = rng.uniform(-8, 8, 5)
    curve = np.interp(np.linspace(0, 4, bands), np.arange(5), knots) + rng.uniform(-12, 6)
    gains: FloatArray = (10 ** (curve / 10)).astype(np.float32)
    return gains
