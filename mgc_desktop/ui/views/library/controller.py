"""Between the store, the librarian and the Library view: what is shown, what runs, what is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mgc_desktop import settings as s
from mgc_desktop.audio.files import is_audio
from mgc_desktop.library.folders import RemovedFolder, songs_leaving
from mgc_desktop.library.opening import LibraryBusyError, LibraryError
from mgc_desktop.library.query import Filter, Group, Query, Selection, Sort
from mgc_desktop.library.rebuild import restore_folders
from mgc_desktop.library.scanner import ScanReport, has_missing
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.notice import UNDO, Notice
from mgc_desktop.settings import Settings
from mgc_desktop.ui.views.library.columns import Column
from mgc_desktop.ui.views.library.model import SongModel, Work
from mgc_desktop.ui.views.library.page import LibraryPage
from mgc_desktop.ui.views.library.rules import tick_rules
from mgc_desktop.ui.views.library.words import Counts, removal_question, songs
from mgc_desktop.ui.views.teach.genre_menu import confirmed
from mgc_desktop.workers.library_service import LibraryService

_WATCH_MS = 5 * 60_000  # between two looks at the watched folders
_GROUPS = {Group.NONE: "Not grouped", Group.FOLDER: "By folder", Group.ALBUM: "By album"}


class LibraryController(QObject):
    """Everything in the view but the writing."""

    play_requested = Signal(list)  # Paths
    review_requested = Signal(list)  # ids, empty for all that is ticked
    undo_requested = Signal(object)  # the Path of a file whose write is to be taken back, or None
    similar_requested = Signal(int)  # the id of a song of which others like it are wanted
    noticed = Signal(object)  # Notice
    menu_offered = Signal(object, list)  # QMenu for these songs, to which others may add before it is seen

    def __init__(
        self, page: LibraryPage, model: SongModel, store: LibraryStore,
        library_service: LibraryService, settings: Settings,
        window: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.page = page
        self.model = model
        self.store = store
        self.library_service = library_service
        self._settings = settings
        self._window = window
        self._undoable = False
        self._searching = False  # a scan looks for files that were missing
        self._searched = False  # it has done so since the last run
        self._counts = Counts({})
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_MS)
        self._watch.timeout.connect(self._scan_watched)
        self._unusable: LibraryError | None = None  # why there is no library now
        model.write = self._write
        self._connect()
        self._restore()

    def start(self) -> None:
        """What takes time, after the window is shown."""
        if self._unusable is not None:
            self.tell_error(self._unusable)
        if self.store.in_memory:
            return
        self._tell_set_aside()
        if self.store.set_aside is None:
            self.library_service.check(self._on_checked)
        self.library_service.use_model_version(lambda _: self.refresh())
        self.look_for_runs()
        self._watch.start()

    def close(self) -> None:
        """Stop what runs."""
        self._watch.stop()
        self.library_service.close()
        self.store.close()

    def tell_error(self, error: Exception) -> None:
        """Something that the user should know."""
        self.noticed.emit(Notice.of(error))

    # What is shown

    def show_query(self, query: Query) -> None:
        """Show what a query selects."""
        self.page.table.show_query(query)
        self.page.show_only(query.only)
        self._tell()

    def show_only(self, selection: Selection | None) -> None:
        """Show none but these songs; None: all again."""
        query = replace(self.model.query, only=selection)
        if selection is not None:  # neither a filter nor a search hides any of them
            self.page.forget_search()
            self.page.chips.choose(Filter.ALL)
            query = replace(query, filter=Filter.ALL, search="")
        self.show_query(query)

    def refresh(self) -> None:
        """Read everything anew; the order of the rows is kept while songs only change."""
        before = self._counts.songs
        self._count()
        if self._counts.songs != before or not self.library_service.listening:
            self.page.table.show_query(self.model.query)
        else:
            self.model.refresh()
        self._tell()

    def look_for_runs(self) -> None:
        """Find out whether there is anything to undo."""
        self.library_service.run_query(lambda _: bool(self.library_service.journal.recovered_runs()), self._on_runs)

    def _on_runs(self, undoable: bool) -> None:
        self._undoable = undoable
        self._tell()

    def _count(self) -> None:
        store = self.store
        roots = store.folders()
        files = sum(is_audio(root) for root in roots)  # by the name: a drive may be slow, and this is the window
        self.model.rules = tick_rules(self._settings)
        accepted = store.accepted(self.model.rules)
        self._counts = Counts(store.counts(), store.number(Filter.NO_GENRE), accepted, len(roots) - files, files)

    def _tell(self) -> None:
        self.page.show_counts(self._counts, undoable=self._undoable)
        query = self.model.query
        if self.model.songs:
            self.page.show_nothing("")
        elif self.library_service.scanning:
            self.page.show_nothing("Looking through the folders…")
        elif query.search:
            self.page.show_nothing(
                f"No song here has “{query.search}” in its title, artist, album, genre or file name."
            )
        elif query.filter is not Filter.ALL:
            self.page.show_nothing("There is no such song.")
        else:
            self.page.show_nothing("There are no songs in the folders. Add another folder.")

    # Connections

    def _connect(self) -> None:
        page, library_service = self.page, self.library_service
        page.add_requested.connect(self.ask_for_folder)
        page.search_changed.connect(lambda text: self.show_query(replace(self.model.query, search=text.strip())))
        page.chips.chosen.connect(self._filter)
        page.only.clicked.connect(lambda: self.show_only(None))
        table = page.table
        table.sort_requested.connect(self._sort)
        table.play_requested.connect(self._play)
        table.menu_requested.connect(self._offer)
        table.layout_changed.connect(self.remember)
        table.selectionModel().selectionChanged.connect(lambda *_: page.strip.show_chosen(self._selected()))
        self.model.ticked.connect(self._on_ticked)
        strip = page.strip
        strip.listen_requested.connect(self._listen)
        strip.go_on_requested.connect(library_service.go_on)
        strip.pause_toggled.connect(self._toggle_pause)
        strip.cancel_requested.connect(library_service.cancel)
        strip.review_requested.connect(lambda: self.review_requested.emit([]))
        strip.undo_requested.connect(lambda: self.undo_requested.emit(None))
        library_service.scan_progressed.connect(lambda progress: strip.show_scan(progress, running=True))
        library_service.scan_ended.connect(self._on_scanned)
        library_service.job_progressed.connect(strip.show_job)
        library_service.job_ended.connect(self._on_listened)
        library_service.changed.connect(self.refresh)
        library_service.failed.connect(self.tell_error)
        page.folders.menu().aboutToShow.connect(self._offer_folders)
        groups = page.group.menu()
        for group, text in _GROUPS.items():
            groups.addAction(text, partial(self._group, group))

    def _restore(self) -> None:
        settings, table = self._settings, self.page.table
        table.arrange(
            {Column[name] for name in settings[s.LIBRARY_HIDDEN] if name in Column.__members__},
            dict(_widths(settings[s.LIBRARY_WIDTHS])),
        )
        group = Group[settings[s.LIBRARY_GROUP].upper()]
        self.page.group.setText(_GROUPS[group])
        sort = Sort[settings[s.LIBRARY_SORT].upper()]
        query = Query(sort=sort, descending=settings[s.LIBRARY_DESCENDING], group=group)
        if not self.store.is_readable(query):
            self._open_again()
        self._count()
        self.show_query(query)

    def _open_again(self) -> None:
        """Look through the library's database; a damaged one is set aside and made again. Where that cannot be done
        now, the window shows an empty library and says why."""
        self.store.close()
        path = self.library_service.database
        try:
            self.store = LibraryStore(path)
        except LibraryError as error:
            self._unusable = without_library(error)
            self.store = LibraryStore(path, in_memory=True)
        self.model.use(self.store)

    def _write(self, work: Work) -> None:
        """Change something in the database at once; where another program is writing, as soon as it lets us."""
        try:
            with self.store.at_once():
                work(self.store)
        except LibraryBusyError:
            self.library_service.run_query(work, lambda _: self.refresh())
        except LibraryError as error:
            self.tell_error(error)

    def remember(self) -> None:
        """Keep order, groups and columns."""
        settings, query, table = self._settings, self.model.query, self.page.table
        settings[s.LIBRARY_SORT] = query.sort.name.lower()
        settings[s.LIBRARY_DESCENDING] = query.descending
        settings[s.LIBRARY_GROUP] = query.group.name.lower()
        settings[s.LIBRARY_HIDDEN] = sorted(column.name for column in table.hidden)
        settings[s.LIBRARY_WIDTHS] = [f"{column.name}={width}" for column, width in table.chosen_widths.items()]

    # What the user wants

    def ask_for_folder(self) -> None:
        """The system's dialog."""
        name = QFileDialog.getExistingDirectory(self._window, "Add a folder to the library", self._settings[s.FOLDER])
        if name:
            self._settings[s.FOLDER] = name
            self.add([Path(name)])

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders, and single songs without the folders they are in."""
        wanted = sorted({path.absolute() for path in paths if path.is_dir() or is_audio(path)})
        if not wanted:
            names = f"“{paths[0].name}” is" if len(paths) == 1 else "These files are"
            self.noticed.emit(Notice("Nothing was added", f"{names} not music that the program knows."))
            return
        self.page.strip.show_scan(None, running=True)
        self.library_service.scan(wanted)
        self._counts = replace(self._counts, folders=max(1, self._counts.folders))
        self._tell()

    def _filter(self, chosen: Filter) -> None:
        self.show_query(replace(self.model.query, filter=chosen))

    def _sort(self, sort: Sort, descending: bool) -> None:
        self.show_query(replace(self.model.query, sort=sort, descending=descending))
        self.remember()

    def _group(self, group: Group) -> None:
        self.page.group.setText(_GROUPS[group])
        self.show_query(replace(self.model.query, group=group))
        self.remember()

    def _listen(self, which: str) -> None:
        chosen = {"new": Query(Filter.NOT_ANALYSED), "all": Query()}.get(which)
        self.library_service.listen_to(chosen if chosen is not None else self.page.table.chosen())

    def _toggle_pause(self) -> None:
        (self.library_service.resume if self.library_service.paused else self.library_service.pause)()

    def _play(self, ids: list[int]) -> None:
        self.play_requested.emit([song.path for song in self.store.songs(ids)])

    def _selected(self) -> int:
        return sum(part.height() for part in self.page.table.selectionModel().selection().toList())

    def _offer(self, point: QPoint) -> None:
        chosen = self.page.table.chosen()
        first = next(iter(self.store.songs(chosen[:1])), None)
        if first is None:
            return
        menu = QMenu(self.page.table)
        menu.addAction("Play", lambda: self._play(chosen))
        menu.addAction(f"Listen to {songs(len(chosen))}", lambda: self.library_service.listen_to(chosen))
        if len(chosen) == 1:
            menu.addAction("More like this", lambda: self.similar_requested.emit(chosen[0]))
        menu.addSeparator()
        menu.addAction("Take into the review", lambda: self.model.tick(chosen, accepted=True))
        menu.addAction("Leave out of the review", lambda: self.model.tick(chosen, accepted=False))
        menu.addAction("Review and write these…", lambda: self.review_requested.emit(chosen))
        if self._undoable and len(chosen) == 1:
            menu.addAction("Undo writes to this file…", lambda: self.undo_requested.emit(first.path))
        self.menu_offered.emit(menu, chosen)
        menu.addSeparator()
        folder = QUrl.fromLocalFile(str(first.path.parent))
        menu.addAction("Show in its folder", lambda: QDesktopServices.openUrl(folder))
        menu.exec(point)
        menu.deleteLater()

    def _offer_folders(self) -> None:
        menu = self.page.folders.menu()
        menu.clear()
        menu.setToolTipsVisible(True)
        folders = self.store.folders()
        menu.addAction("Look for new and changed songs", partial(self.library_service.scan, None)).setEnabled(
            bool(folders)
        )
        again = menu.addAction("Read all tags again", partial(self.library_service.scan, None, reread=True))
        again.setEnabled(bool(folders))
        again.setToolTip("Also of files that seem unchanged: some programs write tags and keep size and time.")
        menu.addSeparator()
        for folder, watched in folders.items():
            part = menu.addMenu(str(folder).replace("&", "&&"))
            watch = part.addAction("Watch for new songs")
            watch.setCheckable(True)
            watch.setChecked(watched)
            watch.toggled.connect(lambda on, folder=folder: self._watch_folder(folder, watched=on))
            part.addAction("Remove from the library (files stay)", partial(self._remove, folder))

    def _watch_folder(self, folder: Path, *, watched: bool) -> None:
        self._write(lambda store: store.add_folder(folder, watched=watched))
        if watched:
            self._scan_watched()

    def _remove(self, folder: Path) -> None:
        """Ask first, with the number of songs that leave, since another folder may hold some of them."""
        self.library_service.run_query(
            lambda store: len(songs_leaving(store, folder)), partial(self._ask_to_remove, folder)
        )

    def _ask_to_remove(self, folder: Path, leaving: int) -> None:
        name = folder.name or str(folder)
        if confirmed(self._window, "Remove from the library", removal_question(name, leaving), "Remove"):
            self.library_service.remove(folder, self._on_removed)

    def _on_removed(self, removed: RemovedFolder) -> None:
        self.refresh()
        name = removed.path.name or str(removed.path)
        back = partial(self.library_service.put_back, removed, lambda _: self.refresh())
        sentence = f"{songs(len(removed.songs))} left the library. The files stay as they are."
        title = f"“{name}” was removed from the library"
        self.noticed.emit(Notice(title, sentence, action=UNDO, problem=False, on_action=back))

    def _scan_watched(self) -> None:
        watched = [folder for folder, on in self.store.folders().items() if on]
        if watched and not self.library_service.scanning:
            self.library_service.scan(watched)

    # What happened

    def _on_ticked(self) -> None:
        self._count()
        self._tell()

    def _on_scanned(self, report: ScanReport | None) -> None:
        self.page.strip.show_scan(None, running=False)
        if report is not None and report.unreachable:
            names = ", ".join(path.name or str(path) for path in report.unreachable)
            sentence = f"{names} cannot be reached. Its songs stay in the library; connect the drive and look again."
            self.noticed.emit(Notice("A folder is missing", sentence))
        if report is not None and report.reappeared and self._searching:
            self.library_service.listen_to(list(report.reappeared))
        self._searching = False

    def _on_listened(self, _: object) -> None:
        self.page.strip.show_job(None)
        # Files that were missing may only have been renamed: look for them, and analyse those that are found.
        self.library_service.run_query(has_missing, self._search_missing)

    def _search_missing(self, missing: bool) -> None:
        if missing and not self._searched and not self.library_service.scanning and not self.library_service.listening:
            self._searching = self._searched = True
            self.library_service.scan()
        else:
            self._searched = False

    def _on_checked(self, sound: bool) -> None:
        if not sound:
            self._open_again()
            if self._unusable is not None:
                self.tell_error(self._unusable)
            self._tell_set_aside()

    def _tell_set_aside(self) -> None:
        """Say what was set aside, here or by another program, and bring the new library up to date."""
        names = self.store.set_aside_names()
        if not names:
            return
        folder = self.store.path.parent
        self.noticed.emit(
            Notice(
                "The library was damaged and was made again",
                f"Your folders, labels and decisions, what was written, and all that could be read are in the new one. "
                f"The damaged file is kept as {', '.join(names)} in {folder}; to go back, quit the program and give it "
                f"the name {self.store.path.name} again.",
            )
        )

        def work(store: LibraryStore) -> bool:
            store.acknowledge_set_aside()
            return bool(restore_folders(store) or store.folders())

        self.library_service.run_query(
            work, lambda known: self.library_service.scan(rebuilding=True) if known else None
        )


def without_library(error: LibraryError) -> LibraryError:
    """The same error, with what the window shows until it is mended."""
    return LibraryError(
        f"{error.message} Until then the window shows an empty library and keeps no change of it; start the program "
        "again afterwards.",
        path=error.path,
    )


def _widths(stored: list[str]) -> list[tuple[Column, int]]:
    pairs = (entry.partition("=") for entry in stored)
    return [(Column[name], int(width)) for name, _, width in pairs if name in Column.__members__ and width.isdigit()]
