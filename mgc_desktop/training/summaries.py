"""A clip's spectrogram as one row of numbers: for simple classifiers and for projections."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import RealArray

_GRID: Final = (16, 32)  # bands and moments of a coarse picture


def summary(picture: NDArray[np.floating]) -> RealArray:
    """A clip's spectrogram `(bands, frames)` as `(2 * bands,)`: mean and spread of each band over time, in dB."""
    values = np.asarray(picture, np.float32)
    return np.concatenate([values.mean(axis=1), values.std(axis=1)])


def coarse_picture(picture: NDArray[np.floating]) -> RealArray:
    """A clip's spectrogram `(bands, frames)` as the `(512,)` points of a picture of 16 bands and 32 moments, in dB.

    Each point is the mean of what it covers, so that clips of any length give as many numbers.
    """
    values = np.asarray(picture, np.float32)
    rows, columns = _GRID
    bands = np.array_split(np.arange(len(values)), rows)
    moments = np.linspace(0, values.shape[1], columns + 1)
    spans = [slice(int(a), max(int(a) + 1, int(b))) for a, b in pairwise(moments)]
    grid: RealArray = np.array([[values[own][:, span].mean() for span in spans] for own in bands], np.float32)
    return grid.ravel()
