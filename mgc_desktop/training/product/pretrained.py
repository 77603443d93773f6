"""Networks that begin as the backbone: its convolutions carried to a coarser picture, then tuned by distillation.

A picture averaged over `f x f` points and stretched back to its old size is what a reduced one can show of the
original. A kernel on the stretched picture equals a smaller kernel on the reduced one, whose taps are sums of the old
ones; the sum depends on where the old kernel lies on the coarser grid, and the mean over all places is taken. So
training begins near the backbone and has only to make up for what averaging lost, instead of learning to hear from
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.inputs import FRAMES, WINDOWS
from mgc_desktop.training.product.backbone.fuse import FrontBlock, Fused, MidLayer, fuse
from mgc_desktop.training.product.backbone.network import TOP_BANDS_DB, TopBands
from mgc_desktop.training.product.backbone.wheel import read_taggers

TAG_RANGE: Final = (-9.0, 4.0)  # of tag logits, as in the backbone's head


class Heard(NamedTuple):
    """What a tower says of patches: `(n, genres)`, `(n, tags)` logits and `(n, units)`."""

    logits: Tensor
    tags: Tensor
    embedding: Tensor


def shrink(kernel: NDArray[np.floating], axis: int, factor: int, pad: int) -> tuple[NDArray[np.floating], int, int]:
    """The kernel for a picture averaged by `factor` along `axis`, and its padding before and after.

    `pad` is how far the old kernel reaches before its place.
    """
    taps = kernel.shape[axis]
    lowest = (0 - pad) // factor
    highest = (factor - 1 + taps - 1 - pad) // factor
    shape = list(kernel.shape)
    shape[axis] = highest - lowest + 1
    small = np.zeros(shape)
    source, target = np.moveaxis(kernel, axis, 0), np.moveaxis(small, axis, 0)
    for phase in range(factor):
        for tap in range(taps):
            target[(phase + tap - pad) // factor - lowest] += source[tap] / factor
    return small, -lowest, highest


class _Front(nn.Module):
    """Convolution, maximum over frequency, then ReLU (or its mirror image, where the old batch norm was negative)."""

    low: Tensor
    high: Tensor

    def __init__(self, block: FrontBlock, factor: int) -> None:
        super().__init__()
        frames = block.kernel.shape[1]
        kernel, before, after = shrink(block.kernel, 1, factor, (frames - 1) // 2)
        if kernel.shape[2] > 1:
            kernel, _, _ = shrink(kernel, 2, factor, 0)
        self.before, self.after = before, after
        self.weight = _parameter(kernel[:, None])
        self.bias = _parameter(block.bias)
        self.register_buffer("low", torch.tensor(block.low[:, None], dtype=torch.float32))
        self.register_buffer("high", torch.tensor(block.high[:, None], dtype=torch.float32))

    def forward(self, image: Tensor) -> Tensor:
        spare = self.after - self.before  # what is equal at both ends, the convolution pads itself: that is faster
        image = functional.pad(image, (0, 0, 0, spare)) if spare else image
        y = functional.conv2d(image, self.weight, self.bias, padding=(self.before, 0)).amax(dim=3)
        return torch.minimum(torch.maximum(y, self.low), self.high)


class _Mid(nn.Module):
    """Convolution over time, ReLU, scale and shift."""

    def __init__(self, layer: MidLayer, factor: int, frames: int) -> None:
        super().__init__()
        kernel, self.before, after = shrink(layer.kernel, 2, factor, layer.kernel.shape[2] // 2)
        assert self.before == after, "an odd kernel in its middle stays so"
        bias = layer.bias
        if bias.shape[1] > 1:
            bias = bias[:, : frames * factor].reshape(len(bias), frames, factor).mean(axis=2)
        self.weight, self.bias = _parameter(kernel), _parameter(bias)
        self.scale, self.shift = _parameter(layer.scale), _parameter(layer.shift)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.conv1d(x, self.weight, padding=self.before) + self.bias
        return torch.relu(y) * self.scale + self.shift


class Tower(nn.Module):
    """One tagger of the backbone at a resolution: patches `(n, bands, frames)` to tags and embedding."""

    def __init__(self, fused: Fused, factor: int) -> None:
        super().__init__()
        frames = FRAMES // factor
        self.input_scale, self.input_shift = _parameter(fused.input_scale), _parameter(fused.input_shift)
        self.front = nn.ModuleList(_Front(block, factor) for block in fused.front if len(block.bias))
        self.mid = nn.ModuleList(_Mid(layer, factor, frames) for layer in fused.mid)
        self.dense, self.out = _linear(*fused.dense), _linear(*fused.out)
        self.scale, self.shift = (_parameter(value) for value in fused.dense_bn)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        image = patches.transpose(1, 2).unsqueeze(1) * self.input_scale + self.input_shift
        front = torch.cat([block(image) for block in self.front], dim=1)
        mid = [self.mid[0](front)]
        for layer in list(self.mid)[1:]:
            mid.append(layer(mid[-1]) + mid[-1])
        stack = torch.cat([front, *mid], dim=1)
        pooled = torch.cat([stack.amax(dim=2), stack.mean(dim=2)], dim=1)
        embedding = torch.relu(self.dense(pooled)) * self.scale + self.shift
        return self.out(embedding), embedding


class PretrainedCnn(nn.Module):
    """Towers side by side, 100 tags, and the genre from tags and embedding.

    With one tower, `tags` is a linear map of its embedding that learns to say what both taggers would have said.
    """

    def __init__(self, taggers: Sequence[Fused], factor: int, tags: int = 100, genres: int = len(GENRES)) -> None:
        super().__init__()
        self.factor, self.tags = factor, tags
        self.tag_range = TAG_RANGE
        # A reduced picture has the top bands mixed with others; its towers learn what to make of that.
        self.top_bands = TopBands(TOP_BANDS_DB) if factor == 1 else nn.Identity()
        self.towers = nn.ModuleList(Tower(tagger, factor) for tagger in taggers)
        units = sum(len(tagger.dense[1]) for tagger in taggers)
        own = sum(len(tagger.out[1]) for tagger in taggers)
        self.rest = nn.Linear(units, tags - own) if own < tags else None
        self.genre = nn.Linear(tags + units, genres)

    def hear(self, patches: Tensor) -> Heard:
        """All that is known of reduced patches `(n, bands, frames)`."""
        heard = self.top_bands(patches)
        tags, embeddings = zip(*(tower(heard) for tower in self.towers), strict=True)
        embedding = torch.cat(embeddings, dim=1)
        every = torch.cat([self.rest(embedding), *tags] if self.rest is not None else tags, dim=1)
        return Heard(self.judge(torch.cat([every, embedding], dim=1)), every, embedding)

    def judge(self, features: Tensor) -> Tensor:
        """Genre logits from tags and embedding side by side, `(..., tags + units)`; extreme tags are cut off."""
        tags = features[..., : self.tags].clamp(*self.tag_range)
        logits: Tensor = self.genre(torch.cat([tags, features[..., self.tags :]], dim=-1))
        return logits

    def forward(self, patches: Tensor) -> Tensor:
        """Reduced patches to logits `(n, genres)`."""
        return self.hear(patches).logits


class PretrainedLstm(nn.Module):
    """A CNN hears a few seconds at a time; an LSTM follows what it hears and adds to its verdict.

    It begins with adding nothing. Patches are `windows` times as long as the CNN's.
    """

    def __init__(self, cnn: PretrainedCnn, windows: int = WINDOWS, hidden: int = 64) -> None:
        super().__init__()
        self.cnn = cnn.requires_grad_(False)
        self.width = FRAMES // cnn.factor
        spare = windows * FRAMES // cnn.factor - self.width
        self.starts = [round(i * spare / (windows - 1)) for i in range(windows)]
        features = cnn.genre.in_features
        self.squeeze = nn.Linear(features, hidden)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.add = nn.Linear(hidden, cnn.genre.out_features)
        nn.init.zeros_(self.add.weight)
        nn.init.zeros_(self.add.bias)

    def hear(self, patches: Tensor) -> Tensor:
        """Reduced long patches to what the CNN makes of each window, `(n, windows, genres + tags + units)`."""
        heard = [self.cnn.hear(patches[:, :, s : s + self.width]) for s in self.starts]
        return torch.stack([torch.cat(h, dim=1) for h in heard], dim=1)

    def judge(self, heard: Tensor) -> Tensor:
        """From what `hear` gave to logits `(n, genres)`."""
        genres = self.add.out_features
        verdicts = torch.log_softmax(heard[:, :, :genres], dim=2).mean(dim=1)
        states, _ = self.lstm(torch.tanh(self.squeeze(heard[:, :, genres:])))
        return verdicts + self.add(states.mean(dim=1))  # type: ignore[no-any-return]

    def forward(self, patches: Tensor) -> Tensor:
        """Reduced long patches to logits `(n, genres)`."""
        return self.judge(self.hear(patches))


class PretrainedStack(nn.Module):
    """CNN and LSTM weighed by a meta-learner; the convolutions that both share are computed once."""

    def __init__(self, lstm: PretrainedLstm) -> None:
        super().__init__()
        self.lstm = lstm
        genres = lstm.add.out_features
        self.meta = nn.Linear(2 * genres, genres)

    def views(self, heard: Tensor) -> Tensor:
        """From what the LSTM's `hear` gave to the log-probabilities of both, `(n, 2 genres)`."""
        genres = self.lstm.add.out_features
        cnn = torch.log_softmax(heard[:, :, :genres], dim=2).mean(dim=1)
        return torch.cat([torch.log_softmax(v, dim=1) for v in (cnn, self.lstm.judge(heard))], dim=1)

    def forward(self, patches: Tensor) -> Tensor:
        """Reduced long patches to logits `(n, genres)`."""
        logits: Tensor = self.meta(self.views(self.lstm.hear(patches)))
        return logits


def pretrained_cnn(wheel: Path, factor: int, genres: int) -> PretrainedCnn:
    """A CNN that begins as the backbone, whose weights are in musicnn's `wheel`. Raises TrainingError."""
    return PretrainedCnn([fuse(tagger, FRAMES) for tagger in read_taggers(wheel)], factor, genres=genres)


def _parameter(values: NDArray[np.floating]) -> nn.Parameter:
    return nn.Parameter(torch.tensor(np.asarray(values), dtype=torch.float32))


def _linear(weight: NDArray[np.floating], bias: NDArray[np.floating]) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = _parameter(weight), _parameter(bias)
    return layer
