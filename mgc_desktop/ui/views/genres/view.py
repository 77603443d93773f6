"""Genres: how many songs there are of what, by genre, folder and decade; a click shows them in the library."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from mgc_desktop import settings as s
from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.distribution import Distribution, Division, Side, by_decade, by_folder, distribution
from mgc_desktop.analysis.own_names import own_names
from mgc_desktop.foundation.arrays import IntArray
from mgc_desktop.library.query import Selection
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.auto_refresh import AutoRefresh
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.genres.page import DECADES, FOLDERS, REST, GenresPage
from mgc_desktop.ui.widgets.chart import Place

Found = tuple[Distribution, dict[tuple[str, Side], list[Division]]]


class GenresView(View):
    """Everything is counted in one go; another division only shows other numbers."""

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        self.page: GenresPage = GenresPage(context.settings, context.palette)
        self._found: Distribution | None = None
        self._parts: dict[tuple[str, Side], list[Division]] = {}
        self._by, self._side = FOLDERS, Side.PREDICTED
        self._auto_refresh = AutoRefresh(context.library_service, self._read, self._show)
        page = self.page
        page.pairs.opened.connect(self._open_genre)
        page.parts.opened.connect(self._open_part)
        page.rest_chosen.connect(self._open_rest)
        page.by_chosen.connect(self._divide)
        page.side_chosen.connect(self._take_side)
        page.empty.button.clicked.connect(lambda: self.library_requested.emit(None))
        for button in (page.save_genres, page.save_parts):
            button.noticed.connect(self.noticed)
        page.by.choose(self._by)
        page.side.choose(self._side.value)

    def shown(self) -> None:
        """Count anew."""
        self._auto_refresh.shown()

    def hidden(self) -> None:
        """Count no more."""
        self._auto_refresh.hidden()

    def close(self) -> None:
        """The program ends."""
        self._auto_refresh.close()

    def add_actions(self, menu: QMenu) -> None:
        """What can be divided and saved."""
        menu.addAction("Divide by folders", lambda: self._divide(FOLDERS))
        menu.addAction("Divide by decades", lambda: self._divide(DECADES))
        menu.addAction("Genres that were heard", lambda: self._take_side(Side.PREDICTED.value))
        menu.addAction("Genres in the files", lambda: self._take_side(Side.TAGGED.value))
        menu.addSeparator()
        for chart, word in ((self.page.pairs, "chosen genre"), (self.page.parts, "chosen folder or decade")):
            action = menu.addAction(f"Show the {word} in the library", chart.open_current)
            action.setEnabled(chart.current is not None)
        for key, word, _ in REST:
            menu.addAction(f"Show in the library: {word[0].lower()}{word[1:]}", partial(self._open_rest, key))
        menu.addSeparator()
        self.page.save_genres.add_to(menu.addMenu("Songs by genre"))
        self.page.save_parts.add_to(menu.addMenu("Folders or decades"))

    def _read(self, store: LibraryStore) -> Found:
        found = distribution(read_columns(store), own=own_names(self.context.settings[s.WRITE_MAP]))
        parts = {(FOLDERS, side): by_folder(found, side) for side in Side}
        return found, parts | {(DECADES, side): by_decade(found, side) for side in Side}

    def _show(self, read: Found) -> None:
        self._found, self._parts = read
        if not len(self._found.columns):
            self.page.line.setText("")
            self.page.show_empty(self.page.empty)
            return
        self.page.show_distribution(self._found)
        self._show_parts()

    def _show_parts(self) -> None:
        self.page.by.choose(self._by)
        self.page.side.choose(self._side.value)
        self.page.show_parts(self._parts.get((self._by, self._side), []))

    def _divide(self, by: str) -> None:
        self._by = by
        self._show_parts()

    def _take_side(self, side: str) -> None:
        self._side = Side(side)
        self._show_parts()

    def _open_genre(self, place: Place) -> None:
        genre, side = self.page.pairs.genre(place), self.page.pairs.side(place)
        self._open(f"{genre.name} {'heard' if side is Side.PREDICTED else 'in the file'}", genre.songs(side))

    def _open_part(self, place: Place) -> None:
        part = self.page.parts.part(place)
        self._open(part.name, part.ids)

    def _open_rest(self, key: str) -> None:
        word = {k: word for k, word, _ in REST}[key]
        if self._found is not None:
            self._open(word, getattr(self._found, key))

    def _open(self, label: str, ids: IntArray) -> None:
        if len(ids):
            self.library_requested.emit(Selection(label, tuple(ids.tolist())))
