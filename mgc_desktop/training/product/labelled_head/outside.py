"""The detector of "none of these".

Where recordings of genres outside are at hand, it is the direction of the embedding in which these lie beyond the known
ones; else the distance from what the head learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from mgc_desktop.inference.novelty import Novelty

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PENALTY: Final = 0.03
KEPT: Final = 92.0  # percentile of known recordings, unheard, that stay known
# Novelty's distance is not signed: the one centre lies so far on the known side that no recording is beyond it.
_FAR: Final = 100.0
KEPT_BY_DISTANCE: Final = 98.0  # the same for the distance, which tells less
_COMPONENTS: Final = 32
_SHRINK: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """score = weights @ (x - mean) + bias, above 0 where a recording is more likely outside."""

    mean: FloatArray
    weights: FloatArray
    bias: float

    def score(self, embedding: FloatArray) -> FloatArray:
        """`(n, E)` -> `(n,)`."""
        result: FloatArray = (embedding - self.mean) @ self.weights + self.bias
        return result

    def novelty(self, threshold: float) -> Novelty:
        """In the program's form."""
        return Novelty(
            "distance", round(_FAR + threshold, 3), mean=self.mean.astype(np.float32),
            projection=self.weights[np.newaxis].astype(np.float32),
            centres=np.array([[-_FAR - self.bias]], np.float32),
        )  # fmt: skip


def fit_direction(embedding: FloatArray, outside: NDArray[np.bool_], artists: Sequence[str]) -> Direction:
    """Logistic regression on mean embeddings `(n, E)`; known and outside count the same, an artist as a root."""
    mean, scale = embedding.mean(axis=0), embedding.std(axis=0)
    scale = np.where(scale > 1e-6, scale, 1.0)
    counts = {artist: artists.count(artist) for artist in set(artists)}
    weights = np.array([counts[artist] ** -0.5 for artist in artists])
    for side in (outside, ~outside):
        weights[side] /= 2 * weights[side].sum()
    x, y = torch.from_numpy((embedding - mean) / scale), torch.from_numpy(outside.astype(np.float64))
    share = torch.from_numpy(weights)
    row = torch.zeros(embedding.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([row, bias], max_iter=60, line_search_fn="strong_wolfe", tolerance_change=1e-8)

    def loss() -> torch.Tensor:
        descent.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(x @ row + bias, y, reduction="none")
        value = (losses * share).sum() + PENALTY * row.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    descent.step(loss)  # type: ignore[no-untyped-call]
    return Direction(mean, row.detach().numpy() / scale, float(bias.detach()[0]))


def fit_distance(embedding: FloatArray, labels: IntArray, threshold: float = 0.0) -> Novelty:
    """Where no recordings of genres outside are at hand: the distance of a mean embedding from the nearest mean of a
    genre, in the first principal components, whitened by the spread within genres (shrunk towards a sphere)."""
    mean, scale = embedding.mean(axis=0), embedding.std(axis=0)
    x = (embedding - mean) / np.where(scale > 1e-6, scale, 1.0)
    components = np.linalg.svd(x, full_matrices=False)[2][:_COMPONENTS] / np.where(scale > 1e-6, scale, 1.0)
    placed = (embedding - mean) @ components.T
    centres = np.stack([placed[labels == genre].mean(axis=0) for genre in np.unique(labels)])
    within = placed - centres[np.searchsorted(np.unique(labels), labels)]
    spread = within.T @ within / len(within)
    spread = (1 - _SHRINK) * spread + _SHRINK * np.eye(len(spread)) * np.trace(spread) / len(spread)
    whitening = np.linalg.cholesky(np.linalg.inv(spread)).T
    return Novelty(
        "distance", round(threshold, 3), mean=_short(mean), projection=_short(whitening @ components),
        centres=_short(centres @ whitening.T),
    )  # fmt: skip


def _short(values: FloatArray) -> NDArray[np.float32]:
    """To five significant digits, so that the file of the head stays small."""
    digits = 4 - np.floor(np.log10(np.maximum(np.abs(values), 1e-12)))
    rounded: NDArray[np.float32] = (np.round(values * 10**digits) / 10**digits).astype(np.float32)
    return rounded


def area(score: FloatArray, outside: NDArray[np.bool_]) -> float:
    """ROC-AUC: the chance that a recording outside scores above a known one, ties half."""
    known, beyond = np.sort(score[~outside]), score[outside]
    below = np.searchsorted(known, beyond, "left") + np.searchsorted(known, beyond, "right")
    return float(below.sum() / (2 * len(known) * len(beyond)))
