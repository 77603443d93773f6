"""The stacked model's meta-learner, fitted on predictions for clips that the members did not learn from.

Were it fitted on what the members said of their own training clips, it would trust the one that overfits most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch

from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.networks.stacked import Stacked
from mgc_desktop.training.product.pretrained import PretrainedStack
from mgc_desktop.training.splits import grouped_folds

Weighed = TypeVar("Weighed", Stacked, PretrainedStack)
# Teaches a member on some clips and gives its log-probabilities `(n, genres)` for others.
TeachAndAsk = Callable[[Sequence[Clip], Sequence[Clip]], RealArray]


def out_of_fold(clips: Sequence[Clip], members: Sequence[TeachAndAsk], folds: int, seed: int) -> RealArray:
    """Log-probabilities `(n, members * genres)` of every clip, each from members that never met its artist."""
    parts = [set(ids) for ids in grouped_folds(clips, folds, seed, complete=False)]
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


def fit_meta(views: RealArray, targets: RealArray, *, weight_decay: float = 1e-2) -> tuple[RealArray, RealArray]:
    """Weights `(genres, views)` and bias of multinomial logistic regression on soft or hard `targets` `(n, genres)`.

    It starts from the mean of the members and is held near it: with few clips the stack is no worse than the mean.
    """
    genres = targets.shape[1]
    x, y = torch.tensor(views, dtype=torch.float32), torch.tensor(targets, dtype=torch.float32)
    start = torch.eye(genres).repeat(1, views.shape[1] // genres) / (views.shape[1] // genres)
    weight, bias = start.clone().requires_grad_(), torch.zeros(genres, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = -(y * torch.log_softmax(x @ weight.T + bias, dim=1)).sum(dim=1).mean()
        loss = loss + weight_decay * ((weight - start).square().sum() + bias.square().sum())
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), bias.detach().numpy()


def weigh(network: Weighed, weight: RealArray, bias: RealArray) -> Weighed:
    """The network with the fitted meta-learner in its layer `meta`."""
    with torch.no_grad():
        network.meta.weight.copy_(torch.from_numpy(np.asarray(weight)))
        network.meta.bias.copy_(torch.from_numpy(np.asarray(bias)))
    network.eval()
    return network
