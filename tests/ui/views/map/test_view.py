"""The Map view in the program, with the bundled maps and a library of made songs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.analysis.map import read_map
from mgc_desktop.library.query import Selection
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.views.map.view import MapView

WAIT = 30_000


@pytest.fixture
def shown(library: Path, request: pytest.FixtureRequest, qtbot: QtBot) -> MapView:
    """The view, with the map read."""
    window = request.getfixturevalue("program").window
    window.resize(1200, 760)
    view = window.views.view("map")
    window.commands["map_view"].trigger()
    qtbot.waitUntil(lambda: view.map is not None, timeout=WAIT)
    return view


def place_of(view: MapView, song: int) -> QPoint:
    x, y = view.page.canvas.scene.project()[0][song].tolist()
    return QPoint(round(x), round(y))


def test_every_song_that_was_heard_is_a_point(shown: MapView) -> None:
    assert len(shown.page.canvas.scene) == 24
    assert shown.page.line.text() == "24 songs  ·  1 not listened to yet"
    assert not shown.page.is_empty
    assert {e.name: e.accessibleName() for e in shown.page.legend.entries}["Unsure"] == "Unsure, 5 songs"


def test_the_same_song_is_at_the_same_place_when_it_is_read_again(shown: MapView, library: Path) -> None:
    assert shown.map is not None
    with LibraryStore(library) as store:
        again = read_map(store, shown.map.maps)
    for key, places in shown.map.places.items():
        assert (again.places[key] == places).all()


def test_a_click_plays_the_song_and_the_map_stays_in_sight(shown: MapView, program: Any, qtbot: QtBot) -> None:
    assert shown.map is not None
    song = shown.map.row_at(demo_songs()[1])
    assert song is not None
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(shown.page.canvas, left, none, place_of(shown, song))
    playback = program.parts.playback
    qtbot.waitUntil(lambda: playback.queue.current is not None, timeout=WAIT)
    assert playback.queue.current.path == demo_songs()[1]
    assert program.window.views.currentWidget() is shown.page
    qtbot.waitUntil(lambda: shown.page.canvas.scene.playing == song, timeout=WAIT)


def test_method_dimensions_and_colours_are_chosen_and_kept(shown: MapView) -> None:
    page, settings = shown.page, shown.context.settings
    page.method.button("pca").click()
    page.dimensions.button("3").click()
    page.colours.button("file").click()
    page.canvas.motion.finish()
    assert (settings[s.MAP_METHOD], settings[s.MAP_DIMENSIONS], settings[s.MAP_COLOURS]) == ("pca", "3", "file")
    assert shown.map is not None
    assert (page.canvas.scene.places == shown.map.places["pca", 3]).all()
    assert page.canvas.scene.camera.flat == 0
    assert {e.name: e.accessibleName() for e in page.legend.entries}["Alt Rock"] == "Alt Rock, 24 songs"  # "Rock"
    page.dimensions.button("2").click()
    page.canvas.motion.finish()
    assert (page.canvas.scene.camera.flat, page.canvas.scene.camera.yaw) == (1, 0)


def test_chosen_songs_go_to_the_queue_the_review_and_the_library(shown: MapView, program: Any) -> None:
    assert shown.map is not None
    canvas, bar = shown.page.canvas, shown.page.chosen
    reviews: list[list[int]] = []
    selections: list[Selection] = []
    shown.review_requested.disconnect()
    shown.review_requested.connect(reviews.append)
    shown.library_requested.connect(selections.append)
    canvas.choose(np.array([2, 5, 7]))
    assert bar.count.text() == "3 songs"
    ids = [int(shown.map.ids[row]) for row in (2, 5, 7)]
    _, enqueue, review, library, _ = bar.buttons
    enqueue.click()
    assert [item.path for item in program.parts.playback.queue.items] == [shown.map.path(row) for row in (2, 5, 7)]
    review.click()
    assert reviews == [ids]
    library.click()
    assert selections == [Selection("3 songs of the map", tuple(ids))]
    assert program.window.views.currentWidget() is program.window.library.page
    assert program.window.library.controller.model.songs == 3


def test_chosen_songs_are_saved_as_a_playlist(
    shown: MapView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    assert shown.map is not None
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    shown.page.canvas.choose(np.array([4, 9]))
    with qtbot.waitSignal(shown.noticed, timeout=WAIT) as caught:
        shown.page.chosen.buttons[-1].click()
    assert caught.args[0].message == "mine.m3u: 2 songs"
    lines = (tmp_path / "mine.m3u").read_text(encoding="utf-8").splitlines()
    assert lines[2::2] == [str(shown.map.path(4)), str(shown.map.path(9))]


def test_more_like_this_lists_the_nearest_and_marks_them(shown: MapView) -> None:
    assert shown.map is not None
    shown.page.canvas.similar_requested.emit(6)
    expected = shown.map.neighbours.of(6, 25)
    assert shown.page.similar.isVisible()
    assert shown.page.similar.songs.count() == 23
    assert shown.page.similar.songs.item(0).data(Qt.ItemDataRole.UserRole).song == expected.songs[0]
    assert shown.page.canvas.scene.source == 6
    shown.page.similar.choose.click()
    assert shown.page.canvas.scene.chosen.sum() == 24
    assert not shown.page.similar.isVisible()


def test_more_like_this_from_the_library(shown: MapView, program: Any, qtbot: QtBot) -> None:
    assert shown.map is not None
    program.window.commands["library_view"].trigger()
    program.window.library.similar_requested.emit(int(shown.map.ids[3]))
    assert program.window.views.currentWidget() is shown.page
    qtbot.waitUntil(lambda: shown.page.canvas.scene.source == 3, timeout=WAIT)


def test_a_song_that_was_not_heard_has_no_neighbours_yet(shown: MapView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.noticed, timeout=WAIT) as caught:
        shown.show_similar_to(999_999)
    assert "not on the map" in caught.args[0].title


def test_its_numbers_are_saved(shown: MapView, tmp_path: Path) -> None:
    shown.page.save.save(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 25
    assert rows[0][-2:] == ["umap 1", "umap 2"]


def test_changes_of_the_library_are_read_and_the_choice_stays(shown: MapView, library: Path, qtbot: QtBot) -> None:
    before = shown.map
    assert before is not None
    shown.page.canvas.choose(np.array([5, 20]))
    shown.page.canvas.zoom(3)
    shown.show_similar(9)
    camera, source = shown.page.canvas.scene.camera, before.ids[9]
    kept = before.ids[[5, 20]].tolist()
    with LibraryStore(library) as store:
        store.forget([before.path(2)])
    shown.hidden()
    shown.context.library_service.changed.emit()
    shown.shown()
    qtbot.waitUntil(lambda: shown.map is not before, timeout=WAIT)
    assert shown.map is not None and len(shown.map) == 23
    scene = shown.page.canvas.scene
    assert shown.map.ids[scene.chosen].tolist() == kept
    assert scene.camera == camera
    assert scene.source is not None and shown.map.ids[scene.source] == source
    assert shown.page.similar.isVisible()


def test_everything_is_in_the_menu(shown: MapView) -> None:
    menu = QMenu()
    shown.add_actions(menu)
    texts = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    for text in ("PCA", "LDA", "UMAP", "2-D", "3-D", "Heard", "In the file", "Show all songs", "Save as SVG…"):
        assert text in texts
    next(action for action in menu.actions() if action.text() == "LDA").trigger()
    assert shown.context.settings[s.MAP_METHOD] == "lda"


def test_an_empty_library_says_what_to_do(program: Any, qtbot: QtBot) -> None:
    window = program.window
    view = window.views.view("map")
    window.commands["map_view"].trigger()
    qtbot.waitUntil(lambda: view.page.is_empty, timeout=WAIT)
    view.page.empty.button.click()
    assert window.views.currentWidget() is window.library.page


def test_the_theme_changes_all_of_it(shown: MapView, program: Any) -> None:
    shown.show_similar(2)
    program.parts.appearance.set_theme("light")
    image = shown.page.canvas.grab().toImage()
    assert image.pixelColor(8, 8).name() == "#ffffff"
