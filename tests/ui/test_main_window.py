"""The real window with the real parts: open, hear, see, name; keys, drops, errors, and what comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.settings import Settings
from mgc_desktop.ui.actions import commands
from mgc_desktop.ui.main_window import MainWindow
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.widgets.spectrogram.scales import MelScale

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(program: Any) -> MainWindow:
    made: MainWindow = program.window
    return made


@pytest.fixture
def song(write_audio: Any, sounds: Any) -> Path:
    """Twelve seconds of a chirp."""
    path: Path = write_audio("chirp.wav", sounds.chirp(12.0, 16000), sr=16000)
    return path


@pytest.fixture
def opened(program: Any, window: MainWindow, song: Path, qtbot: QtBot) -> MainWindow:
    """The window with a song that was heard to its end."""
    window.open([song])
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=30_000):
        pass
    return window


def drop(window: QWidget, *paths: Path) -> QDropEvent:
    """Drag files over the middle of a window and let them go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = window.rect().center()
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at, copy, mime, left, NO_MODIFIER)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(at), copy, mime, left, NO_MODIFIER)
    QApplication.sendEvent(window, event)
    return event


# First start


def test_the_first_start_explains_itself(window: MainWindow) -> None:
    assert not window.page.has_song
    assert window.page.welcome.open.isVisible()
    assert not window.bar.play.isEnabled()
    assert window.notices.notice is None


def test_the_demo_songs_are_there(window: MainWindow, qtbot: QtBot, program: Any) -> None:
    assert len(demo_songs()) >= 3
    qtbot.mouseClick(window.page.welcome.demo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page.has_song)
    assert len(program.parts.playback.queue) == len(demo_songs())
    assert Settings(program.parts.settings.path)[s.RECENT] == []


# A song


def test_a_song_plays_is_drawn_and_named(opened: MainWindow, program: Any, qtbot: QtBot) -> None:
    page = opened.page
    assert page.has_song
    assert program.parts.playback.playing
    qtbot.waitUntil(lambda: page.header.title.text() == "chirp" and "PCM" in page.header.line.text())
    assert opened.bar.total.text() == "0:12"
    assert opened.windowTitle() == "chirp – MGC Desktop"
    prediction = opened.listen.prediction
    assert prediction is not None
    assert page.side.verdict.headline.text() == (prediction.genre or "Unsure")
    assert page.ribbon.accessibleDescription().split(" from ")[0] in GENRES
    assert page.side.bars.accessibleDescription().split(" ")[-1] == "%"


def test_the_picture_has_the_tone_where_it_is(opened: MainWindow, qtbot: QtBot) -> None:
    """The chirp rises from 200 to 4000 Hz in 12 s: at 6 s it is at 2100 Hz."""
    view = opened.page.spectrogram.view
    qtbot.waitUntil(lambda: view.is_settled)
    row = view.picture.loudest_row(6.0)
    assert row is not None
    assert MelScale().hz(row + 1) == pytest.approx(2100, rel=0.03)  # a filter's peak lies one above its foot


def test_the_cursor_is_everywhere_where_time_is(opened: MainWindow, program: Any, qtbot: QtBot) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    qtbot.mouseClick(opened.page.ribbon, Qt.MouseButton.LeftButton, pos=opened.page.ribbon.rect().center())
    assert program.parts.playback.position == pytest.approx(6.0, abs=0.05)
    assert opened.bar.seek.value() == pytest.approx(6000, abs=50)
    assert opened.bar.time.text() in ("0:05", "0:06")


def test_another_song_takes_its_place(
    opened: MainWindow, program: Any, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    other = write_audio("other.flac", sounds.noise(5.0, 22050), sr=22050)
    opened.open([other])
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=30_000) as predicted:
        pass
    assert predicted.args is not None
    assert predicted.args[0].path == other
    assert opened.page.header.title.text() == "other"
    assert opened.bar.total.text() == "0:05"


# Keys


def test_no_key_means_two_things() -> None:
    keys = [key for _, command in commands() for key in command.shortcuts]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "key, modifier, seconds",
    [
        (Qt.Key.Key_Right, NO_MODIFIER, 5.0),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 12.0),
        (Qt.Key.Key_Left, NO_MODIFIER, 0.0),
    ],
)
def test_arrows_seek(
    opened: MainWindow, program: Any, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, seconds: float
) -> None:
    program.parts.playback.toggle()
    program.parts.playback.seek(0.0)
    qtbot.keyClick(opened, key, modifier)
    assert program.parts.playback.position == pytest.approx(seconds, abs=0.05)


