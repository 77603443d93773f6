"""musicnn (Pons & Serra 2019) in torch, as it was trained: the reference for the ONNX graph.

The layers and their order follow the graph that is saved with the weights. All filters are computed, dead or not.
One thing stands before them: the top bands are turned down to what the networks heard in training (`TOP_BANDS_DB`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from mgc_desktop.training.product.backbone.wheel import Tagger

N_TAGS = 50
UNITS = 200  # of the penultimate layer
TIMBRAL_KERNELS = ((7, 38), (7, 67))  # (frames, mel bands)
TEMPORAL_KERNELS = ((128, 1), (64, 1), (32, 1))
MID_FRAMES = 7

# The resampler of the networks' time began to fall at 7.2 kHz, soxr's HQ falls later and steeper. In these, the last
# bands, that is nearly all of the difference; `resamplers.top_band_gains` measures them.
TOP_BANDS_DB: Final = (-0.28, -2.0, -3.77)


class Affine(nn.Module):
    """Batch normalisation at inference: scale and shift along one axis."""

    def __init__(self, channels: int, axis: int = 1) -> None:
        super().__init__()
        self.axis = axis
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        shape = [1] * x.dim()
        shape[self.axis] = -1
        return x * self.scale.view(shape) + self.shift.view(shape)


class FrequencyMax(nn.Module):
    """Convolution, ReLU, batch norm, maximum over frequency: `(n, 1, frames, bands) -> (n, filters, frames)`."""

    def __init__(self, filters: int, kernel: tuple[int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, filters, kernel)
        self.bn = Affine(filters)
        self.padding = ((kernel[0] - 1) // 2, kernel[0] // 2)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(torch.relu(self.conv(functional.pad(x, (0, 0, *self.padding)))))
        return y.amax(dim=3)


class TimeConv(nn.Module):
    """Convolution over time ('same'), ReLU, batch norm."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, filters, MID_FRAMES, padding=MID_FRAMES // 2)
        self.bn = Affine(filters)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(torch.relu(self.conv(x)))
        return y


class Musicnn(nn.Module):
    """`(n, bands, frames)` mel patches -> tag logits `(n, 50)` and the penultimate layer `(n, 200)`."""

    def __init__(self, timbral: int = 204, temporal: int = 51, mid: int = 64) -> None:
        super().__init__()
        self.input_bn = Affine(1)
        blocks = [FrequencyMax(timbral, kernel) for kernel in TIMBRAL_KERNELS]
        blocks += [FrequencyMax(temporal, kernel) for kernel in TEMPORAL_KERNELS]
        self.front = nn.ModuleList(blocks)
        front = timbral * len(TIMBRAL_KERNELS) + temporal * len(TEMPORAL_KERNELS)
        self.mid = nn.ModuleList([TimeConv(front, mid), TimeConv(mid, mid), TimeConv(mid, mid)])
        pooled = 2 * (front + 3 * mid)
        self.pool_bn = Affine(pooled)
        self.dense = nn.Linear(pooled, UNITS)
        self.dense_bn = Affine(UNITS)
        self.out = nn.Linear(UNITS, N_TAGS)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        x = self.input_bn(patches.transpose(1, 2).unsqueeze(1))
        front = torch.cat([block(x) for block in self.front], dim=1)
        mid = [self.mid[0](front)]
        mid.append(self.mid[1](mid[0]) + mid[0])
        mid.append(self.mid[2](mid[1]) + mid[1])
        stack = torch.cat([front, *mid], dim=1)
        pooled = torch.stack([stack.amax(dim=2), stack.mean(dim=2)], dim=2).flatten(1)  # max, mean, max, mean ...
        embedding = self.dense_bn(torch.relu(self.dense(self.pool_bn(pooled))))
        return self.out(embedding), embedding


class TopBands(nn.Module):
    """Turn the power of the last bands by some decibels; the patches hold log10(1 + 10000 power)."""

    def __init__(self, decibels: Sequence[float]) -> None:
        super().__init__()
        self.gain: Tensor
        self.register_buffer("gain", 10 ** (torch.tensor(decibels, dtype=torch.float32).unsqueeze(1) / 10))

    def forward(self, patches: Tensor) -> Tensor:
        plain = patches.shape[1] - len(self.gain)
        power = torch.exp(patches[:, plain:] * math.log(10)) - 1
        return torch.cat([patches[:, :plain], torch.log(1 + power * self.gain) / math.log(10)], dim=1)


class Backbone(nn.Module):
    """All taggers side by side: `(n, bands, frames)` -> tag logits `(n, 100)`, embedding `(n, 400)`."""

    def __init__(self, taggers: Sequence[Tagger], top_bands_db: Sequence[float] = TOP_BANDS_DB) -> None:
        super().__init__()
        self.top_bands = TopBands(top_bands_db)
        self.nets = nn.ModuleList(Musicnn() for _ in taggers)
        for net, tagger in zip(self.nets, taggers, strict=True):
            net.load_state_dict({name: torch.from_numpy(value) for name, value in tagger.weights.items()})
        self.eval().requires_grad_(False)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        heard = self.top_bands(patches)
        logits, embeddings = zip(*(net(heard) for net in self.nets), strict=True)
        return torch.cat(logits, dim=1), torch.cat(embeddings, dim=1)
