"""The real program in a real window, watched: `watched_program.py SONG FOLDER`.

Drops the song onto the window, lets it play to its end, and writes to FOLDER what could be seen meanwhile:
`seen.json` (at each frame the clock and the cursor, the place of the picture's loudest column near the cursor, and
what was said of the genre) and `window.png`, the screen in the middle of the song.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from mgc_desktop.app import Program, build_app
from mgc_desktop.features.config import REPORT
from mgc_desktop.features.mel import mel_frequencies

CLICK_HZ = 3000.0
REACH = 0.25  # seconds around the cursor in which a click is looked for
TIMEOUT = 240_000  # ms


class Watcher:
    """Notes at each frame what the window shows."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._row = int(np.argmin(np.abs(mel_frequencies(REPORT)[1:-1] - CLICK_HZ)))
        self.frames: list[dict[str, Any]] = []
        self._photographed = False
        program.parts.playback.moved.connect(self._on_moved)

    def _on_moved(self, position: float) -> None:
        now = time.perf_counter()
        prediction = self._program.window.listen.prediction
        self.frames.append(
            {
                "when": now,
                "cursor": position,
                "click": self._click_near(position),
                "heard": 0.0 if prediction is None else prediction.analysed_seconds,
                "most_probable": None if prediction is None else prediction.ranked[0][0],
            }
        )
        if position > 8.0 and not self._photographed:
            self._photographed = True
            # As a QImage: a QPixmap would keep Python's lock while it is saved, and the sound would stop.
            QApplication.primaryScreen().grabWindow(0).toImage().save(str(self._folder / "window.png"))

    def _click_near(self, position: float) -> float | None:
        """Seconds of the loudest moment at the clicks' pitch in the picture near the cursor.

        A column lasts 23 ms: the moment is the centre of the columns that show the click, weighted by their power.
        """
        picture, step = self._program.window.page.spectrogram.view.picture, REPORT.frame_seconds
        columns = range(max(0, int((position - REACH) / step)), int((position + REACH) / step))
        levels = [picture.db_at(column * step, self._row) for column in columns]
        if None in levels or not levels:
            return None
        db = np.array(levels, np.float64)
        click = np.abs(np.arange(len(db)) - np.argmax(db)) <= 3
        return float(np.average(np.array(columns)[click], weights=10 ** (db[click] / 10)) * step)


def drop(program: Program, path: Path) -> None:
    """What happens when a file is dropped onto the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, button, key = QPoint(300, 300), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    QApplication.sendEvent(program.window, QDragEnterEvent(place, action, mime, button, key))
    QApplication.sendEvent(program.window, QDropEvent(QPointF(place), action, mime, button, key))


def main(song: Path, folder: Path) -> int:
    program = build_app()
    watcher = Watcher(program, folder)
    program.start([])
    drop(program, song)

    def on_playing(playing: bool) -> None:
        if not playing:
            QTimer.singleShot(500, program.window.close)  # what is on its way to the ear is still heard

    program.parts.playback.playing_changed.connect(on_playing)
    QTimer.singleShot(TIMEOUT, program.window.close)
    platform = program.app.platformName()
    status = program.app.exec()
    (folder / "seen.json").write_text(json.dumps({"platform": platform, "frames": watcher.frames}))
    return status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
