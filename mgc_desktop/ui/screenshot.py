"""A picture of the window with a song in it, for machines without a screen and for the documentation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from mgc_desktop.audio.files import find_audio
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.terminal_text import printable
from mgc_desktop.ui.main_window import MainWindow
from mgc_desktop.ui.parts import Parts

_SIZE: Final = (1360, 820)
_SHARE: Final = 0.43  # of the song, where no moment is named
_TIMEOUT_MS: Final = 600_000
_REST_MS: Final = 400  # for the animations to come to rest


class Screenshot:
    """Opens a song without playing it, waits for the analysis, and takes the picture."""

    def __init__(self, window: MainWindow, parts: Parts) -> None:
        self._window = window
        self._parts = parts
        self._failure: Exception | None = None
        parts.analysis_service.failed.connect(self._on_failed)

    def take(self, paths: Sequence[Path], out: Path, *, seconds: float | None = None) -> int:
        """Save the picture; the exit status of the program."""
        self._window.resize(*_SIZE)
        self._window.show()
        songs = list(find_audio(paths))
        if songs:
            self.listen_to(songs, seconds)
        self.rest()
        out.parent.mkdir(parents=True, exist_ok=True)
        if not self._window.grab().save(str(out)):
            sys.stderr.write(f"The picture could not be saved as {printable(out)}.\n")
            return 1
        if self._failure is not None:
            sys.stderr.write(f"{printable(self._failure)}\n")
            return 1
        return 0

    def listen_to(self, songs: Sequence[Path], seconds: float | None) -> None:
        """Hear the first of these to its end and go to a moment in it; the others follow in the queue."""
        playback, listen = self._parts.playback, self._window.listen
        playback.queue.add(QueueItem(song) for song in songs)
        playback.stand_at(0)
        self.wait(lambda: self._parts.analysis_service.running is None)
        if listen.prediction is not None:
            playback.seek(listen.prediction.duration * _SHARE if seconds is None else seconds)

    def rest(self) -> None:
        """Let everything that moves come to rest."""
        timer = QElapsedTimer()
        timer.start()
        self.wait(lambda: timer.hasExpired(_REST_MS) and self._parts.reader.busy == 0)
        view, bars = self._window.page.spectrogram.view, self._window.page.side.bars
        self.wait(lambda: view.is_settled and not bars.is_gliding)

    def wait(self, until: Callable[[], bool]) -> None:
        """Run the event loop until something is so."""
        timer = QElapsedTimer()
        timer.start()
        while not until() and not timer.hasExpired(_TIMEOUT_MS):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    def _on_failed(self, path: Path | None, error: Exception) -> None:
        self._failure = error
