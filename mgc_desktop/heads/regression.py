"""Multinomial logistic regression with soft targets and offsets, in numpy, in milliseconds.

The Hessian of the loss is nowhere greater than half the features' weighted squares (Böhning 1992). In coordinates in
which that bound and the penalty are the unit matrix, plain gradient steps of length 1 always go down, and Nesterov's
momentum (restarted when it points uphill) makes them few. The coordinates depend on the songs, not on the answers:
they are found once, and serve every fold of a cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import BoolArray, DoubleArray

_STEPS: Final = 300
_STILL: Final = 1e-4  # the greatest change of a coefficient, in the coordinates of the search


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Features `(n, F)` of songs, seen so that the search is short.

    `x` `(n, F)`: the features in the new coordinates; `back` `(F, F)`: coefficients there @ `back` = coefficients.
    `penalty` `(F, F)`: the penalty there.
    """

    x: DoubleArray
    back: DoubleArray
    penalty: DoubleArray

    @classmethod
    def of(cls, features: DoubleArray, weights: DoubleArray, penalty: DoubleArray) -> Coordinates:
        """For songs that count at most `weights` `(n,)`; a coefficient costs half its square times `penalty` `(F,)`."""
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
        """Coefficients `(G, F)`, so that softmax(offsets + coefficients @ features) comes near the targets.

        `offsets`, `targets` `(n, G)`, `weights` `(n,)`; songs that are not `among` these count nothing.
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
    """Along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: DoubleArray = powers / powers.sum(axis=-1, keepdims=True)
    return result
