"""Every bar, folder and decade leads to its songs: the view in the real window."""

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
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.view import View
from mgc_desktop.ui.views.genres.view import GenresView
from mgc_desktop.ui.widgets.chart import Chart, Place


@pytest.fixture
def view(analysed_library: Path, seen_alone: Callable[[type[View]], View], qtbot: QtBot) -> GenresView:
    view = alone(seen_alone)
    qtbot.waitUntil(lambda: view.page.pairs.shape()[0] > 0)
    return view


def alone(seen_alone: Callable[[type[View]], View]) -> GenresView:
    view = seen_alone(GenresView)
    assert isinstance(view, GenresView)
    return view


def shown(program: Any) -> GenresView:
    program.window.commands["genres_view"].trigger()
    view = program.window.views.seen
    assert isinstance(view, GenresView)
    return view


def click(chart: Chart, place: Place, qtbot: QtBot) -> None:
    chart.go_to(place)
    middle = chart.box(place).center().toPoint()
    middle.setY(middle.y() - chart.verticalScrollBar().value())
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def row_of(view: GenresView, name: str) -> int:
    rows, _ = view.page.pairs.shape()
    return next(row for row in range(rows) if view.page.pairs.genre((row, 0)).name == name)


def titles(library: Path, selection: Selection) -> set[str]:
    with LibraryStore(library, check=False) as store:
        return {song.name for song in store.songs(selection.ids)}


@pytest.mark.parametrize(
    ("genre", "column", "label", "songs"),
    [
        ("Jazz", 0, "Jazz in the file", {"one", "two", "three", "four", "ten"}),
        ("Jazz", 1, "Jazz heard", {"one", "two", "four"}),
        ("Soundtrack", 0, "Soundtrack in the file", {"five", "six", "seven"}),
    ],
)
def test_a_click_on_a_bar_asks_for_its_songs(
    view: GenresView, analysed_library: Path, qtbot: QtBot, genre: str, column: int, label: str, songs: set[str]
) -> None:
    with qtbot.waitSignal(view.library_requested) as asked:
        click(view.page.pairs, (row_of(view, genre), column), qtbot)
    (selection,) = asked.args
    assert selection.label == label and titles(analysed_library, selection) == songs


def test_return_opens_a_folder(view: GenresView, analysed_library: Path, qtbot: QtBot) -> None:
    parts = view.page.parts
    parts.go_to((0, 0))
    with qtbot.waitSignal(view.library_requested) as asked:
        qtbot.keyClick(parts, Qt.Key.Key_Return)
    assert asked.args[0].label == "game"
    assert titles(analysed_library, asked.args[0]) == {"five", "six", "seven", "eight", "nine"}


def test_decades_take_the_folders_place(view: GenresView, analysed_library: Path, qtbot: QtBot) -> None:
    view.page.by.button("decades").click()
    names = [view.page.parts.part((row, 0)).name for row in range(view.page.parts.shape()[0])]
    assert names == ["1950s", "1960s", "2000s", "2010s"]
    with qtbot.waitSignal(view.library_requested) as asked:
        click(view.page.parts, (0, 0), qtbot)
    assert titles(analysed_library, asked.args[0]) == {"one", "two"}


def test_what_files_say_can_be_divided_as_well(view: GenresView) -> None:
    view.page.side.button("tagged").click()
    game = view.page.parts.part((0, 0))
    assert {genre: count for genre, count, _ in game.balances() if count} == {"Soundtrack": 3, "Chipcore": 1}


@pytest.mark.parametrize(("key", "title"), [("untagged", "nine"), ("unsure", "seven"), ("not_analysed", "ten")])
def test_songs_without_a_genre_or_a_verdict_are_found_as_well(
    view: GenresView, analysed_library: Path, qtbot: QtBot, key: str, title: str
) -> None:
    with qtbot.waitSignal(view.library_requested) as asked:
        view.page.rest[key].click()
    assert titles(analysed_library, asked.args[0]) == {title}


def test_the_arrows_walk_over_the_bars_and_read_them_out(view: GenresView, qtbot: QtBot) -> None:
    pairs = view.page.pairs
    pairs.go_to((0, 0))
    assert pairs.accessibleDescription().startswith("Jazz: 5 songs in the file")
    qtbot.keyClick(pairs, Qt.Key.Key_Right)
    assert pairs.accessibleDescription().startswith("Jazz: 3 songs heard, 38 % of what was heard")
    qtbot.keyClick(pairs, Qt.Key.Key_Down)
    assert pairs.current == (1, 1)
    assert pairs.accessibleDescription().startswith("Classical: 3 songs heard")


def test_an_empty_library_says_what_to_do_and_leads_there(
    seen_alone: Callable[[type[View]], View], qtbot: QtBot
) -> None:
    view = alone(seen_alone)
    qtbot.waitUntil(lambda: view.page.empty.isVisible())
    with qtbot.waitSignal(view.library_requested):
        view.page.empty.button.click()


def test_without_years_there_are_no_decades(
    analysed_library: Path, request: pytest.FixtureRequest, qtbot: QtBot
) -> None:
    with LibraryStore(analysed_library) as store:
        store._db.execute("UPDATE song SET year = NULL")
    view = alone(request.getfixturevalue("seen_alone"))
    qtbot.waitUntil(lambda: view.page.pairs.shape()[0] > 0)
    view.page.by.button("decades").click()
    assert view.page.no_years.isVisible() and not view.page.parts.isVisible()


def test_what_is_added_meanwhile_is_counted(view: GenresView, analysed_library: Path, qtbot: QtBot) -> None:
    with LibraryStore(analysed_library) as store:
        store.forget([Path("/music/jazz/one.mp3")])
    view.context.library_service.changed.emit()
    qtbot.waitUntil(lambda: view.page.line.text().startswith("9 songs"), timeout=10_000)


def test_nothing_is_counted_while_nobody_looks(view: GenresView, analysed_library: Path, qtbot: QtBot) -> None:
    view.hidden()
    with LibraryStore(analysed_library) as store:
        store.forget([Path("/music/jazz/one.mp3")])
    view.context.library_service.changed.emit()
    assert not view._auto_refresh._timer.isActive()
    view.shown()
    qtbot.waitUntil(lambda: view.page.line.text().startswith("9 songs"))


def test_plots_are_saved_as_pictures_and_numbers(view: GenresView, tmp_path: Path) -> None:
    for button, rows in ((view.page.save_genres, 1 + 12 + 3), (view.page.save_parts, 1 + 3)):
        for suffix in ("png", "svg", "csv"):
            button.save(tmp_path / f"plot.{suffix}")
        assert (tmp_path / "plot.png").stat().st_size > 5_000
        assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
        with (tmp_path / "plot.csv").open(encoding="utf-8") as file:
            assert len(list(csv.reader(file))) == rows


def test_everything_is_in_the_menu(view: GenresView) -> None:
    menu = QMenu()
    view.add_actions(menu)
    words = [action.text() for action in menu.actions()]
    assert "Divide by decades" in words and "Genres in the files" in words


def test_in_the_program_a_bar_leads_to_the_library_in_both_themes(
    analysed_library: Path, program: Any, qtbot: QtBot
) -> None:
    view = shown(program)
    qtbot.waitUntil(lambda: view.page.pairs.shape()[0] > 0)
    for theme in ("light", "dark"):
        program.parts.appearance.set_theme(theme)
        assert view.page.pairs.colours.name == view.page.parts.colours.name == theme
        program.window.grab()
    click(view.page.pairs, (0, 1), qtbot)
    assert program.window.views.currentWidget() is program.window.library.page
    assert program.window.library.controller.model.songs == 3
