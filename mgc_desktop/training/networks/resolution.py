"""Full, quarter and sixteenth: both axes of the picture averaged by 1, 2 and 4."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

FACTORS: Final = {"full": 1, "quarter": 2, "sixteenth": 4}


def reduce(patches: Tensor, factor: int) -> Tensor:
    """`(n, bands, frames)` to `(n, bands // factor, frames // factor)` by area averaging."""
    if factor == 1:
        return patches
    return functional.avg_pool2d(patches.unsqueeze(1), factor).squeeze(1)


def grey(patches: Tensor) -> Tensor:
    """Decibels to one grey channel: 1 is the loudest point of the patch, 0 is 80 dB below (the report's picture)."""
    loudest = torch.amax(patches, dim=(1, 2), keepdim=True)
    return ((patches - loudest) / 80 + 1).clamp(0, 1)
