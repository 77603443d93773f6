"""The view in the real window: it follows the song, freezes, and says what speaks for a genre."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.analysis.occlusion import GRID
from mgc_desktop.analysis.patch_view import patch_at, read_patch
from mgc_desktop.ui.views.explain.view import ExplainView
from mgc_desktop.ui.widgets.saving import save_plot

WAIT = 120_000
MODEL = "cnn-sixteenth"  # the quickest


@pytest.fixture
def song(write_audio: Any, sounds: Any) -> Path:
    """Twelve seconds of a chirp."""
    path: Path = write_audio("chirp.wav", sounds.chirp(12.0, 16000), sr=16000)
    return path


@pytest.fixture
def view(program: Any, qtbot: QtBot) -> ExplainView:
    """In front, with a small model."""
    program.parts.settings[s.MODEL] = MODEL
    view: ExplainView = program.window.views.view("hears")
    program.window.commands["hears_view"].trigger()
    qtbot.waitUntil(lambda: view.watcher.model is not None, timeout=WAIT)
    return view


@pytest.fixture
def opened(program: Any, view: ExplainView, song: Path, qtbot: QtBot) -> ExplainView:
    """With a song that stands at its 6th second, explained."""
    program.window.open([song])
    qtbot.waitUntil(lambda: program.parts.playback.player.duration is not None, timeout=WAIT)
    program.parts.playback.toggle()
    program.parts.playback.seek(6.0)
    qtbot.waitUntil(lambda: view.body.explained is not None and view.body.explained[0].start > 4, timeout=WAIT)
    qtbot.waitUntil(lambda: not view.watcher.busy, timeout=WAIT)
    return view


def test_without_a_song_it_says_what_to_do(view: ExplainView, program: Any, qtbot: QtBot) -> None:
    assert view.page.is_empty
    qtbot.mouseClick(view.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not view.page.is_empty, timeout=WAIT)
    assert len(program.parts.playback.queue) >= 3
    assert program.window.views.currentWidget() is view.page


def test_the_models_that_can_be_used_are_offered_and_the_one_in_use_is_chosen(view: ExplainView) -> None:
    names = {str(view.models.itemData(i)) for i in range(view.models.count())}
    assert {"musicnn", "cnn-full", "lstm-quarter", "stacked-sixteenth"} <= names
    assert view.models.currentData() == MODEL
    assert view.models.currentText() == f"{MODEL} (in use)"


def test_it_shows_what_the_model_gets_at_the_cursor(opened: ExplainView, song: Path) -> None:
    assert opened.watcher.model is not None
    wants = opened.watcher.model.metadata.input
    expected = read_patch(song, patch_at(6.0, wants, 12.0), wants)
    shown = {**opened.body.patches, "mel": opened.body.mel, "linear": opened.body.linear}
    values = {1: expected.at(1), 2: expected.at(2), 4: expected.at(4), "mel": expected.mel, "linear": expected.linear}
    for key, picture in shown.items():
        assert picture.shown is not None
        assert np.array_equal(picture.shown.values, values[key]), key
    assert "what the model gets" in opened.body.patches[4].accessibleDescription()
    assert "what the model gets" not in opened.body.patches[1].accessibleDescription()
    assert "chirp" in opened.page.line.text()
    assert "sixteenth resolution" in opened.page.line.text()


def test_it_follows_the_music_until_it_is_frozen(opened: ExplainView, program: Any, qtbot: QtBot) -> None:
    playback = program.parts.playback
    with qtbot.waitSignal(opened.watcher.analysed, timeout=WAIT) as analysed:
        playback.seek(10.0)
    assert analysed.args[0].end > 10.0
    qtbot.keyClick(opened.page, Qt.Key.Key_H)
    assert opened.frozen
    with qtbot.assertNotEmitted(opened.watcher.analysed, wait=400):
        playback.seek(1.0)
    with qtbot.waitSignal(opened.watcher.analysed, timeout=WAIT) as analysed:
        qtbot.keyClick(opened.page, Qt.Key.Key_H)
    assert analysed.args[0].number == 0
    assert not opened.frozen


def test_from_patch_to_patch_by_key(opened: ExplainView, qtbot: QtBot) -> None:
    assert opened.body.explained is not None
    number = opened.body.explained[0].number
    with qtbot.waitSignal(opened.watcher.analysed, timeout=WAIT) as analysed:
        qtbot.keyClick(opened.page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert analysed.args[0].number == number + 1
    assert opened.frozen


def test_any_genre_can_be_asked_for_at_once(opened: ExplainView) -> None:
    assert opened.body.explained is not None
    other = "World" if opened.body.explained[1].genre != "World" else "Jazz"
    opened.body.genre.activated.emit(opened.body.genre.findText(other))
    assert opened.body.explained[1].genre == other
    assert other in opened.body.legend.accessibleName()
    finding = opened.body.finding
    assert finding.text()
    assert finding.heightForWidth(finding.width()) <= finding.height(), "all of it can be read"


def test_another_model_hears_anew(opened: ExplainView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.watcher.analysed, timeout=WAIT) as analysed:
        opened.models.activated.emit(opened.models.findData("cnn-quarter"))
    assert analysed.args[0].input.reduction == 2
    assert "what the model gets" in opened.body.patches[2].accessibleDescription()


def test_picture_and_numbers_can_be_saved(opened: ExplainView, tmp_path: Path) -> None:
    for ending in ("png", "svg", "csv"):
        save_plot(opened.body, opened.numbers(), tmp_path / f"a.{ending}")
        assert (tmp_path / f"a.{ending}").stat().st_size > 1000
    with (tmp_path / "a.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["start", "end", "low_hz", "high_hz", "genre", "probability", "without"]
    assert len(rows) == GRID.bands * GRID.moments
    assert float(rows[0][2]) == 0
    assert float(rows[-1][3]) == 8000


def test_nothing_is_found_out_while_nobody_looks(opened: ExplainView, program: Any, qtbot: QtBot) -> None:
    program.window.show_view(0)
    with qtbot.assertNotEmitted(opened.watcher.analysed, wait=400):
        program.parts.playback.seek(1.0)


def test_a_song_that_cannot_be_decoded_does_no_harm(view: ExplainView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "bad.mp3"
    path.write_bytes(b"no music" * 100)
    with qtbot.waitSignal(view.watcher.failed, timeout=WAIT):
        view.watcher.follow(path, 0.0, None)
    assert view.body.finding.text()


def test_nothing_of_the_last_song_stays_when_the_next_cannot_be_decoded(
    opened: ExplainView, program: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    body = opened.body
    pictures = (body.mel, body.linear, body.evidence, *body.patches.values())
    qtbot.waitUntil(lambda: all(picture.shown is not None for picture in pictures), timeout=WAIT)
    program.window.resize(program.window.minimumSize())
    path = tmp_path / "bad.mp3"
    path.write_bytes(b"no music" * 100)
    with qtbot.waitSignal(opened.watcher.failed, timeout=WAIT):
        program.window.open([path])
    assert all(picture.shown is None for picture in pictures)
    assert body.finding.heightForWidth(body.finding.width()) <= body.finding.height(), "all of it can be read"
