"""Occlusion analysis: how much the probability of a genre falls when a part of a patch is covered.

A window slides over the patch and is filled with a quiet value of the patch. The loss of probability is attributed to
the covered part (Zeiler & Fergus 2014). Windows overlap by half, and each block gets the mean of the windows that cover
it. The result describes what this model uses in these seconds. It does not show what defines a genre, nor effects that
only several parts have together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import segment_probabilities
from mgc_desktop.inference.classifier import Classifier

_QUIET: Final = 5.0  # the percentile of the patch's values that fills a window
_AT_ONCE: Final = 8  # covered patches in one batch, after which the token is checked
_Window = tuple[slice, slice]  # of blocks: bands, moments


@dataclass(frozen=True, slots=True)
class Grid:
    """The division of a patch into blocks: `bands` of frequency, the lowest first, by `moments` of time."""

    bands: int = 6
    moments: int = 10

    def edges(self, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The edges of the blocks in a patch of `(n_mels, frames)`: `(bands + 1,)` and `(moments + 1,)`."""
        height, width = shape
        return _edges(height, self.bands), _edges(width, self.moments)


GRID: Final = Grid()


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """The effect of covering parts of a patch on the probabilities of `genres`.

    `uncovered` `(genres,)`: probabilities of the patch itself. `blocks` `(bands, moments, genres)`, `bands` `(bands,
    genres)` over the entire time and `moments` `(moments, genres)` over all frequencies: the loss of probability, -1 to
    1; a covered part with a loss above 0 supports the genre, below 0 it opposes it.
    """

    grid: Grid
    genres: tuple[str, ...]
    uncovered: FloatArray
    blocks: FloatArray
    bands: FloatArray
    moments: FloatArray

    @property
    def most_probable(self) -> str:
        """The most probable genre of the patch."""
        return self.genres[int(self.uncovered.argmax())]

    def of(self, genre: str) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """The values of one genre: its probability, and its loss by block, by band and by moment."""
        i = self.genres.index(genre)
        return float(self.uncovered[i]), self.blocks[..., i], self.bands[:, i], self.moments[:, i]


def occlude(
    classifier: Classifier, patch: FloatArray, *, grid: Grid = GRID, cancel: CancelToken | None = None
) -> Occlusion:
    """Cover the parts of a patch `(n_mels, frames)` one by one and run the model on each. Raises `Cancelled`."""
    windows = [*_sliding(grid), *_full_bands(grid), *_full_moments(grid)]
    quiet = np.percentile(patch, _QUIET).astype(np.float32)
    edges = grid.edges(patch.shape)
    uncovered = _probabilities(classifier, patch[np.newaxis])[0]
    losses = np.empty((len(windows), len(uncovered)), np.float32)
    for start in range(0, len(windows), _AT_ONCE):
        if cancel is not None:
            cancel.check()
        some = windows[start : start + _AT_ONCE]
        covered = np.stack([_covered(patch, window, edges, quiet) for window in some])
        losses[start : start + len(some)] = uncovered - _probabilities(classifier, covered)
    count = len(windows) - grid.bands - grid.moments
    blocks = _spread(grid, windows[:count], losses[:count])
    by_band, by_moment = losses[count : count + grid.bands], losses[count + grid.bands :]
    return Occlusion(grid, classifier.genres, uncovered, blocks, by_band, by_moment)


def _probabilities(classifier: Classifier, patches: FloatArray) -> FloatArray:
    return segment_probabilities(classifier.predict(patches).logits, classifier.calibration)


def _sliding(grid: Grid) -> Iterator[_Window]:
    """Windows of two by two blocks, one block apart, clipped at the edges."""
    for band in range(grid.bands + 1):
        for moment in range(grid.moments + 1):
            yield slice(max(0, band - 1), band + 1), slice(max(0, moment - 1), moment + 1)


def _full_bands(grid: Grid) -> Iterator[_Window]:
    return ((slice(band, band + 1), slice(0, grid.moments)) for band in range(grid.bands))


def _full_moments(grid: Grid) -> Iterator[_Window]:
    return ((slice(0, grid.bands), slice(moment, moment + 1)) for moment in range(grid.moments))


def _covered(
    patch: FloatArray, window: _Window, edges: tuple[NDArray[np.int64], NDArray[np.int64]], quiet: np.float32
) -> FloatArray:
    place = []
    for part, borders in zip(window, edges, strict=True):
        stop = min(part.stop, len(borders) - 1)
        place.append(slice(int(borders[part.start]), int(borders[stop])))
    covered = patch.copy()
    covered[place[0], place[1]] = np.minimum(covered[place[0], place[1]], quiet)
    return covered


def _spread(grid: Grid, windows: list[_Window], losses: FloatArray) -> FloatArray:
    """`(bands, moments, genres)`: the mean loss of the windows that cover each block."""
    total = np.zeros((grid.bands, grid.moments, losses.shape[1]), np.float32)
    count = np.zeros((grid.bands, grid.moments, 1), np.float32)
    for window, value in zip(windows, losses, strict=True):
        total[window] += value
        count[window] += 1
    return total / count


def _edges(size: int, parts: int) -> NDArray[np.int64]:
    return np.round(np.linspace(0, size, parts + 1)).astype(np.int64)
