"""The list of the queue: it mirrors, and says what the user wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, QUrl
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.queue_model import QueueModel
from mgc_desktop.ui.queue_panel import QueuePanel
from mgc_desktop.ui.theme import DARK, GENRE_COLOURS

ITEMS = [
    QueueItem(Path("/m/Confession.mp3"), "Confession", "Quesabe", 147.0),
    QueueItem(Path("/m/b.mp3"), "Vibe Ace", "Kevin MacLeod", 61.0),
    QueueItem(Path("/m/unknown.mp3")),
]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def model(qapp: Any) -> QueueModel:
    model = QueueModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    assert tester.model() is model
    model.show_queue(ITEMS, 0, {Path("/m/b.mp3"): "Jazz"})
    return model


@pytest.fixture
def panel(model: QueueModel, place: Any) -> QueuePanel:
    panel = QueuePanel(model, DARK)
    place(panel, 300, 500)
    return panel


def at(panel: QueuePanel, row: int) -> QPoint:
    return panel.list.visualRect(panel.list.model().index(row, 0)).center()


def test_rows(model: QueueModel) -> None:
    assert [model.index(row).data() for row in range(3)] == ["Confession", "Vibe Ace", "unknown"]
    words = model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Vibe Ace, Kevin MacLeod, Jazz"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Confession, Quesabe, current"


def test_only_rows_that_are_looked_at_want_their_tags_read(model: QueueModel, qtbot: QtBot) -> None:
    wanted: list[Path] = []
    model.facts_wanted.connect(wanted.append)
    model.index(0).data()
    assert wanted == []
    model.index(2).data()
    assert wanted == [Path("/m/unknown.mp3")]


def test_what_becomes_known_changes_rows_without_resetting_the_list(model: QueueModel, qtbot: QtBot) -> None:
    known = [*ITEMS[:2], QueueItem(ITEMS[2].path, "Known", "Now")]
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_queue(known, 0)
    assert model.index(2).data() == "Known"


def test_the_colour_of_the_genre(panel: QueuePanel, seen: Any, colour_at: Any) -> None:
    place = panel.list.visualRect(panel.list.model().index(1, 0))
    picture = seen(panel.list.viewport())
    assert colour_at(picture, place.left() + 15, place.center().y() + 1) == GENRE_COLOURS["Jazz"].lower()


def test_a_double_click_and_return_play(panel: QueuePanel, qtbot: QtBot) -> None:
    viewport: QWidget = panel.list.viewport()
    qtbot.mouseClick(viewport, LEFT, pos=at(panel, 1))
    with qtbot.waitSignal(panel.play_requested) as asked:
        qtbot.mouseDClick(viewport, LEFT, pos=at(panel, 1))
    assert asked.args == [1]
    with qtbot.waitSignal(panel.play_requested) as asked:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert asked.args == [1]


def test_delete_removes_what_is_chosen(panel: QueuePanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=at(panel, 0))
    qtbot.mouseClick(panel.list.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, pos=at(panel, 2))
    with qtbot.waitSignal(panel.remove_requested) as asked:
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert asked.args == [[0, 2]]


def test_the_cross_removes_its_row(panel: QueuePanel, qtbot: QtBot) -> None:
    row = panel.list.visualRect(panel.list.model().index(1, 0))
    with qtbot.waitSignal(panel.remove_requested) as asked:
        qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.delegate.cross(row).center())
    assert asked.args == [[1]]


def test_alt_and_an_arrow_move_a_song(panel: QueuePanel, model: QueueModel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=at(panel, 1))
    with qtbot.waitSignal(model.move_requested) as asked:
        qtbot.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert asked.args == [1, 2]
    with qtbot.assertNotEmitted(model.move_requested):
        qtbot.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)


@pytest.mark.parametrize("source, before, target", [(0, 2, 1), (0, 3, 2), (2, 0, 0), (2, 1, 1), (0, -1, 2)])
def test_dragging_a_row(model: QueueModel, qtbot: QtBot, source: int, before: int, target: int) -> None:
    mime = model.mimeData([model.index(source)])
    with qtbot.waitSignal(model.move_requested) as asked:
        taken = model.dropMimeData(mime, Qt.DropAction.MoveAction, before, 0, QModelIndex())
    assert asked.args == [source, target]
    assert not taken  # or Qt would remove the row a second time
    assert model.rowCount() == 3


@pytest.mark.parametrize("before", [1, 2])
def test_dragging_a_row_to_where_it_is(model: QueueModel, qtbot: QtBot, before: int) -> None:
    with qtbot.assertNotEmitted(model.move_requested):
        model.dropMimeData(model.mimeData([model.index(1)]), Qt.DropAction.MoveAction, before, 0, QModelIndex())


def test_dropping_files_between_rows(model: QueueModel, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/m/new.mp3"), QUrl("https://example.org/far.mp3")])
    with qtbot.waitSignal(model.insert_requested) as asked:
        model.dropMimeData(mime, Qt.DropAction.CopyAction, 1, 0, QModelIndex())
    assert asked.args == [[Path("/m/new.mp3")], 1]


def test_it_counts_and_can_be_cleared(panel: QueuePanel, model: QueueModel, qtbot: QtBot) -> None:
    assert panel.count.text() == "3 songs"
    with qtbot.waitSignal(panel.clear_requested):
        qtbot.mouseClick(panel.clear, LEFT)
    model.show_queue(ITEMS[:1], 0)
    assert panel.count.text() == "1 song"
    model.show_queue([], None)
    assert panel.count.text() == ""
    assert not panel.clear.isEnabled()


def test_a_hundred_thousand_songs(panel: QueuePanel, model: QueueModel, qtbot: QtBot) -> None:
    wanted: list[Path] = []
    model.facts_wanted.connect(wanted.append)
    model.show_queue([QueueItem(Path(f"/m/{i}.mp3")) for i in range(100_000)], 50_000)
    panel.show_row(50_000)
    qtbot.waitUntil(lambda: bool(wanted))
    assert len(wanted) < 100
    assert panel.list.visualRect(model.index(50_000)).intersects(panel.list.viewport().rect())
