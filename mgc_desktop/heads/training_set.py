"""Fits a head on a few labelled songs.

The target of a labelled song is its label. The target of an unlabelled song is the prediction of the bundled head, with
a small weight; without unlabelled songs a new genre with five songs would be predicted for most music. Unlabelled songs
come from the library and from the model's reference set. Unlabelled songs of the library that sound like the labelled
ones may belong to the new genre: a first fit finds them, and the second fit leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import DoubleArray, FloatArray
from mgc_desktop.heads.regression import Coordinates, softmax
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.user_heads import LabelledSong

# Values chosen on free music: docs/teach.md.
PENALTY: Final = 100.0  # for each standardised dimension of the embedding
BIAS_PENALTY: Final = 0.5
BACKGROUND: Final = 12.0  # total weight of all unlabelled songs; a labelled song has the weight 1
DOUBTED: Final = 0.25  # relative weight of the library's unlabelled songs in the first fit; reference songs have 1
SUSPECT: Final = 0.3  # unlabelled songs with at least this probability of own genres in the first fit are left out

_TINY: Final = 1e-37


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Unlabelled songs: `probabilities` `(n, bundled)`, `embedding` `(n, E)`, `artists` of the first ones.

    The last `remembered` songs are of the reference set, and belong to no genre of the user.
    """

    probabilities: FloatArray
    embedding: FloatArray
    artists: tuple[str, ...]
    remembered: int


class TrainingSet:
    """Labelled songs and their background, prepared for fitting: `n` songs, the labelled ones first."""

    def __init__(self, examples: Sequence[LabelledSong], background: Background, bundled: Sequence[str]) -> None:
        self.examples = tuple(examples)
        self.bundled = tuple(bundled)
        self.own = tuple(sorted({example.genre for example in examples} - set(bundled), key=str.casefold))
        self.genres = (*self.bundled, *self.own)
        labelled = len(self.examples)
        probabilities = np.stack([*(example.probabilities for example in examples), *background.probabilities])
        embedding = np.stack([*(example.embedding for example in examples), *background.embedding])
        self.logs: DoubleArray = np.log(np.maximum(probabilities.astype(np.float64), _TINY))
        self.labels = np.array([self.genres.index(example.genre) for example in examples])
        self.targets = np.zeros((len(embedding), len(self.genres)))
        self.targets[:, : len(self.bundled)] = probabilities
        self.targets[:labelled] = np.eye(len(self.genres))[self.labels]
        others = max(1, len(embedding) - labelled)
        self.weights = np.concatenate([np.ones(labelled), np.full(len(embedding) - labelled, BACKGROUND / others)])
        self.artists = np.array(
            [*(key_of_artist(example.artist, example.checksum) for example in examples), *background.artists]
        )
        self.remembered = np.arange(len(embedding)) >= len(embedding) - background.remembered
        self.labelled = np.arange(len(embedding)) < labelled
        self.mean = embedding[labelled:].mean(axis=0, dtype=np.float64)
        self.scale = embedding[labelled:].std(axis=0, dtype=np.float64) + 1e-6
        standard = (embedding - self.mean) / self.scale
        self.features = np.concatenate([standard, np.ones((len(standard), 1))], axis=1)
        penalty = np.full(self.features.shape[1], PENALTY)
        penalty[-1] = BIAS_PENALTY
        self.coordinates = Coordinates.of(self.features, self.weights, penalty)

    def fit(self, among: NDArray[np.bool_] | None = None) -> Fitted:
        """Fit the coefficients, on the songs in the mask `among` `(n,)` only."""
        among = np.ones(len(self.features), bool) if among is None else among
        mixture = self._mixture(among)
        offsets = np.concatenate([self.logs, self.logs @ mixture.T], axis=1)
        doubted = among & ~self.labelled & ~self.remembered
        if doubted.any() and self.own:
            weights = np.where(doubted, DOUBTED, 1.0) * self.weights
            first = Fitted(mixture, self.coordinates.fit(offsets, self.targets, weights, among=among))
            among = among & ~(doubted & (first.own_share(offsets, self.features) >= SUSPECT))
        return Fitted(mixture, self.coordinates.fit(offsets, self.targets, self.weights, among=among))

    def _mixture(self, among: NDArray[np.bool_]) -> DoubleArray:
        """`(own, bundled)`: the mean bundled probabilities of the songs of each own genre."""
        bundled = len(self.bundled)
        rows = []
        for genre in range(bundled, len(self.genres)):
            mine = np.flatnonzero(among[: len(self.labels)] & (self.labels == genre))
            predicted = np.exp(self.logs[mine]).mean(axis=0) if len(mine) else np.full(bundled, 1 / bundled)
            rows.append(predicted / predicted.sum())
        return np.array(rows).reshape(len(rows), bundled)

    def adapter(self) -> HeadAdapter:
        """The adapter fitted on all songs."""
        fitted = self.fit()
        parts = (self.mean, self.scale, fitted.coefficients[:, :-1], fitted.coefficients[:, -1])
        mean, scale, weights, bias = (part.astype(np.float32) for part in parts)
        return HeadAdapter(self.own, fitted.mixture.astype(np.float32), mean, scale, weights, bias)

    def probabilities(self, fitted: Fitted) -> DoubleArray:
        """`(n, G)`: the probabilities of all songs under a fit."""
        return softmax(self.logs @ fitted.mixing.T + self.features @ fitted.coefficients.T)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """`mixture` `(own, bundled)` and `coefficients` `(G, E + 1)`, the bias last."""

    mixture: DoubleArray
    coefficients: DoubleArray

    @property
    def mixing(self) -> DoubleArray:
        """`(G, bundled)`."""
        return np.concatenate([np.eye(self.mixture.shape[1]), self.mixture])

    def own_share(self, offsets: DoubleArray, features: DoubleArray) -> DoubleArray:
        """`(n,)`: the probability that a song is of one of the user's genres."""
        share: DoubleArray = softmax(offsets + features @ self.coefficients.T)[:, self.mixture.shape[1] :].sum(axis=1)
        return share


def key_of_artist(artist: str, checksum: str) -> str:
    """The key by which songs of one artist are grouped; a song without artist is a group of its own."""
    return " ".join(artist.casefold().split()) or checksum
