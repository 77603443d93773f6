"""Multinomial logistic regression with soft targets and offsets, in numpy, in milliseconds.

The Hessian of the loss is bounded by half the weighted squares of the features (Böhning 1992). In coordinates in which
this bound plus the penalty is the unit matrix, gradient steps of length 1 always decrease the loss, and Nesterov's
momentum (restarted when the loss increases) makes few of them necessary. The coordinates depend on the songs but not on
the targets, so they are computed once for all folds of a cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import BoolArray, DoubleArray

_STEPS: Final = 300
_STILL: Final = 1e-4  # the fit ends when no coefficient changes by more, in these coordinates


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Features `(n, F)` of songs in coordinates in which the fit converges fast.

    `x` `(n, F)`: the features in these coordinates; `back` `(F, F)`: coefficients there @ `back` = coefficients.
    `penalty` `(F, F)`: the penalty in these coordinates.
    """

    x: DoubleArray
    back: DoubleArray
    penalty: DoubleArray

    @classmethod
    def of(cls, features: DoubleArray, weights: DoubleArray, penalty: DoubleArray) -> Coordinates:
        """Coordinates for songs of at most `weights` `(n,)`; the penalty is half of `penalty` `(F,)` times squares."""
        bound = 0.5 * (features.T * weights) @ features + np.diag(penalty)
        back = np.linalg.inv(np.linalg.cholesky(bound))
        return cls(features @ back.T, back, (back * penalty) @ back.T)

    def fit(
        self,
        offsets: DoubleArray,
        targets: DoubleArray,
        weights: DoubleArray,
        *,
        among: BoolArray | None = None,
    ) -> DoubleArray:
        """Coefficients `(G, F)`, so that softmax(offsets + coefficients @ features) approximates the targets.

        `offsets`, `targets` `(n, G)`, `weights` `(n,)`; only songs in the mask `among` `(n,)` are used.
        """
        weights = weights if among is None else weights * among
        used = weights > 0
        x, offsets, targets, weights = self.x[used], offsets[used], targets[used], weights[used, np.newaxis]
        found = ahead = np.zeros((x.shape[1], targets.shape[1]))
        momentum = 1.0
        for _ in range(_STEPS):
            slope = x.T @ (weights * (softmax(offsets + x @ ahead) - targets)) + self.penalty @ ahead
            step = ahead - slope - found
            if (slope * step).sum() > 0:
                momentum = 1.0
            faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            found, ahead, momentum = found + step, found + step + (momentum - 1) / faster * step, faster
            if np.abs(step).max() < _STILL:
                break
        coefficients: DoubleArray = (self.back.T @ found).T
        return coefficients


def softmax(logits: DoubleArray) -> DoubleArray:
    """Softmax along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: DoubleArray = powers / powers.sum(axis=-1, keepdims=True)
    return result
