"""Folding many channels to two."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.audio.downmix import fold, fold_weights, usual_layout


def test_five_point_one():
    left, right, centre, low, back_left, back_right = fold_weights(usual_layout(6)).T
    assert left[0] == right[1] > centre[0] == centre[1] == back_left[0] == back_right[1] > low[0] == low[1] > 0
    assert left[1] == right[0] == back_left[1] == back_right[0] == 0


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8, 9, 16, 64, 255])
def test_nothing_clips_and_every_channel_is_heard(channels):
    layout = usual_layout(channels)
    sides = fold(np.ones((channels, 3), np.float32), layout)
    assert sides.shape == (2, 3) and sides.dtype == np.float32
    np.testing.assert_allclose(sides, 1, atol=1e-5)
    assert (fold_weights(layout).max(axis=0) > 0).all()


@pytest.mark.parametrize("layout", [("FL", "BL", "SL"), ("LFE", "LFE2", "LFE"), ("BR", "SR", "TFR")])
def test_a_layout_of_one_side_is_heard_on_both(layout):
    np.testing.assert_allclose(fold(np.ones((3, 2), np.float32), layout), 1, atol=1e-6)


def test_the_order_that_a_file_states_decides():
    y = np.eye(3, dtype=np.float32)
    assert fold(y, ("FC", "FR", "FL"))[:, 1].tolist() == [0, pytest.approx(1 / (1 + 0.5**0.5))]


def test_ambisonic_sound_has_a_left_and_a_right():
    sides = fold(np.eye(4, dtype=np.float32), ("AMBI0", "AMBI1", "AMBI2", "AMBI3"))
    assert sides[0, 0] == sides[1, 0] > 0 and sides[0, 1] == -sides[1, 1] > 0
