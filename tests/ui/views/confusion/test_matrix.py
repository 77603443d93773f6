"""The matrix shows its values, is walked through with the arrows, and reads out where one is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.analysis.confusion import Matrix, Share
from mgc_desktop.ui.theme import DARK, LIGHT
from mgc_desktop.ui.views.confusion.matrix import MatrixChart
from mgc_desktop.ui.views.confusion.scale import fill
from mgc_desktop.ui.widgets.chart import Place

COUNTS = np.array([[6, 2, 0], [0, 4, 1], [3, 1, 0]])
MATRIX = Matrix(("Jazz", "World", "Soundtrack"), ("Jazz", "World", "unsure"), COUNTS, 2)


@pytest.fixture
def chart(place: Callable[..., QWidget]) -> MatrixChart:
    chart = MatrixChart("Confusion", ("in the file", "heard as"), DARK)
    place(chart, 700, 400)
    chart.set_matrix(MATRIX, Share.COUNTS)
    return chart


def texts(chart: MatrixChart) -> list[list[str]]:
    rows, columns = chart.shape()
    return [[chart.text((row, column)) for column in range(columns)] for row in range(rows)]


def test_cells_have_counts_or_shares_and_nothing_where_nothing_is(chart: MatrixChart) -> None:
    assert texts(chart) == [["6", "2", ""], ["", "4", "1"], ["3", "1", ""]]
    chart.set_matrix(MATRIX, Share.ROWS)
    assert texts(chart) == [["75", "25", ""], ["", "80", "20"], ["75", "25", ""]]
    chart.set_matrix(MATRIX, Share.COLUMNS)
    assert texts(chart) == [["67", "29", ""], ["", "57", "100"], ["33", "14", ""]]


def test_a_cell_has_the_colour_of_its_value(
    chart: MatrixChart, seen: Callable[[QWidget], QImage], colour_at: Callable[[QImage, float, float], str]
) -> None:
    for palette in (DARK, LIGHT):
        chart.set_palette(palette)
        image = seen(chart.viewport())
        for place in ((0, 0), (0, 1), (1, 0)):
            corner = chart.box(place).topLeft() + QPointF(6, 6)
            expected = fill(COUNTS[place] / 6, palette).lower()
            assert colour_at(image, corner.x(), corner.y()) == expected


def test_a_number_that_has_no_room_is_left_out(chart: MatrixChart, seen: Callable[[QWidget], QImage]) -> None:
    names = tuple(f"Genre {i}" for i in range(12))
    chart.set_matrix(Matrix(names, names, np.diag(np.full(12, 12345)), 12), Share.COUNTS)
    chart.resize(320, 400)
    QApplication.processEvents()
    box = chart.box((3, 3))
    cell = seen(chart.viewport()).copy(box.toRect().adjusted(3, 3, -3, -3))
    assert len({cell.pixel(x, y) for x in range(cell.width()) for y in range(cell.height())}) == 1
    assert chart.box((0, 11)).right() < chart.viewport().width()


def test_every_cell_is_found_where_it_is_drawn(chart: MatrixChart) -> None:
    for place in np.ndindex(3, 3):
        assert chart.place_at(chart.box(place).center()) == place
    assert chart.place_at(QPointF(3, 3)) is None


def test_a_click_opens_a_cell(chart: MatrixChart, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chart.opened) as opened:
        middle = chart.box((2, 0)).center().toPoint()
        qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert opened.args == [(2, 0)]
    assert chart.current == (2, 0)


def test_arrows_walk_and_stop_at_the_edge_and_return_opens(chart: MatrixChart, qtbot: QtBot) -> None:
    walked: list[Place | None] = []
    key = Qt.Key
    for pressed in (key.Key_Down, key.Key_Right, *[key.Key_Down] * 3, key.Key_End, key.Key_Home):
        qtbot.keyClick(chart, pressed)
        walked.append(chart.current)
    assert walked == [(0, 0), (0, 1), (1, 1), (2, 1), (2, 1), (2, 2), (2, 0)]
    with qtbot.waitSignal(chart.opened) as opened:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == [(2, 0)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Return])
def test_its_keys_do_not_reach_the_player(chart: MatrixChart, key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(chart, event)
    assert event.isAccepted()
    other = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    other.ignore()
    QApplication.sendEvent(chart, other)
    assert not other.isAccepted()


def test_the_current_cell_is_read_out(chart: MatrixChart, qtbot: QtBot) -> None:
    said: list[str] = []
    chart.pointed.connect(said.append)
    chart.go_to((0, 1))
    expected = "Jazz in the file, heard as World: 2 (25 % of the row, 29 % of the column)"
    assert chart.accessibleDescription() == expected and said[-1] == expected
    qtbot.mouseMove(chart.viewport(), chart.box((2, 0)).center().toPoint())
    qtbot.waitUntil(lambda: said[-1].startswith("Soundtrack in the file, heard as Jazz: 3"))
    chart.go_to((1, 0))
    assert chart.accessibleDescription() == "World in the file, heard as Jazz: 0"


def test_many_rows_are_scrolled_under_the_heads_and_the_keys_bring_them_into_sight(
    chart: MatrixChart, qtbot: QtBot
) -> None:
    rows = (*MATRIX.rows, *(f"Name {i}" for i in range(60)))
    counts = np.vstack([COUNTS, np.ones((60, 3), np.int64)])
    chart.set_matrix(Matrix(rows, MATRIX.columns, counts, 2), Share.COUNTS)
    assert chart.verticalScrollBar().maximum() > 0
    chart.go_to((62, 0))
    down = chart.verticalScrollBar().value()
    assert chart.box((62, 0)).bottom() - down <= chart.viewport().height()
    assert chart.place_at(QPointF(chart.box((0, 0)).center().x(), 5)) is None, "heads lie over what is scrolled away"
    chart.go_to((0, 0))
    assert chart.box((0, 0)).top() - chart.verticalScrollBar().value() >= chart.fixed_height() - 1


def test_a_current_cell_that_is_gone_is_forgotten(chart: MatrixChart) -> None:
    chart.go_to((2, 2))
    chart.set_matrix(Matrix(("Jazz",), ("Jazz",), np.array([[1]]), 1), Share.COUNTS)
    assert chart.current is None


def test_an_empty_matrix_can_be_shown_and_walked(chart: MatrixChart, qtbot: QtBot) -> None:
    chart.set_matrix(Matrix((), (), np.zeros((0, 0), np.int64), 0), Share.COUNTS)
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    chart.grab()
    assert chart.current is None
