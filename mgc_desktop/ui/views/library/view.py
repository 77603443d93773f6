"""The Library view as the window gets it: one page, and a handful of signals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mgc_desktop import settings as s
from mgc_desktop.library.query import Selection
from mgc_desktop.library.review import ReviewRow
from mgc_desktop.library.store import LibraryError, LibraryStore
from mgc_desktop.playback.player import Player
from mgc_desktop.settings import Settings
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.controller import LibraryController, without_library
from mgc_desktop.ui.views.library.model import SongModel
from mgc_desktop.ui.views.library.page import LibraryPage
from mgc_desktop.ui.views.library.review_dialog import ReviewDialog
from mgc_desktop.ui.views.library.undo_dialog import UndoDialog
from mgc_desktop.workers.library_service import LibraryService
from mgc_desktop.workers.library_writer import Around, LibraryWriter

_OTHER: Final = "library.other.db"


def release_file(player: Player, in_hand: Callable[[], Collection[Path]]) -> Around:
    """While a file is written that the player has in hand, the player lets go of it; the music goes on."""

    @contextmanager
    def file_guard(path: Path) -> Iterator[None]:
        if path in in_hand():
            with player.released():
                yield
        else:
            yield

    return file_guard


class LibraryView(QObject):
    """Opens the library's database and puts the view together."""

    play_requested = Signal(list)  # Paths
    similar_requested = Signal(int)  # the id of a song of which others like it are wanted
    noticed = Signal(object)  # Notice

    def __init__(
        self, library_service: LibraryService, settings: Settings, palette: Palette, file_guard: Around, window: QWidget
    ) -> None:
        super().__init__(window)
        self._settings = settings
        self._palette = palette
        self._window = window
        self._library_service = library_service
        self.writer = LibraryWriter(library_service.database, library_service.journal, file_guard, self)
        self._error: LibraryError | None = None
        store = self._open()
        model = SongModel(store)
        self.page = LibraryPage(palette, model)
        self.controller = LibraryController(self.page, model, store, library_service, settings, window)
        self.controller.play_requested.connect(self.play_requested)
        self.controller.similar_requested.connect(self.similar_requested)
        self.controller.noticed.connect(self.noticed)
        self.controller.review_requested.connect(self._review)
        self.controller.undo_requested.connect(self._undo)

    def start(self) -> None:
        """What takes time, after the window is shown."""
        self.controller.start()
        if self._error is not None:
            self.controller.tell_error(self._error)

    def _open(self) -> LibraryStore:
        """The library; where it cannot be opened another one, so that the program can be used until it can. Where that
        cannot be opened either, an empty one in memory."""
        try:
            return LibraryStore(self._library_service.database, check=False)
        except LibraryError as error:
            first = error
        other = self._library_service.database.with_name(_OTHER)
        try:
            store = LibraryStore(other)
        except LibraryError:
            self._error = without_library(first)
            return LibraryStore(self._library_service.database, in_memory=True)
        self._error = LibraryError(f"{first.message} Until then another, new library is shown.", path=first.path)
        self._library_service.database = self.writer.database = other
        return store

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders."""
        self.controller.add(paths)

    def show_only(self, selection: Selection | None) -> None:
        """Show none but these songs, until the user wants all; None: all again."""
        self.controller.show_only(selection)

    def review(self, songs: list[int]) -> None:
        """Review these songs."""
        self._review(songs)

    def remember(self) -> None:
        """Keep how it looks, in the settings."""
        self.controller.remember()

    def set_palette(self, palette: Palette) -> None:
        """For the dialogs to come."""
        self._palette = palette

    def close(self) -> None:
        """Stop what runs; a file that is being written is finished."""
        self.writer.close()
        self.controller.close()

    def _review(self, songs: list[int]) -> None:
        dialog = ReviewDialog(self.writer, self._settings, self._palette, songs or None, self._window)
        dialog.rules.failed.connect(self.controller.tell_error)
        dialog.choices_made.connect(self._on_choices)
        dialog.written.connect(self._on_written)
        dialog.finished.connect(lambda _: self.controller.refresh())  # the names or the empty genres may be others
        dialog.undo_requested.connect(lambda: self._undo(None))
        dialog.open()

    def _undo(self, path: Path | None) -> None:
        keep = self._settings[s.KEEP_MTIME]
        dialog = UndoDialog(self.writer, self._palette, path, keep_mtime=keep, parent=self._window)
        dialog.undone.connect(self._on_written)
        dialog.open()

    def _on_choices(self, rows: list[ReviewRow]) -> None:
        if rows:
            self.writer.save_choices(rows, lambda _: self.controller.refresh())

    def _on_written(self, _: object) -> None:
        self.controller.refresh()
        self.controller.look_for_runs()
