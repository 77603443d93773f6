"""Which part of a patch speaks for a genre: what the model says when that part is covered.

A window slides over the patch; where it lies the sound is as quiet as the quietest of the patch. The probability that
a genre loses by it is put down to what was covered (Zeiler & Fergus 2014). Windows overlap by half, and each block gets
the mean of those that covered it. What it shows is what this model leans on in these seconds: not what makes music
Jazz, and not what several parts do only together.
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

_QUIET: Final = 5.0  # percent of the patch's points are quieter than what it is covered with
_AT_ONCE: Final = 8  # covered patches between two looks at the token
_Window = tuple[slice, slice]  # of blocks: bands, moments


@dataclass(frozen=True, slots=True)
class Grid:
    """Into how many blocks a patch is divided: `bands` of frequency, the lowest first, by `moments` of time."""

    bands: int = 6
    moments: int = 10

    def edges(self, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the blocks begin and end in a patch of `(n_mels, frames)`: `(bands + 1,)` and `(moments + 1,)`."""
        height, width = shape
        return _edges(height, self.bands), _edges(width, self.moments)


GRID: Final = Grid()


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What covering parts of a patch did to the probabilities of `genres`.

    `whole` `(genres,)`: with nothing covered. `blocks` `(bands, moments, genres)`, `bands` `(bands, genres)` over all
    of the time and `moments` `(moments, genres)` over all frequencies: the probability lost, from -1 to 1; above 0
    what was covered speaks for the genre, below 0 against it.
    """

    grid: Grid
    genres: tuple[str, ...]
    whole: FloatArray
    blocks: FloatArray
    bands: FloatArray
    moments: FloatArray

    @property
    def most_probable(self) -> str:
        """The genre that the model hears in the patch."""
        return self.genres[int(self.whole.argmax())]

    def of(self, genre: str) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        """Of one genre: its probability, and what it lost by block, by band and by moment."""
        i = self.genres.index(genre)
        return float(self.whole[i]), self.blocks[..., i], self.bands[:, i], self.moments[:, i]


def occlude(
    classifier: Classifier, patch: FloatArray, *, grid: Grid = GRID, cancel: CancelToken | None = None
) -> Occlusion:
    """Cover the parts of a patch `(n_mels, frames)` one after the other and ask the model each time."""
    windows = [*_sliding(grid), *_whole_bands(grid), *_whole_moments(grid)]
    quiet = np.percentile(patch, _QUIET).astype(np.float32)
    edges = grid.edges(patch.shape)
    whole = _ask(classifier, patch[np.newaxis])[0]
    lost = np.empty((len(windows), len(whole)), np.float32)
    for start in range(0, len(windows), _AT_ONCE):
        if cancel is not None:
            cancel.check()
        some = windows[start : start + _AT_ONCE]
        covered = np.stack([_covered(patch, window, edges, quiet) for window in some])
        lost[start : start + len(some)] = whole - _ask(classifier, covered)
    count = len(windows) - grid.bands - grid.moments
    blocks = _spread(grid, windows[:count], lost[:count])
    by_band, by_moment = lost[count : count + grid.bands], lost[count + grid.bands :]
    return Occlusion(grid, classifier.genres, whole, blocks, by_band, by_moment)


def _ask(classifier: Classifier, patches: FloatArray) -> FloatArray:
    return segment_probabilities(classifier.predict(patches).logits, classifier.calibration)


def _sliding(grid: Grid) -> Iterator[_Window]:
    """Windows of two by two blocks, one block apart, of which those at the rims are cut."""
    for band in range(grid.bands + 1):
        for moment in range(grid.moments + 1):
            yield slice(max(0, band - 1), band + 1), slice(max(0, moment - 1), moment + 1)


def _whole_bands(grid: Grid) -> Iterator[_Window]:
    return ((slice(band, band + 1), slice(0, grid.moments)) for band in range(grid.bands))


def _whole_moments(grid: Grid) -> Iterator[_Window]:
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


def _spread(grid: Grid, windows: list[_Window], lost: FloatArray) -> FloatArray:
    """Each block gets the mean of the windows that lay over it: `(bands, moments, genres)`."""
    total = np.zeros((grid.bands, grid.moments, lost.shape[1]), np.float32)
    count = np.zeros((grid.bands, grid.moments, 1), np.float32)
    for window, value in zip(windows, lost, strict=True):
        total[window] += value
        count[window] += 1
    return total / count


def _edges(size: int, parts: int) -> NDArray[np.int64]:
    return np.round(np.linspace(0, size, parts + 1)).astype(np.int64)