def test_space_m_r_q_f_and_the_volume(opened: MainWindow, program: Any, qtbot: QtBot) -> None:
    playback = program.parts.playback
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert not playback.playing
    qtbot.keyClick(opened, Qt.Key.Key_M)
    assert playback.muted
    before = playback.volume
    qtbot.keyClick(opened, Qt.Key.Key_Down)
    assert playback.volume == pytest.approx(before - 0.05)
    assert not playback.muted
    qtbot.keyClick(opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: opened.bar.repeat.isChecked())
    qtbot.keyClick(opened, Qt.Key.Key_Q)
    assert opened.page.queue.isVisible()
    assert opened.bar.queue.isChecked()
    qtbot.keyClick(opened, Qt.Key.Key_F)
    assert opened.page.spectrogram.view.mode == "overview"


def test_media_keys(opened: MainWindow, program: Any, qtbot: QtBot, qtlog: Any) -> None:
    with qtlog.disabled():  # Qt's simulated keyboard finds it strange
        qtbot.keyClick(opened, Qt.Key.Key_MediaTogglePlayPause)
    assert not program.parts.playback.playing


def test_space_on_a_button_presses_the_button(opened: MainWindow, program: Any, qtbot: QtBot) -> None:
    opened.activateWindow()
    opened.bar.queue.setFocus()
    qtbot.waitUntil(opened.bar.queue.hasFocus)
    qtbot.keyClick(opened.bar.queue, Qt.Key.Key_Space)
    assert opened.page.queue.isVisible()
    assert program.parts.playback.playing


def test_everything_can_be_reached_with_tab(opened: MainWindow, qtbot: QtBot) -> None:
    opened.activateWindow()
    opened.commands["queue"].trigger()
    reached: set[QWidget] = set()
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget() or opened, Qt.Key.Key_Tab)
        if (focused := QApplication.focusWidget()) is not None:
            reached.add(focused)
    bar, page = opened.bar, opened.page
    wanted = {
        bar.play, bar.previous, bar.next, bar.seek, bar.repeat, bar.mute, bar.volume, bar.output, bar.queue,
        page.spectrogram.view, page.queue.list, page.queue.clear, opened.rail.settings, opened.rail.menu_button,
    }  # fmt: skip
    assert wanted <= reached


def test_everything_that_takes_the_focus_has_a_name(opened: MainWindow) -> None:
    opened.commands["queue"].trigger()
    nameless = [
        widget
        for widget in opened.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.focusProxy() is None
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
    ]
    assert nameless == []


# Opening


def test_dropping_files(window: MainWindow, program: Any, song: Path, qtbot: QtBot) -> None:
    drop(window, song)
    qtbot.waitUntil(lambda: window.page.has_song)
    assert not window.drops.overlay.isVisible()
    assert program.parts.playback.playing


def test_dropping_a_folder(
    window: MainWindow, program: Any, write_audio: Any, sounds: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("b.wav", "a.wav", "deeper/c.wav", "note.txt"):
        if name.endswith(".wav"):
            write_audio(f"album/{name}", sounds.tone(1.0, 8000), sr=8000)
        else:
            (tmp_path / "album" / name).write_text("no music")
    drop(window, tmp_path / "album")
    qtbot.waitUntil(lambda: len(program.parts.playback.queue) == 3)
    assert [item.path.name for item in program.parts.playback.queue.items] == ["a.wav", "b.wav", "c.wav"]


def test_the_veil_shows_while_something_is_dragged(window: MainWindow, song: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(song))])
    event = QDragEnterEvent(
        window.rect().center(), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NO_MODIFIER
    )
    QApplication.sendEvent(window, event)
    assert window.drops.overlay.isVisible()
    assert window.drops.overlay.geometry() == window.rect()


def test_a_folder_without_music(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "empty").mkdir()
    window.open([tmp_path / "empty"])
    qtbot.waitUntil(lambda: window.notices.notice is not None)
    assert window.notices.notice is not None
    assert "“empty”" in window.notices.notice.message
    assert not window.page.has_song


