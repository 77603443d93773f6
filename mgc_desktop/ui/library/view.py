"""The Library view as the window gets it: one page, and a handful of signals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import Settings
from mgc_desktop.ui.library.controller import LibraryController
from mgc_desktop.ui.library.model import SongModel
from mgc_desktop.ui.library.page import LibraryPage
from mgc_desktop.ui.theme import Palette
from mgc_desktop.workers.library import Librarian


class LibraryView(QObject):
    """Opens the library's database and puts the view together; LibraryError if it cannot be opened."""

    play_requested = Signal(list)  # Paths
    noticed = Signal(object)  # Notice

    def __init__(self, librarian: Librarian, settings: Settings, palette: Palette, window: QWidget) -> None:
        super().__init__(window)
        store = LibraryStore(librarian.database, check=False)
        model = SongModel(store)
        self.page = LibraryPage(palette, model)
        self.controller = LibraryController(self.page, model, store, librarian, settings, window)
        self.controller.play_requested.connect(self.play_requested)
        self.controller.noticed.connect(self.noticed)

    def start(self) -> None:
        """What takes time, after the window is shown."""
        self.controller.start()

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders."""
        self.controller.add(paths)

    def remember(self) -> None:
        """Keep how it looks, in the settings."""
        self.controller.remember()

    def close(self) -> None:
        """Stop what runs."""
        self.controller.close()
