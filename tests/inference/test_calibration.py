"""From logits to probabilities, and from segments to a song."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mgc_desktop.inference.calibration import (
    Calibration,
    aggregation_input,
    pooled_probabilities,
    segment_probabilities,
    softmax,
    song_probabilities,
)

LOGITS = np.array([[2.0, 0.0, -2.0], [0.0, 1.0, 0.0]], np.float32)


@given(arrays(np.float32, (3, 4), elements=st.floats(-1e4, 1e4, width=32)), st.floats(0.05, 20))
def test_softmax_is_a_distribution_for_any_logits(logits: np.ndarray, temperature: float) -> None:
    p = softmax(logits, temperature)
    assert np.isfinite(p).all()
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)


def test_a_higher_temperature_lowers_the_confidence() -> None:
    sure = segment_probabilities(LOGITS, Calibration(segment_temperature=0.5))
    vague = segment_probabilities(LOGITS, Calibration(segment_temperature=2.0))
    assert (sure.max(axis=1) > vague.max(axis=1)).all()
    assert (sure.argmax(axis=1) == vague.argmax(axis=1)).all()


def test_mean_logits_pools_before_the_softmax() -> None:
    calibration = Calibration("mean_logits", song_temperature=0.5)
    assert np.allclose(song_probabilities(LOGITS, calibration), softmax(LOGITS.mean(axis=0), 0.5))


def test_mean_probabilities_pools_after_the_softmax() -> None:
    calibration = Calibration("mean_probabilities", segment_temperature=2.0)
    expected = softmax(LOGITS, 2.0).mean(axis=0)
    assert np.allclose(song_probabilities(LOGITS, calibration), expected, atol=1e-6)


def test_a_song_temperature_sharpens_mean_probabilities_too() -> None:
    calibration = Calibration("mean_probabilities", song_temperature=0.5)
    squared = softmax(LOGITS).mean(axis=0) ** 2
    assert np.allclose(song_probabilities(LOGITS, calibration), squared / squared.sum(), atol=1e-6)


def test_certain_predictions_are_pooled_without_infinities() -> None:
    logits = np.array([[1e4, 0, 0]], np.float32)
    p = pooled_probabilities(
        aggregation_input(logits, Calibration("mean_probabilities"))[0], Calibration("mean_probabilities")
    )
    assert np.isfinite(p).all()
    assert p[0] == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pooling": "median"},
        {"segment_temperature": 0},
        {"song_temperature": -1},
        {"song_temperature": float("nan")},
        {"unsure_below": 1.5},
    ],
)
def test_an_invalid_calibration_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Calibration(**{**asdict(Calibration()), **wrong})