@pytest.mark.parametrize("content", [b"", b"this is no music" * 100], ids=["empty", "text"])
def test_a_broken_file_is_named_once(window: MainWindow, tmp_path: Path, content: bytes, qtbot: QtBot) -> None:
    path = tmp_path / "broken.mp3"
    path.write_bytes(content)
    window.open([path])
    qtbot.waitUntil(lambda: window.page.side.verdict.headline.text() == "Not heard")
    qtbot.waitUntil(lambda: window.notices.notice is not None)
    assert window.notices.notice is not None
    assert "broken.mp3" in window.notices.notice.message
    titles = [window.notices.notice.title]
    while window.notices.waiting:
        window.notices.dismiss()
        titles.append(window.notices.notice.title)
    assert titles.count("This file cannot be played") == 1


def test_silence_has_no_genre(window: MainWindow, write_audio: Any, sounds: Any, program: Any, qtbot: QtBot) -> None:
    window.open([write_audio("quiet.wav", sounds.silence(6.0, 8000), sr=8000)])
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=30_000):
        pass
    assert window.page.side.verdict.headline.text() == "Silence"


# The queue


def test_rows_are_moved_and_removed_through_the_list(
    opened: MainWindow, program: Any, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    paths = [write_audio(f"{name}.wav", sounds.tone(20.0, 8000), sr=8000) for name in "ab"]
    opened.queue_model.insert_requested.emit(paths, 1)
    queue = program.parts.playback.queue
    qtbot.waitUntil(lambda: opened.queue_model.rowCount() == 3)
    opened.queue_model.move_requested.emit(2, 1)
    assert [item.path.name for item in queue.items] == ["chirp.wav", "b.wav", "a.wav"]
    qtbot.waitUntil(lambda: opened.queue_model.index(1).data() == "b")
    opened.page.queue.list.remove_requested.emit([1])
    assert [item.path.name for item in queue.items] == ["chirp.wav", "a.wav"]
    opened.page.queue.list.play_requested.emit(1)
    assert queue.index == 1


def test_the_next_song_is_heard_ahead(
    opened: MainWindow, program: Any, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    path = write_audio("ahead.wav", sounds.noise(6.0, 16000), sr=16000)
    opened.queue_model.insert_requested.emit([path], 1)
    with qtbot.waitSignal(program.parts.analysis_service.prefetched, timeout=30_000):
        pass
    assert program.parts.analysis_service.verdict_on(path) is not None


# Theme


def test_the_theme_changes_at_once_and_everywhere(opened: MainWindow, program: Any, seen: Any, colour_at: Any) -> None:
    opened.commands.submenus["theme"].actions()[1].trigger()
    light = program.parts.appearance.palette
    assert light.name == "light"
    picture = seen(opened)
    assert colour_at(picture, 70, 5) == light.window.lower()
    assert colour_at(picture, 20, opened.height() - 8) == light.panel.lower()


# What comes back


def test_what_was_set_comes_back(opened: MainWindow, program: Any, song: Path, qtbot: QtBot, home: Path) -> None:
    opened.resize(800, 640)
    opened.commands["queue"].trigger()
    program.parts.playback.set_volume(0.35)
    program.parts.playback.cycle_repeat()
    opened.page.spectrogram.view.set_mode("overview")
    opened.page.spectrogram.view.set_colour_map("viridis")
    opened.commands.submenus["theme"].actions()[1].trigger()
    opened.close()
    program.close()

    from mgc_desktop.app import build_app

    again = build_app()
    again.start([])
    try:
        assert again.window.size().toTuple() == (800, 640)
        qtbot.waitUntil(again.window.page.queue.isVisible)
        assert again.parts.playback.volume == pytest.approx(0.35)
        assert again.parts.playback.queue.repeat.value == "all"
        assert again.window.page.spectrogram.view.mode == "overview"
        assert again.window.page.spectrogram.view.colour_map == "viridis"
        assert again.parts.appearance.palette.name == "light"
        assert [item.path for item in again.parts.playback.queue.items] == [song]
        assert not again.parts.playback.playing
        assert again.parts.settings[s.RECENT] == [str(song)]
    finally:
        again.window.close()
        again.close()


def test_damaged_settings_are_said(home: Path, qapp: QApplication, qtbot: QtBot) -> None:
    path = home / "config" / s.FILE_NAME
    path.parent.mkdir(parents=True)
    path.write_text("{ damaged")
    from mgc_desktop.app import build_app

    program = build_app()
    try:
        assert program.window.notices.notice is not None
        assert program.window.notices.notice.title == "The settings start afresh"
    finally:
        program.window.close()
        program.close()
    assert json.loads(path.read_text())["version"] == s.VERSION


def test_songs_that_are_gone_stay_in_the_queue(home: Path, song: Path, tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings()
    there = [tmp_path / "drive" / "gone.mp3", song]
    settings[s.QUEUE] = [str(path) for path in there]
    settings[s.QUEUE_INDEX] = 0
    settings.save()
    from mgc_desktop.app import build_app

    program = build_app()
    program.start([])
    try:
        playback = program.parts.playback
        assert [item.path for item in playback.queue.items] == there
        assert program.window.page.has_song
        qtbot.waitUntil(lambda: program.window.notices.notice is not None)
        notice = program.window.notices.notice
        assert notice is not None
        assert "gone.mp3" in notice.message
        there[0].parent.mkdir()
        song.rename(there[0])  # the drive is plugged in again
        playback.toggle()
        qtbot.waitUntil(lambda: playback.player.path == there[0])
    finally:
        program.window.close()
        program.close()
    assert Settings()[s.QUEUE] == [str(path) for path in there]


# The end


def test_closing_in_the_middle_of_an_analysis(
    program: Any, window: MainWindow, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    window.open([write_audio("long.wav", sounds.noise(600.0, 16000), sr=16000)])
    qtbot.waitUntil(lambda: program.parts.analysis_service.running is not None)
    window.close()
    assert program.parts.analysis_service.running is None


def test_a_hidden_window_is_not_drawn(opened: MainWindow, program: Any, qtbot: QtBot) -> None:
    opened.hide()
    with qtbot.assertNotEmitted(program.parts.playback.moved, wait=150):
        pass


def test_what_nobody_foresaw_is_said(window: MainWindow) -> None:
    window.report("Something went wrong", "KeyError: 'x'. The log has the details.")
    assert window.notices.action_button.text() == "Show log"


def test_the_picture_is_saved_where_the_user_wants(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_parent: object, _title: str, proposed: str, *_: object) -> tuple[str, str]:
        asked.append(proposed)
        return str(tmp_path / "saved"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    opened.commands["export"].trigger()
    assert Path(asked[0]).name == "chirp.png"
    assert QImage(str(tmp_path / "saved.png")).width() == 1920


def test_a_picture_that_cannot_be_saved_is_said(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "no such folder" / "picture.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    opened.commands["export"].trigger()
    titles = []
    while opened.notices.notice is not None:
        titles.append(opened.notices.notice.subject)
        opened.notices.dismiss()
    assert str(place) in titles


def test_files_chosen_in_the_dialog_play_and_the_folder_is_remembered(
    window: MainWindow, program: Any, song: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(song)], ""))
    window.commands["open"].trigger()
    qtbot.waitUntil(lambda: window.page.has_song)
    assert program.parts.settings[s.FOLDER] == str(song.parent)
    window.opener.offer_recent(window.commands.submenus["recent"])
    assert [action.text() for action in window.commands.submenus["recent"].actions()] == ["chirp.wav"]


def test_a_folder_chosen_in_the_dialog(
    window: MainWindow, song: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(song.parent))
    window.commands["open_folder"].trigger()
    qtbot.waitUntil(lambda: window.page.has_song)


def test_the_outputs_are_asked_for_without_keeping_the_window_waiting(
    window: MainWindow, program: Any, qtbot: QtBot
) -> None:
    window.bar.devices.aboutToShow.emit()
    assert window.bar.devices.actions()[0].text() == "As the system"
    qtbot.waitUntil(lambda: program.parts.devices.busy == 0, timeout=20_000)
    window.bar.devices.device_requested.emit("ALSA/nothing of that name")
    assert program.parts.settings[s.DEVICE] == "ALSA/nothing of that name"


def test_the_queue_button_leads_back_to_the_listen_view(window: MainWindow) -> None:
    window.show_view(1)
    window.commands["queue"].trigger()
    assert window.views.currentWidget() is window.page
    assert window.page.queue.isVisible()
