"""Variations of a patch that do not change its genre. Each draws from a given generator, so a run repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from mgc_desktop.foundation.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly patches are varied; all zero means not at all.

    `masks`: stretches of time and of frequency that are blanked (SpecAugment, Park et al. 2019), each up to
    `mask_share` of its axis. `shift`: the patch is turned in time by up to this share. `mixup`: the chance that
    another patch (and its label) is mixed in, with a Beta(0.4, 0.4) share (Zhang et al. 2018). Patches are mixed in
    decibels, that is: their spectrograms are averaged geometrically. It is not what two songs sound like that play at
    once (which would add their powers), but the interpolation of the network's own input that mixup is defined by.
    """

    masks: int = 0
    mask_share: float = 0.15
    shift: float = 0.0
    mixup: float = 0.0


NONE = Augmentation()
USUAL = Augmentation(masks=2, shift=0.5, mixup=0.3)


def vary(patch: FloatArray, how: Augmentation, rng: Generator) -> FloatArray:
    """A shifted and masked copy of `(bands, frames)`."""
    return mask(shift(patch, how, rng), how, rng)


def shift(patch: FloatArray, how: Augmentation, rng: Generator) -> FloatArray:
    """Turn the patch in time: what leaves at the end comes back at the beginning."""
    if how.shift == 0:
        return patch
    most = int(patch.shape[1] * how.shift)
    return np.roll(patch, int(rng.integers(-most, most + 1)), axis=1)


def mask(patch: FloatArray, how: Augmentation, rng: Generator) -> FloatArray:
    """Blank stretches with the patch's mean."""
    if how.masks == 0:
        return patch
    masked = patch.copy()
    level = patch.mean()
    for _ in range(how.masks):
        for axis in (0, 1):
            size = patch.shape[axis]
            width = int(rng.integers(0, max(1, int(size * how.mask_share)) + 1))
            first = int(rng.integers(0, size - width + 1))
            stretch = [slice(None), slice(None)]
            stretch[axis] = slice(first, first + width)
            masked[tuple(stretch)] = level
    return masked


def mixing_share(how: Augmentation, rng: Generator) -> float:
    """How much of the first patch stays, 1 where nothing is mixed in."""
    if rng.random() >= how.mixup:
        return 1.0
    share = float(rng.beta(0.4, 0.4))
    return max(share, 1 - share)
