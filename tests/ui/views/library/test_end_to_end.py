"""The real program: add a folder, listen, review, write, look with other tools, undo, and compare every byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.library.query import Filter
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.views.library.review_dialog import ReviewDialog
from mgc_desktop.ui.views.library.undo_dialog import UndoDialog

TIMEOUT = 120_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: Any) -> Path:
    """Copies of the demo songs without a genre, one with a genre, one that is no music."""
    folder = tmp_path / "music"
    (folder / "Séculaire").mkdir(parents=True)
    for number, song in enumerate(demo_songs()):
        copy = folder / "Séculaire" / f"{number} {song.name}"
        shutil.copyfile(song, copy)
        tags = mutagen.File(copy, easy=True)
        tags["genre"] = ["Polka"] if number == 0 else []
        tags.save()
    (folder / "broken.mp3").write_bytes(bytes(range(256)) * 20)
    return folder


def decoded(path: Path) -> bytes:
    """The sound, as FFmpeg's own program hears it."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def probed(path: Path) -> dict[str, str]:
    """The tags, as FFmpeg's own program reads them."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", str(path)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {key.lower(): value for key, value in answer["format"].get("tags", {}).items()}


def drop(window: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    at, copy, none = window.rect().center(), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, mime, LEFT, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, LEFT, none))


@pytest.mark.slow
def test_a_library_is_tagged_by_ear_and_turned_back(program: Any, music: Path, qtbot: QtBot) -> None:
    window = program.window
    controller, page = window.library.controller, window.library.page
    library_service = controller.library_service
    original = {path: path.read_bytes() for path in music.rglob("*.mp3")}
    program.start([])
    qtbot.mouseClick(window.rail._views.button(1), LEFT)
    assert page.empty.isVisible()

    # Add a folder by dropping it
    with qtbot.waitSignal(library_service.scan_ended, timeout=TIMEOUT):
        drop(window, music)
    qtbot.waitUntil(lambda: controller.model.songs == len(original))
    assert "1 folder" in page.line.text()

    # Listen
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT):
        page.strip.listen_requested.emit("new")
    qtbot.waitUntil(lambda: controller.store.counts().get(State.NEW, 0) == 0)
    counts = controller.store.counts()
    assert counts[State.FAILED] == 1
    assert counts[State.TO_WRITE] >= 1

    # Review: nothing is written by looking
    qtbot.mouseClick(page.strip.review, LEFT)
    review = window.findChild(ReviewDialog)
    qtbot.waitUntil(lambda: bool(review.model.rows))
    assert {path: path.read_bytes() for path in original} == original
    planned = {row.song.path: row.change.new for row in review.model.rows if row.change.writes}
    assert planned
    assert all(len(genres) == 1 for genres in planned.values())
    by_hand = next(iter(planned))
    row = next(i for i, r in enumerate(review.model.rows) if r.song.path == by_hand)
    review.model.setData(review.model.index(row, 3), "Märchen, Jazz")
    planned[by_hand] = ("Märchen", "Jazz")

    # Write, while one of the songs plays
    window.open([by_hand])
    qtbot.waitUntil(lambda: program.parts.playback.player.path == by_hand, timeout=TIMEOUT)
    with qtbot.waitSignal(review.written, timeout=TIMEOUT) as written:
        qtbot.mouseClick(review.write, LEFT)
    assert written.args[0].refused == ()
    assert {entry.path for entry in written.args[0].written} == set(planned)
    assert program.parts.playback.player.path == by_hand
    review.reject()

    # Look with other tools
    for path, genres in planned.items():
        assert tuple(mutagen.File(path, easy=True)["genre"]) == genres
        assert probed(path)["genre"].startswith(genres[0])  # of several values FFmpeg may show the first only
    for path in original.keys() - planned.keys():
        assert path.read_bytes() == original[path]
    analysed_before = music.parent / "before.mp3"
    analysed_before.write_bytes(original[by_hand])
    assert decoded(by_hand) == decoded(analysed_before)
    qtbot.waitUntil(lambda: controller.store.counts().get(State.WRITTEN) == len(planned))
    qtbot.mouseClick(page.chips.chip(Filter.WRITTEN), LEFT)
    assert controller.model.songs == len(planned)

    # Undo
    qtbot.waitUntil(page.strip.undo.isVisible)
    qtbot.mouseClick(page.strip.undo, LEFT)
    undo = window.findChild(UndoDialog)
    qtbot.waitUntil(lambda: len(undo.files.entries) == len(planned))
    with qtbot.waitSignal(undo.undone, timeout=TIMEOUT):
        qtbot.mouseClick(undo.undo, LEFT)
    undo.reject()
    assert {path: path.read_bytes() for path in original} == original
    assert State.WRITTEN not in controller.store.counts()


def test_keys_lead_to_the_views_and_a_double_click_back_to_the_music(program: Any, music: Path, qtbot: QtBot) -> None:
    window = program.window
    controller = window.library.controller
    window.commands["library_view"].trigger()
    assert window.views.currentWidget() is window.library.page
    with qtbot.waitSignal(controller.library_service.scan_ended, timeout=TIMEOUT):
        window.library.add([music])
    qtbot.waitUntil(lambda: controller.model.songs > 0)
    songs = map(controller.model.song, range(controller.model.rowCount()))
    song = next(song for song in songs if song is not None and song.path.parent != music)
    controller.page.table.play_requested.emit([song.id])
    assert window.views.currentWidget() is window.page
    qtbot.waitUntil(lambda: program.parts.playback.player.path == song.path, timeout=TIMEOUT)


def test_the_window_closes_in_the_middle_of_a_run(program: Any, music: Path, qtbot: QtBot) -> None:
    controller = program.window.library.controller
    with qtbot.waitSignal(controller.library_service.scan_ended, timeout=TIMEOUT):
        program.window.library.add([music])
    controller._listen("all")
    qtbot.waitUntil(lambda: controller.store.counts().get(State.ANALYSING, 0) > 0, timeout=TIMEOUT)
    database = controller.library_service.database
    program.window.close()
    program.close()
    with LibraryStore(database) as store:
        assert store.counts().get(State.WAITING, 0) > 0
        assert State.ANALYSING not in store.counts()
