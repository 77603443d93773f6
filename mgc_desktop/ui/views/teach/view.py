"""The Teach view: brings its page to life."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from mgc_desktop import settings as s
from mgc_desktop.heads.rows import LabelRow, labelled_rows, search_rows, summary, with_labels
from mgc_desktop.library.query import Filter
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.notice import Notice
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.teach.genre_menu import ask_text, confirmed, fill_genre_menu
from mgc_desktop.ui.views.teach.page import TeachPage
from mgc_desktop.ui.views.teach.song_rows import TeachTable
from mgc_desktop.ui.widgets.saving import ask_where_to_save

_FILES = "Taught heads (*.json)"


class TeachView(View):
    """Everything goes through the `Teacher`; what it says is shown."""

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        self.head_trainer = context.head_trainer
        self._palette = context.palette
        self._found: tuple[LabelRow, ...] = ()
        self._songs = 0
        self.page: TeachPage = TeachPage(context.settings, context.palette)
        self._connect()

    def _connect(self) -> None:
        page, head_trainer = self.page, self.head_trainer
        page.search_changed.connect(self._search)
        page.undo_requested.connect(head_trainer.undo)
        page.use.clicked.connect(self._toggle)
        page.choice.chosen.connect(self._label_all)
        page.figures.save.noticed.connect(self.noticed)
        page.heads.menu().aboutToShow.connect(lambda: self._offer_heads(page.heads.menu()))
        page.choice.more.menu().aboutToShow.connect(self._offer_genres)
        for table in (page.labels, page.found):
            table.genre_requested.connect(page.choice.more.showMenu)
            table.remove_labels_requested.connect(self._remove_labels)
            table.play_requested.connect(self._play)
            table.menu_requested.connect(self._offer)
            table.selectionModel().selectionChanged.connect(lambda *_: self._show_chosen())
        head_trainer.changed.connect(self._show)
        self.context.library_service.changed.connect(self._renew)

    def shown(self) -> None:
        """Count the library, and show how things stand."""
        self._renew()
        self._show()

    def set_palette(self, palette: Palette) -> None:
        """For menus to come."""
        self._palette = palette

    def add_actions(self, menu: QMenu) -> None:
        """Everything that can be done here."""
        menu.addAction("Find songs to mark", self.page.search.setFocus)
        fill_genre_menu(menu.addMenu("The selected songs are"), self.head_trainer.state.own, self._palette,
            self._label_all,
                        self.context.window)  # fmt: skip
        menu.addAction("Take the marks away", self._remove_labels)
        menu.addAction("Undo the last marking", self.head_trainer.undo).setEnabled(self.head_trainer.state.undoable > 0)
        menu.addSeparator()
        menu.addAction(self.page.use.text(), self._toggle).setEnabled(self.page.use.isEnabled())
        self._offer_heads(menu.addMenu("Heads"))

    # What is shown

    def _renew(self) -> None:
        if self.page.isVisible():
            self.context.library_service.run_query(lambda store: store.number(Filter.ALL), self._on_counted)
            if self.page.search.text().strip():
                self._search(self.page.search.text())

    def _on_counted(self, songs: int) -> None:
        self._songs = songs
        self._show()

    def _show(self) -> None:
        state, page = self.head_trainer.state, self.page
        labels = state.learned.labels if state.learned else ()
        in_use = bool(state.in_use) and state.in_use == state.name
        if not labels and not self._songs:
            page.show_empty(page.bare)
            page.line.setText("")
        else:
            page.show_body()
            page.line.setText(summary(labels, in_use) if labels else "genres of your own, from a few marked songs")
        page.heads.setText(state.name.replace("&", "&&"))
        page.undo.setVisible(state.undoable > 0)
        page.use.setText("Switch off" if in_use else "Switch on")
        page.use.setToolTip("Name only the bundled genres again" if in_use else "Use it live, in the library, for tags")
        page.use.setVisible(bool(labels))
        page.use.setEnabled(in_use or bool(state.learned and state.learned.head))
        page.set_primary(not in_use and state.report is not None)
        page.labels.show_rows(labelled_rows(labels, state.report))
        page.found.show_rows(with_labels(self._found, labels))
        page.choice.show_genres(state.own)
        page.figures.show_report(state.report, labelled=len(labels))
        page.show_ground(searching=bool(page.search.text().strip()), labelled=bool(labels))
        self._show_chosen()

    def _show_chosen(self) -> None:
        self.page.choice.show_chosen(len(self.page.table.chosen()))

    def _search(self, text: str) -> None:
        words = text.strip()
        if not words:
            self._on_found(words, ((), 0))
            return

        def work(store: LibraryStore) -> tuple[tuple[LabelRow, ...], int]:
            return search_rows(store, words)

        self.context.library_service.run_query(work, partial(self._on_found, words))

    def _on_found(self, words: str, found: tuple[tuple[LabelRow, ...], int]) -> None:
        if words != self.page.search.text().strip():  # typed on meanwhile
            return
        self._found, total = found
        shown = f"{total:,} found" if total == len(self._found) else f"{len(self._found)} of {total:,} found"
        self.page.count.setText(shown)
        self.page.count.setVisible(bool(words))
        self._show()

    # What the user wants

    def _label_all(self, genre: str) -> None:
        rows = self.page.table.chosen()
        songs = [row.song for row in rows if row.song is not None]
        if songs:
            self.head_trainer.mark(songs, genre)
        elif rows:
            self.head_trainer.relabel([row.checksum for row in rows if row.checksum], genre)

    def _remove_labels(self) -> None:
        checksums = [row.checksum for row in self.page.table.chosen() if row.checksum and row.genre]
        if checksums:
            self.head_trainer.remove_labels(checksums)

    def _play(self) -> None:
        paths = [row.path for row in self.page.table.chosen() if row.path is not None]
        if paths:
            self.play_requested.emit(paths)

    def _toggle(self) -> None:
        state = self.head_trainer.state
        self.head_trainer.use("" if state.in_use == state.name else state.name)

    def _offer(self, point: QPoint) -> None:
        table: TeachTable = self.page.table
        menu = QMenu(table)
        menu.addAction("Play", self._play)
        part = menu.addMenu("This is")
        fill_genre_menu(part, self.head_trainer.state.own, self._palette, self._label_all, self.context.window)
        if any(row.genre for row in table.chosen()):
            menu.addAction("Take the mark away", self._remove_labels)
        menu.exec(point)
        menu.deleteLater()

    def _offer_genres(self) -> None:
        menu = self.page.choice.more.menu()
        menu.clear()
        fill_genre_menu(menu, self.head_trainer.state.own, self._palette, self._label_all, self.context.window)

    def _offer_heads(self, menu: QMenu) -> None:
        state = self.head_trainer.state
        menu.clear()
        for name in state.names:
            action = menu.addAction(name.replace("&", "&&"), partial(self.head_trainer.choose, name))
            action.setCheckable(True)
            action.setChecked(name == state.name)
        for entry in state.entries:
            if entry.reason is not None and entry.head is None and entry.name != state.name:
                menu.addAction(f"{entry.name}: {entry.reason}").setEnabled(False)
        menu.addSeparator()
        menu.addAction("New…", self._create)
        menu.addAction("Rename…", self._rename)
        for genre in state.own:
            menu.addAction(f"Rename the genre {genre}…".replace("&", "&&"), partial(self._rename_genre, genre))
        menu.addSeparator()
        menu.addAction("Import…", self._import)
        menu.addAction("Export…", self._export).setEnabled(bool(state.learned and state.learned.head))
        menu.addSeparator()
        menu.addAction("Delete…", self._delete)

    def _create(self) -> None:
        if name := ask_text(self.context.window, "New head", "A set of genres of its own, called:"):
            self.head_trainer.choose(name)

    def _rename(self) -> None:
        old = self.head_trainer.state.name
        if (new := ask_text(self.context.window, "Rename", "The new name:", old)) and new != old:
            self.head_trainer.rename(new)

    def _rename_genre(self, old: str) -> None:
        if (new := ask_text(self.context.window, "Rename the genre", "The new name:", old)) and new != old:
            self.head_trainer.rename_genre(old, new)

    def _delete(self) -> None:
        name = self.head_trainer.state.name
        question = f"Delete “{name}” with all its marks? The songs and the bundled genres stay. There is no undo."
        if confirmed(self.context.window, "Delete", question, "Delete"):
            self.head_trainer.delete()

    def _export(self) -> None:
        suggested = Path(self.context.settings[s.FOLDER]) / f"{self.head_trainer.state.name}.json"
        path = ask_where_to_save(self.context.window, "Export", suggested, _FILES, (".json",))
        if path is not None:
            self.head_trainer.export(path)
            self.noticed.emit(Notice("Exported", f"{path}, with the titles of the marked songs.", problem=False))

    def _import(self) -> None:
        folder = self.context.settings[s.FOLDER]
        name, _ = QFileDialog.getOpenFileName(self.context.window, "Import", folder, _FILES)
        if name:
            self.head_trainer.import_head(Path(name))
