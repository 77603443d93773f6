"""The view in the real window: which model listens, and what several make of a song and of a library."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.library.query import Query
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.paths import models_dir
from mgc_desktop.settings import Settings
from mgc_desktop.ui.views.models.view import ModelsView
from mgc_desktop.ui.widgets.saving import save_plot

WAIT = 120_000
QUICK = ("cnn-sixteenth", "cnn-quarter")


@pytest.fixture
def broken(home: Path) -> str:
    """A model of the user's own without its network."""
    folder = home / "data" / "models" / "mine"
    shutil.copytree(models_dir() / "musicnn", folder)
    metadata = folder / "metadata.json"
    metadata.write_text(metadata.read_text(encoding="utf-8").replace('"name": "musicnn"', '"name": "mine"'))
    (folder / "model.onnx").unlink()
    return "mine"


@pytest.fixture
def reference(home: Path) -> str:
    """A model that is too weak to be offered."""
    folder = home / "data" / "models" / "weak"
    shutil.copytree(models_dir() / "cnn-sixteenth", folder)
    metadata = folder / "metadata.json"
    text = metadata.read_text(encoding="utf-8").replace('"name": "cnn-sixteenth"', '"name": "weak"')
    metadata.write_text(text.replace('"role": "offered"', '"role": "exhibit"'))
    return "weak"


@pytest.fixture
def view(broken: str, reference: str, program: Any, qtbot: QtBot) -> ModelsView:
    """In front, its list read."""
    view: ModelsView = program.window.views.view("models")
    program.window.commands["models_view"].trigger()
    qtbot.waitUntil(lambda: len(view.list.cards) > 5, timeout=WAIT)
    return view


def pick(view: ModelsView, *names: str) -> None:
    """Tick just these models."""
    actions = view.picker.menu().actions()
    for wanted in (True, False):
        for action in actions:
            if (action.text().split("(")[-1].rstrip(")") in names) == wanted:
                action.setChecked(wanted)
    assert set(view.picker.chosen) == set(names)


def test_every_model_is_listed_with_what_it_is_good_for(view: ModelsView) -> None:
    assert {"musicnn", "cnn-full", "lstm-quarter", "stacked-sixteenth", "mine"} <= set(view.list.cards)
    assert "right" in view.list.cards["cnn-full"].figures.text()
    assert "24 artists" in view.list.cards["cnn-full"].figures.text()


def test_only_what_may_tag_can_be_chosen_and_a_damaged_one_says_why(view: ModelsView) -> None:
    assert view.list.cards["musicnn"].button is None, "it is in use"
    assert view.list.cards["weak"].button is None, "it is an exhibit"
    assert view.list.cards["cnn-full"].button is not None
    assert view.list.cards["mine"].button is None
    assert "model.onnx" in view.list.cards["mine"].figures.text()


def test_the_chosen_model_listens_everywhere_and_after_the_next_start(
    view: ModelsView, program: Any, qtbot: QtBot
) -> None:
    button = view.list.cards["cnn-sixteenth"].button
    assert button is not None
    with qtbot.waitSignals([program.parts.analysis_service.model_changed, program.parts.library_service.model_changed]):
        button.click()
    assert Settings(program.parts.settings.path)[s.MODEL] == "cnn-sixteenth"
    assert view.list.cards["cnn-sixteenth"].button is None
    assert view.list.cards["musicnn"].button is not None
    assert "cnn-sixteenth" in view.page.line.text()
    assert program.window.notices.notice is not None


def test_the_list_stays_where_it_is_when_a_model_is_chosen(view: ModelsView, program: Any, qtbot: QtBot) -> None:
    program.window.activateWindow()
    qtbot.waitUntil(program.window.isActiveWindow)
    bar = view.list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    moved: list[int] = []
    bar.valueChanged.connect(lambda value: moved.append(value))
    for name in ("cnn-full", "musicnn"):
        button = view.list.cards[name].button
        assert button is not None
        button.setFocus()
        qtbot.waitUntil(button.hasFocus)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda name=name: view.list.cards[name].button is None)  # type: ignore[misc]
    assert moved == []


