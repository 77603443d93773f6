"""Variations keep shape and level, differ from draw to draw, and repeat with the seed."""

from __future__ import annotations

import numpy as np

from mgc_desktop.training.augment import NONE, USUAL, Augmentation, mask, mixing_share, shift, vary

PATCH = np.random.default_rng(0).standard_normal((16, 40)).astype(np.float32)


def test_the_same_seed_gives_the_same_variation() -> None:
    one, two, three = (vary(PATCH, USUAL, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


def test_no_augmentation_changes_nothing() -> None:
    assert np.array_equal(vary(PATCH, NONE, np.random.default_rng(0)), PATCH)
    assert mixing_share(NONE, np.random.default_rng(0)) == 1.0


def test_a_shift_turns_the_patch_in_time() -> None:
    shifted = shift(PATCH, Augmentation(shift=0.5), np.random.default_rng(3))
    assert any(np.array_equal(np.roll(PATCH, k, axis=1), shifted) for k in range(-20, 21) if k)


def test_masks_blank_whole_bands_and_frames_and_leave_the_original_alone() -> None:
    before = PATCH.copy()
    masked = mask(PATCH, Augmentation(masks=2, mask_share=0.3), np.random.default_rng(5))
    changed = masked != PATCH
    rows, columns = changed.all(axis=1), changed.all(axis=0)
    assert changed.any()
    assert changed[~rows][:, ~columns].sum() == 0
    assert np.array_equal(PATCH, before)


def test_what_is_mixed_in_is_never_more_than_half() -> None:
    shares = [mixing_share(Augmentation(mixup=1.0), np.random.default_rng(i)) for i in range(100)]
    assert min(shares) >= 0.5 and max(shares) <= 1
