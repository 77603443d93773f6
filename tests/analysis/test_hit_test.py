"""Which points a pointer, an arrow key or an outline hits."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.analysis.hit_test import inside, nearest, next_towards

XY = np.array([[0, 0], [10, 0], [20, 3], [10, 40], [-30, -2]], np.float32)
ALL = np.ones(5, bool)


def test_the_nearest_point_is_hit_within_the_distance() -> None:
    assert nearest(XY, ALL, (8, 1), 5) == 1
    assert nearest(XY, ALL, (8, 1), 1) is None
    assert nearest(XY[:0], ALL[:0], (0, 0), 100) is None


def test_hidden_points_are_not_hit() -> None:
    assert nearest(XY, np.array([True, False, True, True, True]), (8, 1), 10) == 0


@pytest.mark.parametrize(("direction", "expected"), [((1, 0), 1), ((0, 1), 3), ((-1, 0), 4), ((0, -1), None)])
def test_an_arrow_key_leads_to_the_next_point_in_its_direction(
    direction: tuple[int, int], expected: int | None
) -> None:
    assert next_towards(XY, ALL, 0, direction) == expected


def test_an_arrow_key_skips_hidden_points() -> None:
    assert next_towards(XY, np.array([True, False, True, True, True]), 0, (1, 0)) == 2


def test_points_inside_a_concave_outline() -> None:
    u = np.array([[0, 0], [9, 0], [9, 9], [6, 9], [6, 3], [3, 3], [3, 9], [0, 9]], np.float32)
    xy = np.array([[1, 8], [4.5, 8], [8, 8], [4.5, 1], [-1, 1], [20, 20]], np.float32)
    assert inside(xy, u).tolist() == [True, False, True, True, False, False]


def test_the_centre_of_a_self_crossing_star_is_outside() -> None:
    angles = np.arange(5) * 4 * np.pi / 5
    star = np.stack([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
    assert inside(np.array([[0, 0], [0, 0.8]], np.float32), star).tolist() == [False, True]


def test_an_outline_needs_three_corners() -> None:
    assert not inside(XY, XY[:2]).any()


def test_a_rectangle_selects_the_same_points_as_comparisons() -> None:
    cloud = np.random.default_rng(0).uniform(0, 1, (2000, 2)).astype(np.float32)
    box = np.array([[0.2, 0.3], [0.7, 0.3], [0.7, 0.9], [0.2, 0.9]], np.float32)
    expected = ((cloud >= box[0]) & (cloud <= box[2])).all(axis=1)
    assert (inside(cloud, box) == expected).all()
