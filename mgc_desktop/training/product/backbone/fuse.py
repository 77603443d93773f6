"""Fold and prune a tagger: the same function with far fewer multiplications.

Three exact rewritings and one that is bounded:

- ReLU and batch norm are monotone in each filter, so the maximum over frequency is taken first, on the bare
  convolution; filters with a negative scale are negated so that the maximum stays a maximum.
- Batch norms are folded into the layers that follow; next to the zero padding of a convolution a shift counts for
  fewer taps, so the bias becomes a small map over time.
- Filters that died in training give the same number whatever they hear. Their constants go into those biases.
- Dead is what interval arithmetic proves: for no input in `INPUT_RANGE` does the filter's output move by more than
  `tolerance`. In training most of them fell to weights around 1e-12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import AnyArray
from mgc_desktop.training.product.backbone.wheel import Tagger, Weights

# log10(1 + 10000 power): full-scale sound stays under 7.4.
INPUT_RANGE: Final = (0.0, 9.0)
TOLERANCE: Final = 1e-4
_BLOCKS = 5


@dataclass(frozen=True)
class FrontBlock:
    """The live filters of one kernel shape; `v = clip(max over frequency of convolution, low, high)`."""

    kernel: AnyArray  # (filters, frames, bands)
    bias: AnyArray  # (filters,)
    low: AnyArray  # (filters,)
    high: AnyArray  # (filters,)


@dataclass(frozen=True)
class MidLayer:
    """Convolution over time with a bias map, ReLU, then scale and shift."""

    kernel: AnyArray  # (filters, channels, frames)
    bias: AnyArray  # (filters, n_frames) or (filters, 1)
    scale: AnyArray  # (filters, 1)
    shift: AnyArray  # (filters, 1)


@dataclass(frozen=True)
class Fused:
    """One tagger, ready to be written as a graph. `dense` takes all maxima over time, then all means."""

    name: str
    input_scale: AnyArray
    input_shift: AnyArray
    front: tuple[FrontBlock, ...]
    mid: tuple[MidLayer, ...]
    dense: tuple[AnyArray, AnyArray]
    dense_bn: tuple[AnyArray, AnyArray]
    out: tuple[AnyArray, AnyArray]
    dead: int


@dataclass(frozen=True)
class _Live:
    """What the later layers need to know of one front block: which filters live, and how they are to be scaled."""

    live: AnyArray  # (filters,) bool
    scale: AnyArray  # of the live ones, positive
    shift: AnyArray  # (filters,): batch norm's shift, for dead filters their constant


def fuse(tagger: Tagger, n_frames: int, tolerance: float = TOLERANCE) -> Fused:
    """Fold and prune the tagger for patches of `n_frames` frames."""
    w: Weights = {name: value.astype(np.float64) for name, value in tagger.weights.items()}
    blocks = [_front_block(w, i, tolerance) for i in range(_BLOCKS)]
    states = [state for _, state in blocks]
    live = np.concatenate([state.live for state in states])
    scale = np.concatenate([state.scale for state in states])
    shift = np.concatenate([state.shift for state in states])
    mid = [_first_mid(w, live, scale, shift, n_frames), _mid(w, 1), _mid(w, 2)]
    return Fused(
        tagger.name,
        w["input_bn.scale"],
        w["input_bn.shift"],
        tuple(block for block, _ in blocks),
        tuple(mid),
        _dense(w, live, scale, shift),
        (w["dense_bn.scale"], w["dense_bn.shift"]),
        (w["out.weight"], w["out.bias"]),
        int((~live).sum()),
    )


def _front_block(w: Weights, index: int, tolerance: float) -> tuple[FrontBlock, _Live]:
    kernel, bias = w[f"front.{index}.conv.weight"][:, 0], w[f"front.{index}.conv.bias"]
    scale, shift = w[f"front.{index}.bn.scale"], w[f"front.{index}.bn.shift"]
    least, most = _activation_bounds(kernel, bias, w["input_bn.scale"], w["input_bn.shift"])
    live = np.abs(scale) * (most - least) >= tolerance
    constant = np.where(live, shift, scale * (least + most) / 2 + shift)
    sign = np.where(scale < 0, -1.0, 1.0)[live]
    limit = float(np.finfo(np.float32).max)
    block = FrontBlock(
        kernel[live] * sign[:, None, None],
        bias[live] * sign,
        low=np.where(sign > 0, 0.0, -limit),
        high=np.where(sign > 0, limit, 0.0),
    )
    return block, _Live(live, np.abs(scale[live]), constant)


def _activation_bounds(kernel: AnyArray, bias: AnyArray, scale: AnyArray, shift: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The least and the most that each filter can give after its ReLU; padding counts as input 0."""
    ends = np.array(INPUT_RANGE) * scale + shift
    low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
    positive = np.maximum(kernel, 0).sum(axis=(1, 2))
    negative = np.minimum(kernel, 0).sum(axis=(1, 2))
    least = positive * low + negative * high + bias
    most = positive * high + negative * low + bias
    return np.maximum(least, 0), np.maximum(most, 0)


def _first_mid(w: Weights, live: AnyArray, scale: AnyArray, shift: AnyArray, n_frames: int) -> MidLayer:
    kernel = w["mid.0.conv.weight"]
    per_tap = np.einsum("fct,c->ft", kernel, shift)
    bias = w["mid.0.conv.bias"][:, None] + _padded_sum(per_tap, n_frames)
    return MidLayer(kernel[:, live] * scale[:, None], bias, *_column_bn(w, 0))


def _padded_sum(per_tap: AnyArray, n_frames: int) -> AnyArray:
    """What a constant 1 gives under 'same' zero padding: `(filters, taps) -> (filters, n_frames)`."""
    taps = per_tap.shape[1]
    ones = np.pad(np.ones(n_frames), (taps // 2, taps // 2))
    return np.stack([np.correlate(ones, row, mode="valid") for row in per_tap])


def _mid(w: Weights, index: int) -> MidLayer:
    return MidLayer(w[f"mid.{index}.conv.weight"], w[f"mid.{index}.conv.bias"][:, None], *_column_bn(w, index))


def _column_bn(w: Weights, index: int) -> tuple[AnyArray, AnyArray]:
    return w[f"mid.{index}.bn.scale"][:, None], w[f"mid.{index}.bn.shift"][:, None]


def _dense(w: Weights, live: AnyArray, scale: AnyArray, shift: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The dense layer with the pooled batch norm and the front's scales and shifts folded in."""
    kernel = w["dense.weight"] * w["pool_bn.scale"]
    bias = w["dense.bias"] + w["dense.weight"] @ w["pool_bn.shift"]
    parts = []
    for kind in range(2):  # columns alternate: maximum, mean, maximum ...
        part = kernel[:, kind::2]
        front, mid = part[:, : len(live)], part[:, len(live) :]
        bias = bias + front @ shift
        parts.append(np.concatenate([front[:, live] * scale, mid], axis=1))
    return np.concatenate(parts, axis=1), bias


def live_filters(taggers: Sequence[Fused]) -> str:
    """For people: how many filters of each kind are left."""
    return "; ".join(
        f"{t.name} " + " ".join(f"{len(b.bias)}×{b.kernel.shape[1]}x{b.kernel.shape[2]}" for b in t.front)
        for t in taggers
    )
