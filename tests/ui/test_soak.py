"""Long use: many rounds of the event loop, many songs, and nothing grows."""

from __future__ import annotations

import gc
import threading
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.slow

ROUNDS = 20_000
MB = 1 << 20


def resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_twenty_thousand_rounds_with_repaint(program: Any, write_audio: Any, sounds: Any, qtbot: QtBot) -> None:
    program.window.open([write_audio("song.wav", sounds.noise(60.0, 16000), sr=16000)])
    with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=60_000):
        pass
    playback, view = program.parts.playback, program.window.page.spectrogram.view
    playback.toggle()
    paints = Paints()
    view.viewport().installEventFilter(paints)

    def run(rounds: int) -> None:
        for number in range(rounds):
            playback.moved.emit(number * 0.033 % 60.0)
            if number % 1000 == 0:
                view.set_mode("overview" if view.mode == "follow" else "follow")
            if number % 2500 == 0:
                program.parts.appearance.set_theme("light" if program.parts.appearance.palette.dark else "dark")
            QApplication.processEvents()

    run(ROUNDS // 5)
    memory, threads = resident(), threading.active_count()
    run(ROUNDS)
    assert paints.count >= ROUNDS // 2  # in the overview not every step moves the cursor by a pixel
    assert threading.active_count() <= threads
    assert resident() - memory < 12 * MB


def test_a_hundred_songs(program: Any, write_audio: Any, sounds: Any, qtbot: QtBot) -> None:
    songs = [write_audio(f"{i}.wav", sounds.noise(4.0 + i, 16000, seed=i), sr=16000) for i in range(4)]

    def hear(times: int) -> None:
        for number in range(times):
            with qtbot.waitSignal(program.parts.analysis_service.finished, timeout=60_000):
                program.window.open([songs[number % 4]])
        program.parts.playback.clear()

    hear(20)
    memory, threads = resident(), psutil.Process().num_threads()
    hear(80)
    assert psutil.Process().num_threads() <= threads + 1
    assert resident() - memory < 25 * MB
