"""Opening songs: by dialog, by dropping, from the recent ones. Folders are walked away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mgc_desktop import settings as s
from mgc_desktop.audio.files import AUDIO_SUFFIXES, find_audio
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.notice import Notice
from mgc_desktop.paths import resources_dir
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.settings import Settings
from mgc_desktop.workers.tasks import TaskRunner


def demo_songs() -> list[Path]:
    """The songs that come with the program."""
    return sorted((resources_dir() / "demo").glob("*.mp3"))


class Opener(QObject):
    """Finds the songs in what the user opens. `found` brings them, with the row of the queue for dropped ones."""

    found = Signal(list, object)  # QueueItems, row or None
    noticed = Signal(object)  # Notice

    def __init__(self, settings: Settings, reader: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._reader = reader
        self._window = window

    def ask_for_files(self) -> None:
        """The system's dialog."""
        endings = " ".join(f"*{suffix}" for suffix in sorted(AUDIO_SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open songs", self._settings[s.FOLDER], f"Music ({endings});;All files (*)"
        )
        if names:
            self._settings[s.FOLDER] = str(Path(names[0]).parent)
            self.open([Path(name) for name in names])

    def ask_for_folder(self) -> None:
        """The system's dialog."""
        name = QFileDialog.getExistingDirectory(self._window, "Open folder", self._settings[s.FOLDER])
        if name:
            self._settings[s.FOLDER] = name
            self.open([Path(name)])

    def open(self, paths: Sequence[Path], *, row: int | None = None, remember: bool = True) -> None:
        """Find the songs in these files and folders."""
        paths = [path.absolute() for path in paths]
        if remember and len(paths) == 1:
            self._settings.remember(paths[0])
        self._reader.run(lambda cancel: _walk(paths, cancel), done=lambda songs: self._on_found(paths, songs, row))

    def offer_recent(self, menu: QMenu) -> None:
        """Fill a menu with what was opened last."""
        menu.clear()
        for name in self._settings[s.RECENT]:
            path = Path(name)
            menu.addAction(path.name or name, partial(self.open, [path])).setToolTip(name)
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    def _on_found(self, paths: Sequence[Path], songs: list[Path], row: int | None) -> None:
        if songs:
            self.found.emit([QueueItem(path) for path in songs], row)
        elif paths:
            where = f"“{paths[0].name}”" if len(paths) == 1 else "these folders"
            self.noticed.emit(Notice("No music found", f"There are no songs in {where}. Choose another folder."))


def _walk(paths: Sequence[Path], cancel: CancelToken) -> list[Path]:
    songs = []
    for song in find_audio(paths):
        cancel.check()
        songs.append(song)
    return songs
