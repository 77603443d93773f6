"""The view with its controller, as a user drives it: without a pool, without files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.library.folders import remove
from mgc_desktop.library.query import Filter, Group, Query, Selection, Sort
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import Settings
from mgc_desktop.tags.journal import Journal
from mgc_desktop.ui import theme
from mgc_desktop.ui.views.library.columns import Column
from mgc_desktop.ui.views.library.controller import LibraryController
from mgc_desktop.ui.views.library.model import SongModel
from mgc_desktop.ui.views.library.page import LibraryPage
from mgc_desktop.workers.library_service import LibraryService

LEFT = Qt.MouseButton.LeftButton


class Around:
    """Page, model and controller over one store."""

    def __init__(self, store: LibraryStore, settings: Settings, folder: Path) -> None:
        self.library_service = LibraryService(store.path, Journal(folder / "journal"))
        self.model = SongModel(store)
        self.page = LibraryPage(theme.DARK, self.model)
        self.controller = LibraryController(self.page, self.model, store, self.library_service, settings, self.page)
        self.table = self.page.table

    def titles(self) -> list[str]:
        return [self.model.index(r, Column.TITLE.position).data() for r in range(self.model.rowCount())]

    def place(self, title: str, column: Column = Column.TITLE) -> QPoint:
        row = self.titles().index(title)
        return self.table.visualRect(self.model.index(row, column.position)).center()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def view(
    store: LibraryStore, settings: Settings, tmp_path: Path, place: Callable[..., QWidget], qtbot: QtBot
) -> Iterator[Around]:
    view = Around(store, settings, tmp_path)
    place(view.page, 1300, 700)
    yield view
    assert view.library_service.close()


def test_the_head_and_the_chips_count_truly(view: Around) -> None:
    assert view.page.line.text() == "7 songs in 1 folder  ·  5 without a genre  ·  1 differs  ·  1 unsure  ·  1 failed"
    assert view.page.chips.chip(Filter.TO_WRITE).accessibleName() == "To write, 2 songs"
    assert view.page.strip.words.text() == "1 song was not listened to yet"
    assert view.page.strip.review.text() == "Review and write 2…"


def test_a_chip_filters(view: Around, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.page.chips.chip(Filter.DIFFERS), LEFT)
    assert view.titles() == ["Beta"]
    qtbot.mouseClick(view.page.chips.chip(Filter.WRITTEN), LEFT)
    assert view.titles() == []
    assert view.page.nothing.text() == "There is no such song."


def test_typing_searches(view: Around, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.page.search_changed):
        qtbot.keyClicks(view.page.search, "night yan")
    assert view.titles() == ["Beta"]
    with qtbot.waitSignal(view.page.search_changed):
        qtbot.keyClicks(view.page.search, "zzz")
    assert "zzz" in view.page.nothing.text()


def test_a_header_sorts_and_sorts_back(view: Around, qtbot: QtBot, settings: Settings) -> None:
    header = view.table.horizontalHeader()

    def click(column: Column) -> None:
        at = QPoint(header.sectionViewportPosition(column.position) + 30, 10)
        qtbot.mouseClick(header.viewport(), LEFT, pos=at)

    click(Column.ARTIST)
    assert view.titles()[2:] == ["Epsilon", "Delta", "Gamma", "Beta", "Alpha"] or view.titles()[-1] == "Alpha"
    click(Column.ARTIST)
    assert view.titles()[0] == "Alpha"
    click(Column.SURE)  # the surest first
    assert view.model.query.sort is Sort.CONFIDENCE
    assert view.model.query.descending
    assert settings[s.LIBRARY_SORT] == "confidence"


def test_a_double_click_plays(view: Around, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.controller.play_requested) as played:
        qtbot.mouseClick(view.table.viewport(), LEFT, pos=view.place("Gamma"))
        qtbot.mouseDClick(view.table.viewport(), LEFT, pos=view.place("Gamma"))
    assert played.args == [[Path("/m/b/three.mp3")]]


def test_return_plays_the_selection_in_the_order_of_the_table(view: Around, qtbot: QtBot) -> None:
    view.table.selectAll()
    with qtbot.waitSignal(view.controller.play_requested) as played:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert len(played.args[0]) == 7


def test_a_click_on_a_box_ticks_and_selects_nothing(view: Around, qtbot: QtBot, store: LibraryStore) -> None:
    qtbot.mouseClick(view.table.viewport(), LEFT, pos=view.place("Beta", Column.TICK))
    assert store.accepted() == 3
    assert view.table.chosen() == []
    assert view.page.strip.review.text() == "Review and write 3…"


def test_the_space_bar_turns_the_boxes_of_the_selection(view: Around, qtbot: QtBot, store: LibraryStore) -> None:
    view.table.setFocus()
    qtbot.mouseClick(view.table.viewport(), LEFT, pos=view.place("Alpha"))
    qtbot.keyClick(view.table, Qt.Key.Key_Space)
    assert store.accepted() == 1


def test_a_refresh_keeps_selection_and_place(view: Around, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.table.viewport(), LEFT, pos=view.place("Gamma"))
    chosen = view.table.chosen()
    view.controller.refresh()
    assert view.table.chosen() == chosen
    view.controller._group(Group.ALBUM)
    assert view.table.chosen() == chosen


def test_order_groups_and_columns_come_back(
    view: Around, store: LibraryStore, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    view.controller._sort(Sort.HEARD, True)
    view.controller._group(Group.FOLDER)
    view.table._show_column(Column.ALBUM, shown=False)
    view.table.horizontalHeader().resizeSection(Column.STATE.position, 150)
    again = Around(store, settings, tmp_path)
    qtbot.addWidget(again.page)
    query = again.model.query
    assert (query.sort, query.descending, query.group) == (Sort.HEARD, True, Group.FOLDER)
    assert again.table.hidden == {Column.ALBUM}
    assert again.table.chosen_widths == {Column.STATE: 150}
    assert again.library_service.close()


def test_an_empty_library_says_what_to_do(
    tmp_path: Path, settings: Settings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")  # the system's own window: nobody answers
    with LibraryStore(tmp_path / "empty.db") as store:
        view = Around(store, settings, tmp_path)
        qtbot.addWidget(view.page)
        view.page.show()
        assert view.page.empty.isVisible()
        with qtbot.waitSignal(view.page.add_requested):
            qtbot.mouseClick(view.page.empty.button, LEFT)
        assert view.library_service.close()


def test_what_waited_when_the_program_ended_can_go_on_or_be_let_go(
    view: Around, store: LibraryStore, state_at: Callable[[str], State], qtbot: QtBot
) -> None:
    store.set_state(store.ids(view.model.query), State.WAITING)
    view.controller.refresh()
    assert view.page.strip.go_on.isVisible()
    assert view.page.strip.words.text() == "7 songs wait to be listened to"
    with qtbot.waitSignal(view.library_service.changed):
        qtbot.mouseClick(view.page.strip.cancel, LEFT)
    assert state_at("a/one.mp3") is State.TO_WRITE
    assert state_at("new.mp3") is State.NEW
    assert not view.page.strip.go_on.isVisible()


def test_everything_that_can_be_reached_has_a_name(view: Around) -> None:
    reached = [
        w for w in view.page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()
    ]
    names = [w.accessibleName() or getattr(w, "text", str)() for w in reached]
    assert all(names), reached
    assert "Songs of the library" in names


def test_a_watched_folder_is_looked_through_again(
    view: Around, store: LibraryStore, tmp_path: Path, write_audio: Callable[..., Path], sounds: Any, qtbot: QtBot
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    write_audio("watched/one.flac", sounds.noise(0.3))
    remove(store, Path("/m"))
    with qtbot.waitSignal(view.library_service.scan_ended):
        view.controller._watch_folder(folder, watched=True)
    qtbot.waitUntil(lambda: view.titles() == ["one"])
    write_audio("watched/two.flac", sounds.noise(0.3, seed=1))
    qtbot.waitUntil(lambda: not view.library_service.scanning)
    with qtbot.waitSignal(view.library_service.scan_ended):
        view.controller._watch.timeout.emit()
    qtbot.waitUntil(lambda: view.titles() == ["one", "two"])


def test_only_some_songs_are_shown_until_all_are_wanted(view: Around, qtbot: QtBot) -> None:
    everything = view.titles()
    chosen = tuple(view.controller.store.ids(Query(Filter.NO_GENRE)))
    view.page.search.setText("night")
    view.controller.show_only(Selection("without a genre, from the statistics", chosen))
    assert len(view.titles()) == len(chosen) < len(everything)
    assert view.page.search.text() == ""
    assert "without a genre" in view.page.only.text()
    qtbot.mouseClick(view.page.only, LEFT)
    assert view.titles() == everything
    assert not view.page.only.isVisible()


def test_all_tags_can_be_read_again_from_the_menu_of_folders(view: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    view.controller.store.add_folder(Path("/m"))
    monkeypatch.setattr(
        view.library_service, "scan", lambda folders=None, **more: asked.append({"in": folders, **more})
    )
    menu = view.page.folders.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    actions["Read all tags again"].trigger()
    actions["Look for new and changed songs"].trigger()
    assert asked == [{"in": None, "reread": True}, {"in": None}]


def answer(monkeypatch: pytest.MonkeyPatch, yes: bool) -> list[str]:
    """The user's answer to questions, and what was asked."""
    asked: list[str] = []

    def confirmed(_window: object, _title: str, question: str, _yes: str) -> bool:
        asked.append(question)
        return yes

    monkeypatch.setattr("mgc_desktop.ui.views.library.controller.confirmed", confirmed)
    return asked


