"""The map under the mouse and the keys."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.analysis.colouring import by_prediction
from mgc_desktop.ui.theme import LIGHT
from mgc_desktop.ui.views.map.canvas import MapCanvas
from mgc_desktop.ui.widgets.saving import save_plot

LEFT, CONTROL, SHIFT, NONE = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
EMPTY = QPoint(40, 40)  # a place without songs


def at(canvas: MapCanvas, song: int) -> QPoint:
    x, y = canvas.scene.project()[0][song].tolist()
    return QPoint(round(x), round(y))


def drag(canvas: MapCanvas, *points: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(canvas, LEFT, modifiers, points[0])
    for a, b in itertools.pairwise(points):
        for share in (0.25, 0.5, 0.75, 1.0):
            move = QPointF(a) + (QPointF(b) - QPointF(a)) * share
            QTest.mouseMove(canvas, move.toPoint())
    QTest.mouseRelease(canvas, LEFT, modifiers, points[-1])


def wheel(canvas: MapCanvas, where: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(where), QPointF(canvas.mapToGlobal(where)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def chosen(canvas: MapCanvas) -> list[int]:
    return np.flatnonzero(canvas.scene.chosen).tolist()


# The mouse


def test_a_click_on_a_song_plays_it(canvas: MapCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.play_requested) as caught:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 2) + QPoint(3, -2))
    assert caught.args == [2]


def test_ctrl_and_click_chooses_and_leaves(canvas: MapCanvas) -> None:
    played: list[int] = []
    canvas.play_requested.connect(played.append)
    for song in (1, 3, 1):
        QTest.mouseClick(canvas, LEFT, CONTROL, at(canvas, song))
    assert chosen(canvas) == [3]
    assert played == []


def test_a_click_between_the_songs_chooses_nothing(canvas: MapCanvas) -> None:
    canvas.choose_all()
    QTest.mouseClick(canvas, LEFT, NONE, EMPTY)
    assert chosen(canvas) == []


def test_the_card_tells_of_the_song_under_the_pointer(canvas: MapCanvas) -> None:
    QTest.mouseMove(canvas, at(canvas, 3))
    assert canvas.card.isVisible() and canvas.hovered == 3
    assert canvas.rect().contains(canvas.card.geometry())  # near the edge, it goes to the other side
    QTest.mouseMove(canvas, EMPTY)
    assert not canvas.card.isVisible()


def test_a_drag_moves_a_flat_map(canvas: MapCanvas) -> None:
    before = at(canvas, 4)
    drag(canvas, EMPTY, EMPTY + QPoint(50, 30))
    assert at(canvas, 4) == before + QPoint(50, 30)
    assert chosen(canvas) == []


def test_the_wheel_draws_nearer_at_the_pointer(canvas: MapCanvas) -> None:
    there, other = at(canvas, 1), at(canvas, 3)
    wheel(canvas, there, 2)
    assert (at(canvas, 1) - there).manhattanLength() <= 2  # the pointer is at a whole pixel
    assert at(canvas, 3).x() > other.x() + 100
    wheel(canvas, there, -2)
    assert (at(canvas, 3) - other).manhattanLength() <= 2


def test_a_double_click_shows_all_again(canvas: MapCanvas) -> None:
    whole = canvas.scene.camera
    wheel(canvas, EMPTY, 5)
    QTest.mouseDClick(canvas, LEFT, NONE, QPoint(580, 380))
    canvas.motion.finish()
    assert canvas.scene.camera.zoom == pytest.approx(whole.zoom)


def test_a_lasso_chooses_and_with_ctrl_adds(canvas: MapCanvas) -> None:
    canvas.set_tool("lasso")
    a, b, middle = at(canvas, 0), at(canvas, 1), at(canvas, 4)
    corners = ((a.x() - 20, b.y() - 20), (b.x() + 20, b.y() - 20), (b.x() + 20, a.y() + 20), (a.x() - 20, a.y() + 20))
    drag(canvas, *(QPoint(x, y) for x, y in corners))
    assert chosen(canvas) == [0, 1]
    drag(canvas, *(middle + QPoint(x, y) for x, y in ((-15, -15), (15, -15), (15, 15), (-15, 15))), modifiers=CONTROL)
    assert chosen(canvas) == [0, 1, 4]
    assert canvas.outline == []


def test_shift_and_drag_draws_a_box(canvas: MapCanvas) -> None:
    drag(canvas, at(canvas, 2) + QPoint(-20, 20), at(canvas, 3) + QPoint(20, -20), modifiers=SHIFT)
    assert chosen(canvas) == [2, 3]


def test_a_cube_turns_under_the_mouse(canvas: MapCanvas) -> None:
    places = canvas.scene.places.copy()
    places[:, 2] = [0.0, 1.0, 0.2, 0.8, 0.5]
    canvas.go(places, flat=False, at_once=True)
    before = canvas.scene.camera
    drag(canvas, EMPTY, EMPTY + QPoint(60, 0))
    assert canvas.scene.camera.yaw > before.yaw
    assert canvas.scene.camera.pitch == pytest.approx(before.pitch)
    assert canvas.scene.camera.pan == before.pan


# The keys


def test_arrows_go_from_song_to_song_and_return_plays(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)  # from the middle
    assert canvas.scene.current == 4
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.scene.current == 2
    assert "Song 2" in canvas.accessibleDescription()
    with qtbot.waitSignal(canvas.play_requested) as caught:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert caught.args == [2]
    with qtbot.waitSignal(canvas.similar_requested) as caught:
        QTest.keyClick(canvas, Qt.Key.Key_M)
    assert caught.args == [2]


def test_space_chooses_where_the_arrows_led_but_else_it_is_left_to_the_player(canvas: MapCanvas) -> None:
    canvas.setFocus()
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 2))
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert chosen(canvas) == []
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert chosen(canvas) == [3]


def test_keys_for_the_map_itself(canvas: MapCanvas) -> None:
    canvas.setFocus()
    zoom = canvas.scene.camera.zoom
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.scene.camera.zoom > zoom
    before = at(canvas, 4)
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    assert at(canvas, 4).x() < before.x()
    QTest.keyClick(canvas, Qt.Key.Key_0)
    canvas.motion.finish()
    assert canvas.scene.camera.zoom == pytest.approx(zoom)
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert canvas.tool == "lasso"
    QTest.keyClick(canvas, Qt.Key.Key_A, CONTROL)
    assert len(chosen(canvas)) == 5
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool == "move" and chosen(canvas) == []


def test_a_song_out_of_sight_is_brought_into_it(canvas: MapCanvas) -> None:
    canvas.setFocus()
    canvas.set_current(4)
    canvas.zoom(8.0)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.scene.current == 2
    assert canvas.rect().contains(at(canvas, 2))


# What is seen


def test_songs_have_their_genre_s_colour_and_hidden_ones_none(
    canvas: MapCanvas, seen: Callable[[QWidget], QImage], colour_at: Callable[[QImage, float, float], str]
) -> None:
    canvas.set_named(False)
    place = at(canvas, 2)
    assert colour_at(seen(canvas), place.x(), place.y()) == "#3fa58a"  # World
    canvas.hide_groups(frozenset({"World"}))
    assert colour_at(seen(canvas), place.x(), place.y()) == "#15181e"


def test_a_genre_s_name_lies_over_none_of_its_few_songs(canvas: MapCanvas, seen: Callable[[QWidget], QImage]) -> None:
    places = np.array(
        [[0.45, 0.5, 0.5], [0.5, 0.5, 0.5], [0.55, 0.5, 0.5], [0.5, 0.1, 0.5], [0.5, 0.9, 0.5]], np.float32
    )
    canvas.show_songs(places, by_prediction(("World",) * 5, np.ones(5, bool)), flat=True)
    named = seen(canvas)
    canvas.set_named(False)
    bare = seen(canvas)
    assert named != bare  # it is written somewhere
    for song in range(5):
        around = QRect(-4, -4, 9, 9).translated(at(canvas, song))
        assert named.copy(around) == bare.copy(around)


def test_an_unsure_song_is_a_ring(
    canvas: MapCanvas, seen: Callable[[QWidget], QImage], colour_at: Callable[[QImage, float, float], str]
) -> None:
    canvas.set_named(False)
    place, image = at(canvas, 4), seen(canvas)
    assert colour_at(image, place.x(), place.y()) == "#15181e"
    around = {colour_at(image, place.x() + dx, place.y() + dy) for dx in range(-7, 8) for dy in range(-7, 8)}
    assert max(around) > "#606060"


def test_the_others_fade_while_some_are_chosen(
    canvas: MapCanvas, seen: Callable[[QWidget], QImage], colour_at: Callable[[QImage, float, float], str]
) -> None:
    canvas.set_named(False)
    canvas.choose(np.array([0]))
    place = at(canvas, 2)
    assert colour_at(seen(canvas), place.x(), place.y()) not in ("#3fa58a", "#15181e")


def test_the_theme_can_change(
    canvas: MapCanvas, seen: Callable[[QWidget], QImage], colour_at: Callable[[QImage, float, float], str]
) -> None:
    canvas.set_palette(LIGHT)
    assert colour_at(seen(canvas), EMPTY.x(), EMPTY.y()) == "#ffffff"


def test_songs_travel_to_their_new_places(canvas: MapCanvas, qtbot: QtBot) -> None:
    there = canvas.scene.places[::-1].copy()
    canvas.go(there, flat=True)
    assert canvas.motion.moving
    qtbot.waitUntil(lambda: not canvas.motion.moving, timeout=20_000)
    assert (canvas.scene.places == there).all()


def test_it_is_saved_as_shapes_and_as_a_fine_picture(canvas: MapCanvas, tmp_path: Path) -> None:
    canvas.set_named(False)
    save_plot(canvas, (("a",), []), tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert text.count("<circle") >= 5
    assert "<image" not in text
    save_plot(canvas, (("a",), []), tmp_path / "map.png")
    image, place = QImage(str(tmp_path / "map.png")), at(canvas, 2)
    assert (image.width(), image.height()) == (1200, 800)
    assert image.pixelColor(place * 2).name() == "#3fa58a"


def test_a_map_without_songs_can_be_clicked_and_walked(canvas: MapCanvas) -> None:
    canvas.show_songs(np.zeros((0, 3), np.float32), by_prediction((), np.zeros(0, bool)), flat=False)
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    canvas.show_all()
    canvas.grab()
    assert canvas.scene.current is None
