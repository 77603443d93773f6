"""The stacked model's meta-learner, fitted on predictions for clips that the members did not learn from.

Were it fitted on what the members said of their own training clips, it would trust the one that overfits most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.splits import grouped_folds

Say = Callable[[str], None]
Weighed = TypeVar("Weighed", bound=nn.Module)
# Trains a member on some clips and gives its log-probabilities `(n, genres)` of others.
FitAndAsk = Callable[[Sequence[Clip], Sequence[Clip]], RealArray]


def out_of_fold(
    clips: Sequence[Clip], members: Sequence[FitAndAsk], folds: int, seed: int, say: Say = print
) -> RealArray:
    """Log-probabilities `(n, members * genres)` of every clip, each from members that never met its artist.

    A genre whose clips are all in one fold is named: the members that are asked about it have never met it.
    Raises TrainingError if there are fewer artists than folds.
    """
    parts = [set(ids) for ids in grouped_folds(clips, folds, seed, complete=False, option="--stack-folds")]
    for number, part in enumerate(parts, start=1):
        if unmet := unmet_genres(clips, part):
            say(
                f"stack fold {number} of {folds}: its members never met {', '.join(unmet)}; what they say of these "
                "clips is a guess, and the meta-learner learns from it"
            )
    place = {clip.clip_id: i for i, clip in enumerate(clips)}
    columns: list[RealArray] = []
    for member in members:
        rows: dict[int, RealArray] = {}
        for part in parts:
            asked = [c for c in clips if c.clip_id in part]
            answers = member([c for c in clips if c.clip_id not in part], asked)
            rows.update({place[c.clip_id]: row for c, row in zip(asked, answers, strict=True)})
        columns.append(np.stack([rows[i] for i in range(len(clips))]))
    return np.concatenate(columns, axis=1)


def unmet_genres(clips: Sequence[Clip], asked: Collection[str]) -> list[str]:
    """The genres of the clips with the ids `asked` that no other clip has."""
    other = {c.genre for c in clips if c.clip_id not in asked}
    return sorted({c.genre for c in clips if c.clip_id in asked and c.genre is not None} - other)


def balanced_weights(labels: NDArray[np.int64]) -> RealArray:
    """A weight for each clip `(n,)`, mean 1, under which each genre that is present counts the same."""
    counts = np.bincount(labels)
    weights: RealArray = len(labels) / ((counts > 0).sum() * counts[labels])
    return weights


def fit_meta(
    views: RealArray, targets: RealArray, *, weight_decay: float = 1e-2, weights: RealArray | None = None
) -> tuple[RealArray, RealArray]:
    """Weights `(genres, views)` and bias of multinomial logistic regression on soft or hard `targets` `(n, genres)`.

    `weights` `(n,)`: how much each clip counts (default: all the same). It starts from the mean of the members and is
    held near it: with few clips the stack is no worse than the mean.
    """
    genres = targets.shape[1]
    x, y = torch.tensor(views, dtype=torch.float32), torch.tensor(targets, dtype=torch.float32)
    counts = torch.ones(len(x)) if weights is None else torch.tensor(weights, dtype=torch.float32)
    start = torch.eye(genres).repeat(1, views.shape[1] // genres) / (views.shape[1] // genres)
    weight, bias = start.clone().requires_grad_(), torch.zeros(genres, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        each = -(y * torch.log_softmax(x @ weight.T + bias, dim=1)).sum(dim=1)
        loss = (counts * each).mean()
        loss = loss + weight_decay * ((weight - start).square().sum() + bias.square().sum())
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), bias.detach().numpy()


def weigh(network: Weighed, weight: RealArray, bias: RealArray) -> Weighed:
    """The network with the fitted meta-learner in its layer `meta`."""
    meta = network.get_submodule("meta")
    assert isinstance(meta, nn.Linear)
    with torch.no_grad():
        meta.weight.copy_(torch.from_numpy(np.asarray(weight)))
        meta.bias.copy_(torch.from_numpy(np.asarray(bias)))
    network.eval()
    return network
