"""The state of the map: visible, hidden, selected and labelled songs, and the arrow keys."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.analysis.camera import ASLANT, FRONT
from mgc_desktop.analysis.colouring import by_prediction
from mgc_desktop.analysis.scene import Scene

PREDICTED = ("Jazz",) * 4 + ("World",) * 3 + ("Jazz",)
SURE = np.array([True] * 7 + [False])
PLACES = np.array(
    [[0.1, 0.5], [0.2, 0.5], [0.3, 0.5], [0.2, 0.6], [0.8, 0.5], [0.9, 0.5], [0.8, 0.6], [0.5, 0.1]], np.float32
)
CUBE = np.concatenate([PLACES, np.full((8, 1), 0.5, np.float32)], axis=1)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.size = (800.0, 400.0)
    scene.fill(CUBE, by_prediction(PREDICTED, SURE))
    return scene


def test_hidden_groups_are_not_visible_and_not_hit(scene: Scene) -> None:
    scene.hide(frozenset({"World", "Unsure"}))
    assert scene.visible.tolist() == [True] * 4 + [False] * 4
    at = tuple(scene.project()[0][4].tolist())
    assert scene.at(at, 5) is None  # type: ignore[arg-type]
    scene.hide(frozenset())
    assert scene.at(at, 5) == 4  # type: ignore[arg-type]


def test_hidden_groups_stay_hidden_when_the_colouring_changes(scene: Scene) -> None:
    scene.hide(frozenset({"World"}))
    scene.colour(by_prediction(("World",) * 8, np.ones(8, bool)))
    assert not scene.visible.any()


def test_arrow_keys_move_over_the_map_from_its_centre(scene: Scene) -> None:
    scene.current = scene.step((1, 0))
    assert scene.current == 2  # the nearest to the middle of the page
    scene.current = scene.step((-1, 0))
    assert scene.current == 1
    assert scene.step((0, -1)) == 3  # up


def test_an_outline_selects_the_visible_songs_in_it(scene: Scene) -> None:
    page = np.array([[400, 0], [800, 0], [800, 400], [400, 400]], np.float32)
    assert scene.within(page).tolist() == [4, 5, 6, 7]
    scene.hide(frozenset({"Unsure"}))
    scene.choose(scene.within(page))
    scene.choose(np.array([0]), add=True)
    scene.toggle(5)
    assert np.flatnonzero(scene.chosen).tolist() == [0, 4, 6]
    scene.choose(np.array([1]))
    assert np.flatnonzero(scene.chosen).tolist() == [1]


def test_frequent_genres_have_a_label_where_most_of_their_songs_are(scene: Scene) -> None:
    names = {scene.colouring.names[group]: at for group, at in scene.names()}
    assert list(names) == ["Jazz", "World"]  # the largest first; unsure has no name, and others have no songs
    jazz = scene.camera.project(np.array([[0.2, 0.5, 0.5]], np.float32), scene.size)[0][0]
    assert names["Jazz"] == pytest.approx(jazz.tolist())
    scene.hide(frozenset({"Jazz"}))
    assert [scene.colouring.names[group] for group, _ in scene.names()] == ["World"]


def test_show_all_fits_visible_songs_and_the_corners_of_a_cube(scene: Scene) -> None:
    scene.hide(frozenset({"World"}))
    scene.camera = scene.show_all()
    xy, _ = scene.project()
    shown = xy[scene.visible]
    assert (shown >= 0).all() and (shown <= scene.size).all()
    assert not (xy[~scene.visible] <= scene.size).all()  # the hidden ones lie outside
    scene.camera = ASLANT
    assert scene.show_all().zoom < FRONT.fitted(CUBE, scene.size).zoom


def test_the_projection_depends_on_camera_page_and_places(scene: Scene) -> None:
    before = scene.project()[0].copy()
    scene.camera = scene.camera.moved(10, 0, scene.size)
    assert scene.project()[0][:, 0] == pytest.approx(before[:, 0] + 10, abs=0.01)
    scene.places = CUBE + np.float32(0.01)
    assert not np.allclose(scene.project()[0], before)


def test_every_method_works_on_an_empty_map() -> None:
    scene = Scene()
    assert scene.names() == []
    assert scene.at((1, 1), 9) is None
    assert scene.step((1, 0)) is None
    assert len(scene.within(np.array([[0, 0], [9, 0], [9, 9]], np.float32))) == 0
    assert scene.show_all() == scene.camera
