"""Learning genres from a few marked songs, and finding out how well that works.

A marked song says what it is. Songs that nobody marked go on being what the bundled head says of them, each with a
small weight; without them a new genre, known by five songs, would swallow the rest of music. They are taken from the
library and from the model's memory of free music. Songs of the library that sound like the marked ones may well be of
the new genre, only nobody has said so: they are found by a first fit and left out of the second.
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

# Chosen on free music: docs/teach.md.
PENALTY: Final = 100.0  # for each standardised number of the embedding
BIAS_PENALTY: Final = 0.5
BACKGROUND: Final = 12.0  # what all unmarked songs count together, where a marked one counts 1
DOUBTED: Final = 0.25  # what unmarked songs of the library count in the first fit, against those remembered
SUSPECT: Final = 0.3  # share of own genres in the first fit from which an unmarked song of the library is left out

_TINY: Final = 1e-37


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Songs that nobody marked: `probabilities` `(n, bundled)`, `embedding` `(n, E)`, `artists` of the first ones.

    The last `remembered` songs are of the model's memory: whatever a user may call a new genre, it is none of theirs.
    """

    probabilities: FloatArray
    embedding: FloatArray
    artists: tuple[str, ...]
    remembered: int


class TrainingSet:
    """Marked songs and their background, made ready: `n` songs, the marked ones first."""

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
        """Learn from these songs, `among` `(n,)` only."""
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
        """`(own, bundled)`: what the songs of each own genre were heard as."""
        bundled = len(self.bundled)
        rows = []
        for genre in range(bundled, len(self.genres)):
            mine = np.flatnonzero(among[: len(self.labels)] & (self.labels == genre))
            predicted = np.exp(self.logs[mine]).mean(axis=0) if len(mine) else np.full(bundled, 1 / bundled)
            rows.append(predicted / predicted.sum())
        return np.array(rows).reshape(len(rows), bundled)

    def adapter(self) -> HeadAdapter:
        """What all the songs teach."""
        fitted = self.fit()
        parts = (self.mean, self.scale, fitted.coefficients[:, :-1], fitted.coefficients[:, -1])
        mean, scale, weights, bias = (part.astype(np.float32) for part in parts)
        return HeadAdapter(self.own, fitted.mixture.astype(np.float32), mean, scale, weights, bias)

    def probabilities(self, fitted: Fitted) -> DoubleArray:
        """`(n, G)`: what was learned, asked about all songs."""
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
        """`(n,)`: the probability that a song is of one of the own genres."""
        share: DoubleArray = softmax(offsets + features @ self.coefficients.T)[:, self.mixture.shape[1] :].sum(axis=1)
        return share


def key_of_artist(artist: str, checksum: str) -> str:
    """By what two songs are known to be of one artist; a song without stands for itself."""
    return " ".join(artist.casefold().split()) or checksum
