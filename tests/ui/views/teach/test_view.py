"""The Teach view in the real window, on a library that was listened to."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import labelled_songs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from mgc_desktop.inference import user_heads
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.views.teach import view as view_module
from mgc_desktop.ui.views.teach.view import TeachView
from mgc_desktop.workers.head_trainer import FIRST

WAIT = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def songs(home: Path) -> dict[str, int]:
    with LibraryStore(home / "data" / "library.db") as store:
        return labelled_songs.fill(store)


@pytest.fixture
def view(songs: dict[str, int], program: Any, qtbot: QtBot) -> TeachView:
    """The view, seen, with six songs of two genres marked."""
    program.start([])
    program.window.commands["teach_view"].trigger()
    view = program.window.views.seen
    assert isinstance(view, TeachView)
    qtbot.waitUntil(lambda: view.head_trainer.state.learned is not None and not view.page.is_empty, timeout=WAIT)
    return view


@pytest.fixture
def adapter(view: TeachView, songs: dict[str, int], qtbot: QtBot) -> TeachView:
    view.head_trainer.mark([songs[title] for title in labelled_songs.FADO[:3]], "Fado")
    view.head_trainer.mark([songs[title] for title in labelled_songs.SYNTHWAVE[:3]], "Synthwave")
    qtbot.waitUntil(
        lambda: view.head_trainer.state.report is not None and len(view.page.labels.songs.rows) == 6, timeout=WAIT
    )
    return view


def titles(rows: Any) -> list[str]:
    return [row.title for row in rows]


def entries(menu: QMenu) -> dict[str, QAction]:
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_without_music_it_says_where_to_begin(program: Any, qtbot: QtBot) -> None:
    program.start([])
    program.window.commands["teach_view"].trigger()
    view = program.window.views.seen
    qtbot.waitUntil(lambda: view.page.is_empty, timeout=WAIT)
    assert view.page.bare.isVisible()


def test_songs_are_found_marked_and_learned_by_keys_alone(view: TeachView, qtbot: QtBot) -> None:
    page = view.page
    qtbot.mouseClick(page.begin.button, LEFT)
    assert page.search.hasFocus()
    qtbot.keyClicks(page.search, "fadista")
    qtbot.waitUntil(lambda: len(page.found.songs.rows) == len(labelled_songs.FADO), timeout=WAIT)
    assert page.count.text() == "6 found"
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.found.hasFocus()
    qtbot.keyClick(page.found, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(page.found, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.choice.label.text() == "3 songs selected"
    entries(page.choice.more.menu())["Jazz"].trigger()
    qtbot.waitUntil(lambda: [row.genre for row in page.found.songs.rows].count("Jazz") == 3, timeout=WAIT)
    assert page.choice.label.text() == "3 songs selected", "they stay selected"
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.table is page.labels and len(page.labels.songs.rows) == 3, timeout=WAIT)


def test_a_new_genre_is_named_and_then_one_key_away(
    view: TeachView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = view.page
    page.search.setText("fadista")
    qtbot.waitUntil(lambda: len(page.found.songs.rows) == 6, timeout=WAIT)
    page.found.selectRow(0)
    monkeypatch.setattr("mgc_desktop.ui.views.teach.genre_menu.ask_text", lambda *_: "Fado")
    entries(page.choice.more.menu())["New genre…"].trigger()
    qtbot.waitUntil(lambda: page.found.songs.rows[0].genre == "Fado", timeout=WAIT)
    page.found.selectRow(1)
    (button,) = page.choice._buttons
    assert button.accessibleName() == "This is Fado"
    assert button.shortcut().toString() == "Alt+1"
    button.click()
    qtbot.waitUntil(lambda: page.found.songs.rows[1].genre == "Fado", timeout=WAIT)


def test_the_figures_come_before_it_is_switched_on(adapter: TeachView) -> None:
    page, report = adapter.page, adapter.head_trainer.state.report
    assert report is not None
    assert page.figures.headline.text() == f"{100 * (report.accuracy('taught') or 0):.0f} % right"
    assert "6 marked songs of 6 artists" in page.figures.method.text()
    assert "pieces that nobody marked" in page.figures.kept.text()
    assert "2 genres of your own" in page.line.text()
    assert "not in use" in page.line.text()
    assert page.use.text() == "Switch on"
    assert page.use.property("kind") == "primary"
    rescored = {row.title: row.rescored for row in page.labels.songs.rows}
    assert set(rescored) == {*labelled_songs.FADO[:3], *labelled_songs.SYNTHWAVE[:3]}
    assert None not in rescored.values()


def test_of_a_genre_of_one_artist_nothing_can_be_said(view: TeachView, songs: dict[str, int], qtbot: QtBot) -> None:
    view.head_trainer.mark([songs["Lágrima"], songs["Canção"]], "Fado")  # both by Fadista 0
    qtbot.waitUntil(lambda: view.head_trainer.state.report is not None, timeout=WAIT)
    assert view.page.figures.headline.text() == "Not known yet"
    assert "of one artist" in view.page.figures.advice.text()


def test_switched_on_it_is_used_in_the_library_and_off_again(
    adapter: TeachView, songs: dict[str, int], home: Path, qtbot: QtBot
) -> None:
    def predicted() -> set[str | None]:
        with LibraryStore(home / "data" / "library.db", check=False) as store:
            return {song.predicted for song in store.songs([songs[title] for title in labelled_songs.FADO])}

    qtbot.mouseClick(adapter.page.use, LEFT)
    qtbot.waitUntil(lambda: predicted() == {"Fado"}, timeout=WAIT)
    assert adapter.page.use.text() == "Switch off"
    assert "in use" in adapter.page.line.text()
    qtbot.mouseClick(adapter.page.use, LEFT)
    # What the user said of songs stays; the others are named by the bundled head again.
    qtbot.waitUntil(lambda: predicted() == {"World", "Fado"}, timeout=WAIT)


def test_marks_are_taken_away_and_brought_back(adapter: TeachView, qtbot: QtBot) -> None:
    page = adapter.page
    page.labels.selectRow(0)
    gone = page.labels.chosen()[0].title
    page.labels.setFocus()
    qtbot.keyClick(page.labels, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: gone not in titles(page.labels.songs.rows), timeout=WAIT)
    assert page.undo.isVisible()
    qtbot.keyClick(page.labels, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: gone in titles(page.labels.songs.rows), timeout=WAIT)


def test_a_marked_song_can_become_another_genre(adapter: TeachView, qtbot: QtBot) -> None:
    page = adapter.page
    page.labels.selectRow(0)
    title = page.labels.chosen()[0].title
    page.choice.chosen.emit("Synthwave")
    qtbot.waitUntil(
        lambda: {row.title: row.genre for row in page.labels.songs.rows}.get(title) == "Synthwave", timeout=WAIT
    )


def test_a_double_click_plays(adapter: TeachView, qtbot: QtBot) -> None:
    adapter.page.labels.selectRow(0)
    with qtbot.waitSignal(adapter.play_requested) as played:
        adapter.page.labels.play_requested.emit()
    assert played.args == [[labelled_songs.ROOT / f"{adapter.page.labels.chosen()[0].title}.mp3"]]


def test_heads_are_made_renamed_exported_imported_and_deleted(
    adapter: TeachView, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, state = adapter.page, lambda: adapter.head_trainer.state
    answers = iter(["My second", "Renamed"])
    monkeypatch.setattr(view_module, "ask_text", lambda *_: next(answers))
    out = tmp_path / "out.json"
    monkeypatch.setattr(view_module.QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    monkeypatch.setattr(view_module.QFileDialog, "getOpenFileName", lambda *_: (str(out), ""))
    entries(page.heads.menu())["Export…"].trigger()
    qtbot.waitUntil(out.is_file, timeout=WAIT)
    entries(page.heads.menu())["New…"].trigger()
    qtbot.waitUntil(lambda: state().name == "My second" and state().learned is not None, timeout=WAIT)
    assert page.begin.isVisible()
    entries(page.heads.menu())["Rename…"].trigger()
    qtbot.waitUntil(lambda: state().name == "Renamed", timeout=WAIT)
    entries(page.heads.menu())["Import…"].trigger()
    qtbot.waitUntil(lambda: state().name == f"{FIRST} 2" and len(page.labels.songs.rows) == 6, timeout=WAIT)
    monkeypatch.setattr(view_module, "confirmed", lambda *_: False)
    entries(page.heads.menu())["Delete…"].trigger()
    assert state().name == f"{FIRST} 2"
    monkeypatch.setattr(view_module, "confirmed", lambda *_: True)
    entries(page.heads.menu())["Delete…"].trigger()
    qtbot.waitUntil(lambda: state().name == FIRST and len(page.labels.songs.rows) == 6, timeout=WAIT)
    assert [entry.name for entry in user_heads.list_heads()] == [FIRST]


def test_the_figures_can_be_saved(adapter: TeachView, tmp_path: Path) -> None:
    adapter.page.figures.save.save(tmp_path / "figures.csv")
    with (tmp_path / "figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "genre"
    assert [row[0] for row in rows[1:]] == ["Fado", "Synthwave", "unlabelled free music"]


def test_everything_is_in_the_menu(adapter: TeachView) -> None:
    menu = QMenu()
    adapter.add_actions(menu)
    texts = [action.text() for action in menu.actions()]
    assert {"Find songs to mark", "The selected songs are", "Undo the last marking", "Switch on", "Heads"} <= set(texts)


# Where songs are met


def test_songs_are_marked_from_the_librarys_menu(
    program: Any, songs: dict[str, int], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.start([])
    window, head_trainer = program.window, program.parts.head_trainer
    menu = QMenu()
    window.library.controller.menu_offered.emit(menu, [songs["Lágrima"], songs["Saudade"]])
    (part,) = (action.menu() for action in menu.actions() if action.text() == "Teach: this is")
    with qtbot.waitSignal(head_trainer.labelled, timeout=WAIT):
        next(action for action in part.actions() if action.text() == "Jazz").trigger()
    notice = window.notices.notice
    assert notice is not None
    assert notice.title == "2 songs marked as Jazz"
    window.notices.action_button.click()
    qtbot.waitUntil(
        lambda: head_trainer.state.learned is not None and not head_trainer.state.learned.labels, timeout=WAIT
    )


@pytest.mark.slow
def test_a_verdict_is_corrected_where_it_is_heard(
    program: Any, qtbot: QtBot, write_audio: Callable[..., Path], sounds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, head_trainer = program.window, program.parts.head_trainer
    path = write_audio("noise.wav", sounds.noise(8.0, 16000), sr=16000)
    program.start([path])
    qtbot.waitUntil(lambda: window.listen.is_whole, timeout=WAIT)
    button = window.page.side.verdict.correct
    assert button.isVisible()
    monkeypatch.setattr("mgc_desktop.ui.views.teach.genre_menu.ask_text", lambda *_: "Noise")
    entries(button.menu())["New genre…"].trigger()
    qtbot.waitUntil(lambda: head_trainer.state.own == ("Noise",), timeout=WAIT)
    qtbot.waitUntil(lambda: window.page.side.verdict.headline.text() == "Noise", timeout=WAIT)
    assert "as you said" in window.page.side.verdict.detail.text()
    head_trainer.use(FIRST)
    qtbot.waitUntil(lambda: window.listen.is_whole and window.listen.prediction.genres[-1] == "Noise", timeout=WAIT)
    assert window.page.side.bars._genres[-1] == "Noise"
    qtbot.waitUntil(lambda: "with My genres" in window.page.side.verdict.detail.text(), timeout=WAIT)