def test_a_folder_is_removed_after_a_question_and_comes_back(
    view: Around, store: LibraryStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_folder(Path("/m/a"))
    titles = view.titles()
    asked = answer(monkeypatch, yes=False)
    view.controller._remove(Path("/m"))
    qtbot.waitUntil(lambda: bool(asked))
    assert "5 songs" in asked[0]
    assert view.titles() == titles
    answer(monkeypatch, yes=True)
    with qtbot.waitSignal(view.controller.noticed) as noticed:
        view.controller._remove(Path("/m"))
    assert view.titles() == ["Alpha", "Beta"]  # they lie in a folder of their own, too
    noticed.args[0].on_action()
    qtbot.waitUntil(lambda: view.titles() == titles)
    assert set(store.folders()) == {Path("/m"), Path("/m/a")}


def test_a_dropped_file_comes_alone(
    view: Around, store: LibraryStore, write_audio: Callable[..., Path], sounds: Any, qtbot: QtBot
) -> None:
    wanted = write_audio("dropped/one.flac", sounds.noise(0.3))
    write_audio("dropped/two.flac", sounds.noise(0.3, seed=1))
    with qtbot.waitSignal(view.library_service.scan_ended):
        view.controller.add([wanted])
    qtbot.waitUntil(lambda: "one" in view.titles())
    assert "two" not in view.titles()
    assert view.page.line.text().startswith("8 songs in 1 folder, 1 added by itself")
    with qtbot.waitSignal(view.controller.noticed) as noticed:
        view.controller.add([wanted.with_name("notes.txt")])
    assert "notes.txt" in noticed.args[0].message


def test_without_a_library_what_was_written_can_still_be_taken_back(
    tmp_path: Path, settings: Settings, qtbot: QtBot
) -> None:
    with LibraryStore(tmp_path / "empty.db") as store:
        view = Around(store, settings, tmp_path)
        qtbot.addWidget(view.page)
        view.page.show()
        assert not view.page.strip.isVisible()
        view.controller._on_runs(True)
        assert view.page.empty.isVisible()
        assert view.page.strip.undo.isVisible()
        assert not view.page.strip.review.isEnabled()
        with qtbot.waitSignal(view.controller.undo_requested):
            qtbot.mouseClick(view.page.strip.undo, LEFT)
        assert view.library_service.close()


def test_after_another_model_the_old_verdicts_are_in_sight_and_it_is_said_why(
    view: Around, store: LibraryStore
) -> None:
    store.mark_stale("another@1")
    view.controller.refresh()
    strip = view.page.strip
    assert strip.words.text() == (
        "1 song was not listened to yet  ·  5 songs were analysed by an earlier model; analyse again"
    )
    row = view.titles().index("Alpha")
    texts = [view.model.index(row, c.position).data() for c in (Column.HEARD, Column.SURE, Column.STATE)]
    assert texts == ["Jazz", "80 %", "earlier model"]
    new = store.song_at(Path("/m/new.mp3"))
    assert new is not None
    store.forget([new.path])
    view.controller.refresh()
    assert strip.words.text() == "5 songs were analysed by an earlier model; analyse again"
    assert strip.listen.text() == "Analyse 5 songs again"


def test_the_window_does_not_wait_while_another_program_writes(
    view: Around, store: LibraryStore, tmp_path: Path, qtbot: QtBot
) -> None:
    song = store.song_at(Path("/m/a/one.mp3"))
    assert song is not None
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        view.model.tick([song.id], accepted=False)  # comes back, although the other one has not finished
        view.controller._watch_folder(Path("/m"), watched=True)
        assert (store.choices(), store.folders()) == ({}, {Path("/m"): False})
        other.execute("COMMIT")
    qtbot.waitUntil(lambda: store.choices() == {song.id: (False, None)} and store.folders()[Path("/m")])
    qtbot.waitUntil(lambda: view.model.is_ticked(song) is False)


def test_a_change_that_the_disk_does_not_take_is_told(view: Around, store: LibraryStore, qtbot: QtBot) -> None:
    song = store.song_at(Path("/m/a/one.mp3"))
    assert song is not None
    store.db.execute("PRAGMA query_only = ON")
    with qtbot.waitSignal(view.controller.noticed) as told:
        view.model.tick([song.id], accepted=False)
    assert "cannot be written" in told.args[0].message
    store.db.execute("PRAGMA query_only = OFF")
    assert store.choices() == {}