def test_the_song_that_plays_is_judged_anew_by_the_chosen_model(
    view: ModelsView, program: Any, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=WAIT) as first:
        program.window.open([write_audio("a.wav", sounds.chirp(6.0, 16000), sr=16000)])
    assert first.args[0].model == "musicnn"
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=WAIT) as second:
        view.use("cnn-sixteenth")
    assert second.args[0].model == "cnn-sixteenth"
    assert program.window.listen.prediction is second.args[0]


def test_without_a_song_or_a_library_it_says_what_to_do(view: ModelsView, qtbot: QtBot) -> None:
    qtbot.keyClick(view.page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert view.stack.currentWidget() is view.silent
    qtbot.keyClick(view.page, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert view.stack.currentWidget() is view.bare
    qtbot.keyClick(view.page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert view.stack.currentWidget() is view.list


def test_two_models_at_least_are_compared(view: ModelsView) -> None:
    pick(view, *QUICK)
    ticked = [action for action in view.picker.menu().actions() if action.isChecked()]
    assert not any(action.isEnabled() for action in ticked)
    assert view.picker.text() == "2 models"


def test_each_model_gets_a_ribbon_on_the_song_that_plays(
    view: ModelsView, program: Any, write_audio: Any, sounds: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    program.window.open([write_audio("a.wav", sounds.chirp(12.0, 16000), sr=16000)])
    qtbot.waitUntil(lambda: program.parts.playback.player.duration is not None, timeout=WAIT)
    program.parts.playback.toggle()
    pick(view, *QUICK)
    view.show_part("song")
    qtbot.waitUntil(lambda: set(view.song.predictions) == set(QUICK), timeout=WAIT)
    for name, prediction in view.song.predictions.items():
        assert prediction.model == name
        row = view.song.rows[name]
        assert row.verdict.text() == (prediction.genre or "Unsure")
        assert row.ribbon.accessibleDescription()
    assert "agree" in view.song.line.text()
    view.song.seek_requested.emit(5.0)
    assert program.parts.playback.position == pytest.approx(5.0, abs=0.1)
    for ending in ("png", "svg", "csv"):
        save_plot(view.song, view.song_numbers(), tmp_path / f"a.{ending}")
        assert (tmp_path / f"a.{ending}").stat().st_size > 500


def test_models_listen_to_the_library_beside_the_verdicts_in_use(
    view: ModelsView, program: Any, write_audio: Any, sounds: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    library_service = program.parts.library_service
    for number in range(2):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))
    with qtbot.waitSignal(library_service.scan_ended, timeout=WAIT):
        library_service.scan([tmp_path / "music"])
    view.shown()
    pick(view, *QUICK)
    view.show_part("library")
    qtbot.waitUntil(lambda: view.library.found is not None and view.library.found.songs == 2, timeout=WAIT)
    assert view.library.listen.text() == "Listen 4 times"
    with qtbot.waitSignal(view.gatherer.ended, timeout=WAIT) as ended:
        view.library.listen.click()
    assert (ended.args[0].done, ended.args[0].failed) == (4, 0)
    qtbot.waitUntil(lambda: view.library.found is not None and view.library.found.predicted == (2, 2), timeout=WAIT)
    assert not view.library.listen.isEnabled()
    assert "of 2 songs" in view.library.chart.reading((0, 0))
    with LibraryStore(library_service.database, check=False) as store:
        songs = store.songs(store.ids(Query()))
        assert {(song.predicted, song.model) for song in songs} == {(None, None)}
    for dispute in view.library.found.disputes:
        with qtbot.waitSignal(view.library_requested) as asked:
            view.library.show_requested.emit([dispute.song])
        assert asked.args[0].ids == (dispute.song.id,)
    save_plot(view.library, view.library_numbers(), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().startswith("title,artist,path,distance,cnn-")


def test_closing_in_the_middle_of_a_run(
    view: ModelsView, program: Any, write_audio: Any, sounds: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(3):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))
    with qtbot.waitSignal(program.parts.library_service.scan_ended, timeout=WAIT):
        program.parts.library_service.scan([tmp_path / "music"])
    view.gatherer.gather([("cnn-sixteenth", "1")])
    assert view.gatherer.running
    program.window.close()
