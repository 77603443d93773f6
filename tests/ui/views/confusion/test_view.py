"""From the cell to the song: the view in the real window, over a library that can be counted by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from mgc_desktop.library.query import Selection
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.view import View
from mgc_desktop.ui.views.confusion.page import ALL, LIBRARY, MODEL
from mgc_desktop.ui.views.confusion.view import ConfusionView
from mgc_desktop.ui.widgets.chart import Place


@pytest.fixture
def view(analysed_library: Path, seen_alone: Callable[[type[View]], View], qtbot: QtBot) -> ConfusionView:
    """Shown, with the songs of its largest difference."""
    view = alone(seen_alone)
    qtbot.waitUntil(lambda: bool(view.page.songs.ids))
    return view


def alone(seen_alone: Callable[[type[View]], View]) -> ConfusionView:
    view = seen_alone(ConfusionView)
    assert isinstance(view, ConfusionView)
    return view


def shown(program: Any) -> ConfusionView:
    program.window.commands["confusion_view"].trigger()
    view = program.window.views.seen
    assert isinstance(view, ConfusionView)
    return view


def cell(view: ConfusionView, row: str, column: str) -> Place:
    matrix = view.page.library.matrix
    return matrix.rows.index(row), matrix.columns.index(column)


def click(view: ConfusionView, place: Place, qtbot: QtBot) -> None:
    chart = view.page.library
    down = chart.verticalScrollBar().value()
    middle = chart.box(place).center().toPoint()
    middle.setY(middle.y() - down)
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def listed(view: ConfusionView) -> list[str]:
    model = view.page.songs.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_largest_difference_is_open_at_once(view: ConfusionView) -> None:
    assert view.page.line.text().startswith("8 songs with a genre in the file and heard  ·  3 agree (38 %)")
    assert view.page.songs.title.text() == "Soundtrack in the file, heard as Classical"
    assert listed(view) == ["six", "five"]


def test_a_click_on_a_cell_lists_its_songs_with_both_genres(view: ConfusionView, qtbot: QtBot) -> None:
    click(view, cell(view, "Jazz", "Classical"), qtbot)
    qtbot.waitUntil(lambda: listed(view) == ["three"])
    said = view.page.songs.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "in the file Jazz" in said and "Classical 70 %" in said


def test_an_empty_cell_has_no_songs_and_nothing_to_do(view: ConfusionView, qtbot: QtBot) -> None:
    click(view, cell(view, "World", "Jazz"), qtbot)
    qtbot.waitUntil(lambda: listed(view) == [])
    songs = view.page.songs
    assert not songs.review.isEnabled() and not songs.show_in_library.isEnabled()


def test_return_and_a_double_click_play_the_song(view: ConfusionView, qtbot: QtBot) -> None:
    songs = view.page.songs.list
    songs.setCurrentIndex(songs.model().index(1, 0))
    with qtbot.waitSignal(view.play_requested) as played:
        qtbot.keyClick(songs, Qt.Key.Key_Return)
    assert played.args == [[Path("/music/game/five.mp3")]]
    first = songs.visualRect(songs.model().index(0, 0)).center()
    qtbot.mouseClick(songs.viewport(), Qt.MouseButton.LeftButton, pos=first)
    with qtbot.waitSignal(view.play_requested) as played:
        qtbot.mouseDClick(songs.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert played.args == [[Path("/music/game/six.mp3")]]


def test_the_songs_of_a_cell_are_shown_in_the_library_in_both_themes(
    analysed_library: Path, program: Any, qtbot: QtBot
) -> None:
    view = shown(program)
    qtbot.waitUntil(lambda: bool(view.page.songs.ids))
    for theme in ("light", "dark"):
        program.parts.appearance.set_theme(theme)
        assert view.page.library.colours.name == theme
        program.window.grab()
    with qtbot.waitSignal(view.library_requested) as asked:
        view.page.songs.show_in_library.click()
    (selection,) = asked.args
    assert isinstance(selection, Selection)
    assert selection.label == "Soundtrack in the file, heard as Classical"
    window = program.window
    assert window.views.currentWidget() is window.library.page
    assert {song.name for song in window.library.controller.store.songs(selection.ids)} == {"five", "six"}
    assert window.library.controller.model.songs == 2


def test_the_review_takes_the_selected_songs_or_all(view: ConfusionView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.review_requested) as asked:
        view.page.songs.review.click()
    assert asked.args == [list(view.page.songs.ids)]
    view.page.songs.list.setCurrentIndex(view.page.songs.list.model().index(1, 0))
    with qtbot.waitSignal(view.review_requested) as asked:
        view.page.songs.review.click()
    assert asked.args == [[view.page.songs.ids[1]]]


def test_shares_of_rows_stand_in_the_same_cells(view: ConfusionView) -> None:
    place = cell(view, "Soundtrack", "Classical")
    view.page.share[LIBRARY].button("rows").click()
    assert view.page.library.text(place) == "67"
    assert view.page.library.current == place


def test_the_cell_stays_open_when_the_library_changes(
    view: ConfusionView, analysed_library: Path, qtbot: QtBot
) -> None:
    with LibraryStore(analysed_library) as store:
        song = store.song_at(Path("/music/game/six.mp3"))
        assert song is not None
        store.forget([song.path])
    view.shown()
    qtbot.waitUntil(lambda: listed(view) == ["five"])
    assert view.page.songs.title.text() == "Soundtrack in the file, heard as Classical"


@pytest.mark.parametrize(
    ("predicted", "word"), [(False, "Nothing was listened to yet"), (True, "No file says a genre")]
)
def test_a_library_that_has_nothing_to_compare_says_what_to_do(
    analysed_library: Path, request: pytest.FixtureRequest, qtbot: QtBot, predicted: bool, word: str
) -> None:
    with LibraryStore(analysed_library) as store:
        lost = "genres = '[]'" if predicted else "heard = NULL, checksum = NULL, model = NULL, state = 'new'"
        store._db.execute(f"UPDATE song SET {lost}")
    view = alone(request.getfixturevalue("seen_alone"))
    qtbot.waitUntil(lambda: view.page.empty.isVisible())
    assert word in view.page.empty._title.text()


def test_an_empty_library_leads_to_the_library_and_still_shows_the_models(program: Any, qtbot: QtBot) -> None:
    view = shown(program)
    qtbot.waitUntil(lambda: view.page.empty.isVisible())
    view.page.parts.button(MODEL).click()
    qtbot.waitUntil(lambda: view.page.model.isVisible() and view.page.model.matrix.total > 0)
    view.page.parts.button(LIBRARY).click()
    view.page.empty.button.click()
    assert program.window.views.currentWidget() is program.window.library.page


def test_each_model_has_its_own_matrix_and_figures(view: ConfusionView, qtbot: QtBot) -> None:
    page = view.page
    page.parts.button(MODEL).click()
    qtbot.waitUntil(lambda: page.choice.count() > 0)
    names = [page.choice.itemData(i) for i in range(page.choice.count())]
    assert {"musicnn", "cnn-full", "lstm-quarter", "stacked-sixteenth"} <= set(names)
    for name in names:
        page.model_chosen.emit(name)
        row = next(row for row in view._models if row.name == name)
        assert row.matrix is not None
        assert (page.model.matrix.counts == row.matrix.counts).all()
        assert page.choice.currentData() == name


def test_a_row_of_the_comparison_opens_the_model(view: ConfusionView, qtbot: QtBot) -> None:
    page = view.page
    page.parts.button(ALL).click()
    qtbot.waitUntil(lambda: bool(page.table.rows))
    page.table.opened.emit("lstm-full")
    assert page.model.isVisible()
    assert page.choice.currentData() == "lstm-full"


def test_a_broken_model_of_the_user_is_listed_with_the_reason(
    analysed_library: Path, home: Path, request: pytest.FixtureRequest, qtbot: QtBot
) -> None:
    broken = home / "data" / "models" / "mine"
    broken.mkdir(parents=True)
    (broken / "metadata.json").write_text("{")
    view = alone(request.getfixturevalue("seen_alone"))
    view.page.parts.button(ALL).click()
    qtbot.waitUntil(lambda: bool(view.page.table.rows))
    row = view.page.table.rows[-1]
    assert row.name == "mine" and "metadata.json" in row.reason
    view.page.table.opened.emit("mine")
    assert view.page.unmeasured.isVisible() and "metadata.json" in view.page.unmeasured.text()


@pytest.mark.parametrize("part", [LIBRARY, MODEL, ALL])
def test_what_is_seen_is_saved_as_picture_and_numbers(
    view: ConfusionView, tmp_path: Path, qtbot: QtBot, part: str
) -> None:
    view.page.parts.button(part).click()
    qtbot.waitUntil(lambda: part == LIBRARY or bool(view._models))
    for suffix in ("png", "svg", "csv"):
        view.page.save[part].save(tmp_path / f"plot.{suffix}")
    assert (tmp_path / "plot.png").stat().st_size > 10_000
    assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
    with (tmp_path / "plot.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == {LIBRARY: 13, MODEL: 11, ALL: 1 + len(view._models)}[part]


def test_everything_is_in_the_menu(view: ConfusionView) -> None:
    menu = QMenu()
    view.add_actions(menu)
    words = [action.text() for action in menu.actions()]
    for word in ("Your library", "All models", "% of row", "Review the songs of the cell…", "Save as PNG…"):
        assert word in words


def test_tagging_by_this_program_is_told(analysed_library: Path, request: pytest.FixtureRequest, qtbot: QtBot) -> None:
    with LibraryStore(analysed_library) as store:
        store.set_state([1], State.WRITTEN)
    view = alone(request.getfixturevalue("seen_alone"))
    qtbot.waitUntil(lambda: "1 of all tagged by this program" in view.page.line.text())
