"""Live input in the real window: it runs, names, is saved, and gives way to songs; what goes wrong is a sentence."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.capture import portaudio, pulse
from mgc_desktop.capture.source import Source
from mgc_desktop.ui.main_window import MainWindow
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.views.listen.live_page import LivePage
from mgc_desktop.ui.views.listen.source_menu import SourceMenu
from mgc_desktop.ui.widgets.level_meter import LevelMeter

sys.path.append(str(Path(__file__).parents[3]))
from sound_card import SoundCard, sound_server

__all__ = ["sound_server"]

_TIMEOUT = 60_000


@pytest.fixture
def card(sound_server: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    return sound_server


@pytest.fixture
def noise(card: SoundCard, tmp_path: Path, sounds: Any) -> Iterator[None]:
    """Noise comes out of the sound card for as long as the test needs it."""
    raw = tmp_path / "noise.raw"
    raw.write_bytes(sounds.noise(120.0, channels=2).T.tobytes())
    playing = card.play(raw)
    yield
    playing.kill()
    playing.wait()


@pytest.fixture
def window(program: Any) -> MainWindow:
    made: MainWindow = program.window
    return made


def begun(window: MainWindow, qtbot: QtBot) -> LivePage:
    """Live input whose first seconds were named."""
    qtbot.keyClick(window, Qt.Key.Key_L)
    page = window.live.page
    assert page is not None
    qtbot.waitUntil(lambda: page.side.recent.headline.text() not in ("", "Listening…"), timeout=_TIMEOUT)
    return page


@pytest.mark.sound
def test_it_runs_names_and_is_saved(
    window: MainWindow, noise: None, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = begun(window, qtbot)
    assert window.page.is_live
    assert window.bar.live.text() == "Live: Null Output" and not window.bar.seek.isVisible()
    assert page.header.title.text() == "Null Output"
    assert page.header.line.text().startswith("live  ·  what the computer plays")
    assert page.side.now_words.text() not in ("", "…")
    assert page.header.meter.db > -40
    assert page.spectrogram.view.picture.end > 2
    before = page.spectrogram.view.picture.end
    qtbot.waitUntil(lambda: page.spectrogram.view.picture.end > before, timeout=_TIMEOUT)

    with qtbot.waitSignal(window.live._service.ended, timeout=_TIMEOUT):
        qtbot.keyClick(window, Qt.Key.Key_L)
    assert page.header.toggle.text() == "Listen again"
    assert page.header.line.text().startswith("stopped")
    assert window.page.is_live and not window.bar.live.isVisible()

    picture, table = tmp_path / "session.png", tmp_path / "session.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(picture), ""))
    window.commands["export"].trigger()
    assert QImage(str(picture)).width() == 1920
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(table), ""))
    page.header.table_requested.emit()
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["start"]) == 0.0
    assert rows[0]["genre"] in page.side.bars.order
    assert sum(float(rows[0][name]) for name in page.side.bars.order) == pytest.approx(1.0, abs=1e-4)

    page.header.close_requested.emit()
    assert not window.page.is_live


@pytest.mark.sound
def test_it_is_closed_and_begun_again_at_once(window: MainWindow, noise: None, qtbot: QtBot) -> None:
    page = begun(window, qtbot)
    qtbot.mouseClick(page.header.close_button, Qt.MouseButton.LeftButton)
    assert not window.page.is_live and window.page.welcome.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert window.page.is_live
    qtbot.waitUntil(lambda: window.bar.live.text() == "Live: Null Output", timeout=_TIMEOUT)
    qtbot.waitUntil(lambda: page.spectrogram.view.picture.end > 1, timeout=_TIMEOUT)
    assert page.header.toggle.text() == "Stop"


@pytest.mark.sound
def test_playing_a_song_ends_it(window: MainWindow, noise: None, qtbot: QtBot, write_audio: Any, sounds: Any) -> None:
    begun(window, qtbot)
    window.open([write_audio("song.wav", sounds.chirp(8.0, 16000), sr=16000)])
    qtbot.waitUntil(lambda: not window.page.is_live, timeout=_TIMEOUT)
    qtbot.waitUntil(lambda: not window.live.running, timeout=_TIMEOUT)
    assert window.page.has_song
    assert window.bar.seek.isVisible()


@pytest.mark.sound
def test_a_song_is_paused_and_comes_back(
    window: MainWindow, program: Any, noise: None, qtbot: QtBot, write_audio: Any, sounds: Any
) -> None:
    window.open([write_audio("song.wav", sounds.chirp(60.0, 16000), sr=16000)])
    qtbot.waitUntil(lambda: program.parts.playback.playing, timeout=_TIMEOUT)
    begun(window, qtbot)
    assert not program.parts.playback.playing
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert program.parts.playback.playing
    assert not window.page.is_live and window.page.has_song


@pytest.mark.sound
def test_another_source_is_chosen_and_remembered(window: MainWindow, noise: None, qtbot: QtBot) -> None:
    page = begun(window, qtbot)
    page.header.sources.aboutToShow.emit()
    texts = lambda: [action.text() for action in page.header.sources.actions()]  # noqa: E731
    qtbot.waitUntil(lambda: "Null Output 2" in texts(), timeout=_TIMEOUT)
    action = next(action for action in page.header.sources.actions() if action.text() == "Null Output 2")
    action.trigger()
    qtbot.waitUntil(lambda: page.header.title.text() == "Null Output 2", timeout=_TIMEOUT)
    assert window._settings[s.LIVE_SOURCE] == "pulse/control.monitor"
    qtbot.waitUntil(lambda: page.side.recent.headline.text() == "Silence", timeout=_TIMEOUT)
    assert "nothing is playing" in page.header.line.text()


def test_no_source_is_a_sentence(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "is_installed", lambda: False)
    monkeypatch.setattr(portaudio, "sources", list)
    qtbot.mouseClick(window.page.welcome.live, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.notices.notice is not None, timeout=_TIMEOUT)
    assert window.notices.notice is not None
    assert "No microphone" in window.notices.notice.message
    qtbot.waitUntil(lambda: not window.live.running, timeout=_TIMEOUT)
    assert window.live.page is not None
    assert window.live.page.header.title.text() == "Nothing was listened to"
    assert not window.live.page.header.save.isEnabled()
    window.live.leave()
    assert window.page.welcome.isVisible()


@pytest.mark.sound
@pytest.mark.parametrize("size", [(800, 560), (1360, 820), (1920, 1080)])
def test_it_fits_into_every_window(window: MainWindow, noise: None, qtbot: QtBot, size: tuple[int, int]) -> None:
    page = begun(window, qtbot)
    window._toggle_queue()
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    qtbot.waitUntil(lambda: page.side.bars.height() >= page.side.bars.minimumSizeHint().height())
    assert page.spectrogram.view.width() >= 200
    assert page.header.title.width() > 60


def test_the_meter_rises_at_once_and_falls_slowly(place: Any, seen: Any) -> None:
    meter = LevelMeter(DARK)
    place(meter, 110, 22)
    meter.set_peak(0.5)
    assert meter.db == pytest.approx(-6.0, abs=0.1)
    meter.set_peak(0.0)
    assert -9 < meter.db < -6
    for _ in range(60):
        meter.set_peak(0.0)
    assert meter.db == -60
    meter.set_peak(1.0)
    assert seen(meter).pixelColor(5, 11).name().lower() == DARK.danger.lower()


def test_the_menu_says_what_is_missing(qtbot: QtBot) -> None:
    menu = SourceMenu()
    qtbot.addWidget(menu)
    menu.show_sources([], "")
    assert menu.actions()[-1].text() == "No source of sound found"
    menu.show_sources([Source("a/b", "Rock & roll", "input")], "a/b", hint="Install it.")
    texts = [action.text() for action in menu.actions()]
    assert "Rock && roll" in texts and texts[-1] == "Install it."
    with qtbot.waitSignal(menu.source_requested) as chosen:
        menu.actions()[1].trigger()
    assert chosen.args == ["a/b"]
