"""Which excerpts of a song are analysed."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.library.excerpts import Plan, is_clear


def test_excerpts_are_spread_evenly_inside_the_song() -> None:
    excerpts = Plan(3, 10.0).excerpts(90.0)
    assert [(e.start, e.seconds) for e in excerpts] == [(10.0, 10.0), (40.0, 10.0), (70.0, 10.0)]


@pytest.mark.parametrize("duration", [0.0, 20.0, 44.9])
def test_a_short_song_has_no_excerpts(duration: float) -> None:
    assert Plan(3, 10.0).excerpts(duration) == ()


@pytest.mark.parametrize(
    ("best", "second", "clear"),
    [(0.9, 0.05, True), (0.5, 0.4, False), (0.31, 0.1, False), (0.29, 0.1, False), (0.18, 0.01, True)],
)
def test_a_close_call_is_not_clear(best: float, second: float, clear: bool) -> None:
    probabilities = np.array([0.0, second, best, 0.0], np.float32)
    assert is_clear(probabilities, unsure_below=0.3) is clear
