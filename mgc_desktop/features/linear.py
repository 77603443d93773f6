"""The spectrogram with a linear frequency scale, which the report compares with the mel-spectrogram."""

from __future__ import annotations

from functools import cache

import numpy as np

from mgc_desktop.features.config import MelConfig
from mgc_desktop.foundation.arrays import FloatArray


def linear_db(y: FloatArray, config: MelConfig) -> FloatArray:
    """Samples `(n,)` to `(n_mels, 1 + n // hop_length)` decibels on bands of equal width from 0 to fmax.

    The frames are those of the mel-spectrogram, with silence beyond both ends.
    """
    padded = np.pad(y, config.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, config.n_fft)[:: config.hop_length]
    window = np.hanning(config.n_fft + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    bands: FloatArray = (10 * np.log10(np.maximum(power @ _bank(config), 1e-10))).T.astype(np.float32)
    return bands


@cache
def _bank(config: MelConfig) -> FloatArray:
    """`(n_fft // 2 + 1, n_mels)`: each band is the mean of its bins."""
    bins = np.fft.rfftfreq(config.n_fft, 1 / config.sr)
    band = np.floor(bins / config.fmax * config.n_mels).astype(int)
    bank = (band[:, np.newaxis] == np.arange(config.n_mels)).astype(np.float32)
    mean: FloatArray = bank / np.maximum(bank.sum(axis=0), 1)
    return mean
