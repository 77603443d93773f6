"""Ticks are round, inside the range, and about as many as requested."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.analysis.axis import round_ticks, tick_label


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 2.4, 5, [0, 0.5, 1, 1.5, 2]),
        (0, 29, 6, [0, 5, 10, 15, 20, 25]),
        (0.031, 0.048, 4, [0.035, 0.04, 0.045]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert round_ticks(low, high, most) == pytest.approx(ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 12))
def test_ticks_lie_inside_and_are_not_too_many(low: float, span: float, most: int) -> None:
    ticks = round_ticks(low, low + span, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)


def test_an_empty_range_has_one_tick_and_an_invalid_one_none() -> None:
    assert round_ticks(3, 3) == [3]
    assert round_ticks(math.nan, 1) == []


def test_labels_are_short() -> None:
    assert [tick_label(v) for v in (0.30000000000000004, 2.0, 1500)] == ["0.3", "2", "1500"]
