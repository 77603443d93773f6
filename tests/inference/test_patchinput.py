"""Patches are cut, shifted and averaged as the metadata says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.inference.patchinput import PatchInput, area_average


def spectrogram(n: int, frames: int) -> np.ndarray:
    return np.random.default_rng(5).uniform(-100, -10, (n, REPORT.n_mels, frames)).astype(np.float32)


def test_the_backbone_gets_the_patch_unchanged() -> None:
    patch = PatchInput(MUSICNN, 187, 187)
    x = np.random.default_rng(0).random((2, 96, 187), np.float32)
    assert np.array_equal(patch.prepare(x), x)
    assert patch.shape == (96, 187)
    assert patch.seconds == pytest.approx(2.992)


def test_the_loudest_point_of_each_patch_becomes_zero_decibels() -> None:
    x = spectrogram(3, 64)
    prepared = PatchInput(REPORT, 64, 64, reference="maximum").prepare(x)
    assert np.allclose(prepared.max(axis=(1, 2)), 0)
    assert np.allclose(prepared, x - x.max(axis=(1, 2), keepdims=True))


def test_gain_does_not_change_a_patch_relative_to_its_maximum() -> None:
    patch = PatchInput(REPORT, 64, 64, reference="maximum", top_db=60)
    x = spectrogram(2, 64)
    assert np.allclose(patch.prepare(x), patch.prepare(x + np.float32(7)), atol=1e-4)


@pytest.mark.parametrize("reference", ["maximum", "full_scale"])
def test_top_db_clips_relative_to_the_maximum(reference: Any) -> None:
    prepared = PatchInput(REPORT, 64, 64, reference=reference, top_db=40).prepare(spectrogram(1, 64))
    assert prepared.max() - prepared.min() == pytest.approx(40, abs=1e-3)


@pytest.mark.parametrize(("reduction", "resolution"), [(1, "full"), (2, "quarter"), (4, "sixteenth")])
def test_resolutions_average_squares(reduction: int, resolution: str) -> None:
    patch = PatchInput(REPORT, 66, 33, reduction)
    x = spectrogram(2, 66)
    prepared = patch.prepare(x)
    assert prepared.shape == (2, *patch.shape) == (2, 128 // reduction, 66 // reduction)
    assert prepared[1, 3, 2] == pytest.approx(
        x[1, 3 * reduction : 4 * reduction, 2 * reduction : 3 * reduction].mean(), abs=1e-4
    )
    assert patch.resolution == resolution


def test_averaging_cuts_off_incomplete_squares() -> None:
    assert np.array_equal(area_average(np.arange(15, dtype=np.float32).reshape(3, 5), 2), [[3, 5]])


def test_no_patches_give_no_patches() -> None:
    patch = PatchInput(REPORT, 64, 64, 4, "maximum", 80)
    assert patch.prepare(np.zeros((0, 128, 64), np.float32)).shape == (0, 32, 16)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, 96, 187\)"):
        PatchInput(MUSICNN, 187, 187).prepare(np.zeros((1, 187, 96), np.float32))


@pytest.mark.parametrize(
    "wrong",
    [{"reduction": 3}, {"hop": 0}, {"hop": 200}, {"reference": "mean"}, {"top_db": 0}, {"colour": 1}],
)
def test_an_invalid_patch_input_is_refused(wrong: dict[str, Any]) -> None:
    good = PatchInput(MUSICNN, 187, 187).to_dict()
    assert PatchInput.from_dict(good) == PatchInput(MUSICNN, 187, 187)
    with pytest.raises(ValueError, match=r"."):
        PatchInput.from_dict({**good, **wrong})
