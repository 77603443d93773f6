"""The projection of a cube of songs to a page: zoom, pan and rotation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mgc_desktop.analysis.camera import ASLANT, CORNERS, EDGES, FRONT, Camera

SIZE = (900.0, 500.0)
MIDDLE = np.array([[0.5, 0.5, 0.5]], np.float32)
RNG = np.random.default_rng(0)
CLOUD = RNG.uniform(0, 1, (200, 3)).astype(np.float32)
FLAT = np.concatenate([CLOUD[:, :2], np.full((200, 1), 0.5, np.float32)], axis=1)


def seen(camera: Camera, *place: float) -> list[float]:
    return camera.project(np.array([place], np.float32), SIZE)[0][0].tolist()


def test_the_centre_of_the_cube_is_at_the_centre_of_the_page() -> None:
    assert seen(FRONT, 0.5, 0.5, 0.5) == pytest.approx([450, 250])
    assert seen(ASLANT, 0.5, 0.5, 0.5) == pytest.approx([450, 250])


def test_right_and_up_keep_their_directions() -> None:
    x, y = seen(FRONT, 0.9, 0.9, 0.5)
    assert x > 450 and y < 250


def test_a_flat_map_fills_the_page_and_a_cube_keeps_its_shape() -> None:
    assert np.ptp(FRONT.project(CORNERS * [1, 1, 0] + [0, 0, 0.5], SIZE)[0], axis=0) == pytest.approx([774, 430], abs=1)
    width, height = np.ptp(Camera(flat=0.0).project(CORNERS * [1, 1, 0] + [0, 0, 0.5], SIZE)[0], axis=0)
    assert width == pytest.approx(height)


def test_nearer_points_are_larger_and_have_more_depth() -> None:
    camera = Camera(flat=0.0)
    near, far = seen(camera, 1, 1, 1), seen(camera, 1, 1, 0)
    assert near[0] > far[0]
    assert np.diff(camera.project(np.array([[0, 0, 0], [0, 0, 1]], np.float32), SIZE)[1]) > 0


@pytest.mark.parametrize("camera", [FRONT, Camera(zoom=3, pan=(0.4, -0.2)), Camera(zoom=2, flat=0.5)])
def test_zooming_keeps_the_point_under_the_pointer(camera: Camera) -> None:
    at = tuple(seen(camera, 0.7, 0.3, 0.5))
    nearer = camera.zoomed(1.6, at, SIZE)  # type: ignore[arg-type]
    assert nearer.zoom == pytest.approx(camera.zoom * 1.6)
    assert seen(nearer, 0.7, 0.3, 0.5) == pytest.approx(list(at), abs=0.01)


def test_zoom_is_limited() -> None:
    assert FRONT.zoomed(1e9, (1, 1), SIZE).zoom < 100
    assert FRONT.zoomed(1e-9, (1, 1), SIZE).zoom > 0.01


def test_a_drag_moves_by_as_many_pixels() -> None:
    x, y = seen(FRONT, 0.2, 0.8, 0.5)
    assert seen(FRONT.moved(30, -12, SIZE), 0.2, 0.8, 0.5) == pytest.approx([x + 30, y - 12], abs=0.01)


def test_turning_to_the_right_brings_the_front_to_the_right() -> None:
    camera = Camera(flat=0.0)
    assert seen(camera.turned(50, 0), 0.5, 0.5, 1)[0] > 450
    assert seen(camera.turned(0, 50), 0.5, 0.5, 1)[1] > 250
    assert camera.turned(0, 10_000).pitch == pytest.approx(math.pi / 2)  # no headstands


def test_turning_keeps_distances_from_the_middle() -> None:
    rotation = ASLANT.turned(123, -45)._rotation()
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-6)
    assert np.linalg.det(rotation) == pytest.approx(1)


@pytest.mark.parametrize(("camera", "places"), [(FRONT, FLAT * [3, 2, 1] - [1, 1, 0]), (FRONT, FLAT)])
def test_fitted_shows_all(camera: Camera, places: np.ndarray) -> None:
    fitted = camera.zoomed(7, (3, 3), SIZE).fitted(places.astype(np.float32), SIZE)
    xy, _ = fitted.project(places.astype(np.float32), SIZE)
    assert (xy >= 0).all() and (xy <= SIZE).all()
    middle = (xy.min(axis=0) + xy.max(axis=0)) / 2
    assert middle == pytest.approx([450, 250], abs=1)


def test_one_song_or_none_can_be_shown() -> None:
    assert np.isfinite(seen(FRONT.fitted(MIDDLE, SIZE), 0.5, 0.5, 0.5)).all()
    assert FRONT.fitted(np.zeros((0, 3), np.float32), SIZE) == FRONT


def test_on_the_way_it_starts_here_and_ends_there() -> None:
    there = Camera(yaw=3.0, zoom=4.0, pan=(0.1, 0.2), flat=0.0)
    assert FRONT.towards(there, 0) == FRONT
    assert FRONT.towards(there, 1).zoom == pytest.approx(4)
    assert FRONT.towards(there, 0.5).zoom == pytest.approx(2)
    assert Camera(yaw=3.0).towards(Camera(yaw=-3.0), 0.5).yaw > 3  # the short way round


def test_a_cube_has_twelve_edges() -> None:
    assert len(EDGES) == 12
    assert {float(np.abs(CORNERS[a] - CORNERS[b]).sum()) for a, b in EDGES} == {1.0}
