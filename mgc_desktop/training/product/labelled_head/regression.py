"""Multinomial logistic regression that starts from a prior: what few recordings say is added to what tags mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from mgc_desktop.training.product.labelled_head.hear import Heard
from mgc_desktop.training.product.labelled_head.tag_prior import TagPrior

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PENALTY: Final = 0.3
ARTIST_POWER: Final = 0.5  # an artist counts as the root of the number of recordings
GENRE_POWER: Final = 0.25  # and a genre as this power of the sum over its artists
_STEPS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """logits = weights @ [standardised tags, (embedding - mean) / scale] + bias."""

    prior: TagPrior
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray

    def inputs(self, tags: FloatArray, embedding: FloatArray) -> FloatArray:
        """`(n, T + E)`."""
        return np.concatenate([self.prior.standardised(tags), (embedding - self.mean) / self.scale], axis=1)

    def logits(self, tags: FloatArray, embedding: FloatArray) -> FloatArray:
        """`(n, genres)`."""
        result: FloatArray = self.inputs(tags, embedding) @ self.weights.T + self.bias
        return result


def means(heard: Sequence[Heard], prior: TagPrior) -> tuple[FloatArray, FloatArray]:
    """Clipped tag logits `(n, T)` and embeddings `(n, E)`, means over the patches of each recording."""
    tags = np.stack([np.clip(one.tags, *prior.tag_range).mean(axis=0, dtype=np.float64) for one in heard])
    return tags, np.stack([one.embedding.mean(axis=0, dtype=np.float64) for one in heard])


def fit(heard: Sequence[Heard], labels: IntArray, prior: TagPrior) -> Linear:
    """Fit on recordings with `labels` `(n,)`, indices into the genres of the prior."""
    tags, embedding = means(heard, prior)
    mean, scale = embedding.mean(axis=0), embedding.std(axis=0)
    scale = np.where(scale > 1e-6, scale, 1.0)
    width = prior.weights.shape[1] + len(mean)
    start = np.zeros((len(prior.weights), width))
    start[:, : prior.weights.shape[1]] = prior.weights
    linear = Linear(prior, mean, scale, start, prior.bias.copy())
    x = linear.inputs(tags, embedding)
    present = np.unique(labels)
    places = np.searchsorted(present, labels)
    weights = recording_weights(labels, [one.recording.artist for one in heard])
    added, bias = _descend(x, places, weights, start[present], prior.bias[present])
    linear.weights[present] += added
    linear.bias[present] = bias
    for genre in np.setdiff1d(np.arange(len(prior.weights)), present):
        _take_from_like(linear, int(genre), present, added, bias, x)
    return linear


def recording_weights(labels: IntArray, artists: Sequence[str]) -> FloatArray:
    """`(n,)`, summing to 1: many recordings of one artist, or of one genre, count less each."""
    groups: dict[tuple[int, str], list[int]] = {}
    for place, key in enumerate(zip(labels.tolist(), artists, strict=True)):
        groups.setdefault(key, []).append(place)
    weights = np.zeros(len(labels))
    for own in groups.values():
        weights[own] = len(own) ** (ARTIST_POWER - 1)
    for genre in np.unique(labels):
        total = weights[labels == genre].sum()
        weights[labels == genre] *= total ** (GENRE_POWER - 1)
    shares: FloatArray = weights / weights.sum()
    return shares


def _descend(
    x: FloatArray, labels: IntArray, weights: FloatArray, start: FloatArray, bias: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What is added to the rows `start`, and the bias."""
    given, truth, shares = torch.from_numpy(x), torch.from_numpy(labels), torch.from_numpy(weights)
    base = given @ torch.from_numpy(start).T
    added = torch.zeros(start.shape, dtype=torch.float64, requires_grad=True)
    offset = torch.from_numpy(bias.copy()).requires_grad_()
    descent = torch.optim.LBFGS([added, offset], max_iter=_STEPS, line_search_fn="strong_wolfe", tolerance_change=1e-8)

    def loss() -> torch.Tensor:
        descent.zero_grad()
        losses = torch.nn.functional.cross_entropy(base + given @ added.T + offset, truth, reduction="none")
        value = (losses * shares).sum() + PENALTY * added.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    descent.step(loss)  # type: ignore[no-untyped-call]
    return added.detach().numpy(), offset.detach().numpy()


def _take_from_like(
    linear: Linear, genre: int, present: IntArray, added: FloatArray, bias: FloatArray, x: FloatArray
) -> None:
    """The row of a genre without recordings: its prior, and what the genre that it is like was taught."""
    prior, like = linear.prior, linear.prior.like[genre]
    if like not in present:
        linear.bias[genre] = bias.min() + prior.bias[genre] - prior.bias[present].mean()
        return
    place = int(np.searchsorted(present, like))
    linear.weights[genre] += added[place]
    linear.bias[genre] = bias[place] + prior.bias[genre] - prior.bias[like]
    excess = x @ (linear.weights[genre] - linear.weights[like]) + linear.bias[genre] - linear.bias[like]
    linear.bias[genre] -= max(0.0, float(np.percentile(excess, prior.guard))) + prior.margin
