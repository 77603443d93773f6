"""The stacked model: several networks, and a linear map from their log-probabilities to the verdict."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Stacked(nn.Module):
    """Members see the same patch; the meta-learner's weights come from out-of-fold predictions (`stacking`)."""

    def __init__(self, members: Sequence[nn.Module], genres: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.meta = nn.Linear(len(members) * genres, genres)

    def forward(self, patches: Tensor) -> Tensor:
        """Patches `(n, bands, frames)` to logits `(n, genres)`."""
        views = [functional.log_softmax(member(patches), dim=1) for member in self.members]
        logits: Tensor = self.meta(torch.cat(views, dim=1))
        return logits
