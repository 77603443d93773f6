"""Confusion: where the files and the ear differ, and how the models did on recordings whose genre is known."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from mgc_desktop import settings as s
from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.confusion import LibraryConfusion, Share, confusion
from mgc_desktop.analysis.model_figures import ModelColumn, ModelFiguresRow, model_rows
from mgc_desktop.analysis.own_names import own_names
from mgc_desktop.library.query import Selection
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.auto_refresh import AutoRefresh
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.confusion.page import ALL, LIBRARY, MODEL, PARTS, SHARES, ConfusionPage
from mgc_desktop.ui.views.confusion.songs import MOST
from mgc_desktop.ui.views.confusion.words import cell_title, head_line, nothing_to_compare
from mgc_desktop.ui.widgets.chart import Place

_OF_MODELS = "What was measured of the bundled models, and of your own, on recordings whose genre is known"


class ConfusionView(View):
    """The library is counted whenever it is looked at; the models are read once, when they are first asked for."""

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        self.page: ConfusionPage = ConfusionPage(context.settings, context.palette)
        self._found: LibraryConfusion | None = None
        self._models: list[ModelFiguresRow] = []
        self._part, self._share = LIBRARY, Share.COUNTS
        self._model = ""
        self._cell: tuple[str, str] | None = None  # by name, since rows move when songs come and go
        self._auto_refresh = AutoRefresh(context.library_service, self._read, self._show)
        self._connect()
        self._show_part(LIBRARY)

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
        """What can be shown, saved, and done with the songs of a cell."""
        for key, word, _ in PARTS:
            menu.addAction(word, partial(self._show_part, key))
        menu.addSeparator()
        for key, word, _ in SHARES:
            menu.addAction(word, partial(self._take_share, key))
        menu.addSeparator()
        if self._part == ALL:
            order = menu.addMenu("Sort the models by")
            for column in ModelColumn:
                order.addAction(column.value, partial(self.page.table.turn, column))
        opening = menu.addAction("List the songs of the chosen cell", self.page.library.open_current)
        opening.setEnabled(self._has_songs)
        menu.addAction("Play the selected songs", self.page.songs.play).setEnabled(bool(self.page.songs.selected()))
        menu.addAction("Show the songs of the cell in the library", self._to_library).setEnabled(self._has_songs)
        review = menu.addAction("Review the songs of the cell…", self.page.songs.review.click)
        review.setEnabled(self._has_songs)
        menu.addSeparator()
        self.page.save[self._part].add_to(menu)

    def _connect(self) -> None:
        page, songs = self.page, self.page.songs
        page.part_chosen.connect(self._show_part)
        page.share_chosen.connect(self._take_share)
        page.model_chosen.connect(self._use_model)
        page.library.opened.connect(self._open)
        page.table.opened.connect(self._open_model)
        page.empty.button.clicked.connect(lambda: self.library_requested.emit(None))
        songs.play_requested.connect(self.play_requested)
        songs.review_requested.connect(self.review_requested)
        songs.library_requested.connect(self._to_library)
        for button in page.save.values():
            button.noticed.connect(self.noticed)

    # The library

    def _read(self, store: LibraryStore) -> LibraryConfusion:
        return confusion(read_columns(store), own=own_names(self.context.settings[s.WRITE_MAP]))

    def _show(self, found: LibraryConfusion) -> None:
        self._found = found
        self._say()
        if not found.matrix.total:
            self._cell = None
            self.page.show_nothing(*nothing_to_compare(found))
            return
        self.page.show_library(found, self._share)
        place = self._place_of(self._cell) or found.largest_difference()
        if place is None:
            self._cell = None
            self.page.songs.show_songs("", (), ())
        else:
            self._list(place)

    def _place_of(self, cell: tuple[str, str] | None) -> Place | None:
        """Where a cell is now."""
        if self._found is None or cell is None:
            return None
        rows, columns = self._found.matrix.rows, self._found.matrix.columns
        return (rows.index(cell[0]), columns.index(cell[1])) if cell[0] in rows and cell[1] in columns else None

    def _open(self, place: Place) -> None:
        """List the songs of a cell, and go on to them with the keys."""
        self._list(place)
        if self.page.songs.ids and self.page.library.hasFocus():
            self.page.songs.list.setFocus()

    def _list(self, place: Place) -> None:
        if self._found is None:
            return
        matrix = self._found.matrix
        self._cell = cell = (matrix.rows[place[0]], matrix.columns[place[1]])
        self.page.library.go_to(place)
        ids = tuple(self._found.songs(*place).tolist())
        title = cell_title(self._found, *place)

        def show(listed: list[Song]) -> None:
            if cell == self._cell:  # else another one was chosen meanwhile
                self.page.songs.show_songs(title, ids, listed)

        self.context.library_service.run_query(lambda store: store.songs(ids[:MOST]), show)

    @property
    def _has_songs(self) -> bool:
        return self._part == LIBRARY and bool(self.page.songs.ids)

    def _to_library(self) -> None:
        place = self._place_of(self._cell)
        if self._found is not None and place is not None:
            title = cell_title(self._found, *place)
            self.library_requested.emit(Selection(title, self.page.songs.ids))

    # The models

    def _read_models(self) -> None:
        def read(_: LibraryStore) -> list[ModelFiguresRow]:
            from mgc_desktop.inference.registry import list_models

            return model_rows(list_models())

        self.context.library_service.run_query(read, self._show_models)

    def _show_models(self, rows: list[ModelFiguresRow]) -> None:
        self._models = rows
        self.page.show_models(rows)
        self._use_model(self._model)

    def _use_model(self, name: str) -> None:
        row = next((row for row in self._models if row.name == name), next(iter(self._models), None))
        if row is not None:
            self._model = row.name
            self.page.show_model(row, self._share)

    def _open_model(self, name: str) -> None:
        self._use_model(name)
        self._show_part(MODEL)

    # What is chosen

    def _show_part(self, part: str) -> None:
        self._part = part
        self.page.show_part(part)
        self._say()
        if part in (MODEL, ALL) and not self._models:
            self._read_models()

    def _take_share(self, share: str) -> None:
        self._share = Share(share)
        for segments in self.page.share.values():
            segments.choose(share)
        if self._found is not None and self._found.matrix.total:
            self.page.show_library(self._found, self._share)
        self._use_model(self._model)

    def _say(self) -> None:
        library = head_line(self._found) if self._found is not None else "Counting…"
        self.page.line.setText(library if self._part == LIBRARY else _OF_MODELS)
