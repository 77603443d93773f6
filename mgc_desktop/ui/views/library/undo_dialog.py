"""The way back: the runs that wrote something, the files of each, and a button that turns them back."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.tags.journal import JournalRun
from mgc_desktop.tags.moved import Located
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import RunReport
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library import outcome
from mgc_desktop.ui.views.library.moved_dialog import MovedDialog
from mgc_desktop.ui.views.library.strip import ThinBar
from mgc_desktop.ui.views.library.undo_model import EntryCells, EntryModel
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.workers.library_writer import LibraryWriter

_SIZE: Final = (900, 600)
_NOTE: Final = (
    "Every file is turned back bit by bit into what it was. A file that another program changed since is left alone "
    "and named. One that was renamed or moved is found again by its checksums."
)

_SHEET: Final = """
QListView {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: 12px; padding: 6px; }}
QListView:focus {{ border-color: {p.accent}; }}
QListWidget::item {{ padding: 8px 10px; border-radius: 8px; color: {p.muted}; }}
QListWidget::item:selected {{ background: {p.hover}; color: {p.text}; }}
"""


class UndoDialog(QDialog):
    """Runs at the left, files at the right. `path`: a file of which the last write is to be taken back."""

    undone = Signal(object)  # RunReport

    def __init__(
        self, writer: LibraryWriter, palette: Palette, path: Path | None = None, *, keep_mtime: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("Undo")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._writer = writer
        self._path = path
        self._options = WriteOptions(keep_mtime=keep_mtime)
        self._runs: list[JournalRun] = []
        self._run: JournalRun | None = None
        self._asked: list[CancelToken] = []
        self._looking = CancelToken()
        self._folders: list[Path] = []
        self.files = EntryModel()
        self.headline = QLabel("Undo")
        self.headline.setFont(font(20, QFont.Weight.DemiBold))
        self.note = muted(_NOTE)
        self.note.setWordWrap(True)
        self.runs = QListWidget()
        self.runs.setAccessibleName("Runs that wrote something")
        self.runs.setFixedWidth(300)
        self.runs.setWordWrap(True)
        self.runs.currentRowChanged.connect(self._on_run)
        self.view = QListView()
        self.view.setAccessibleName("Files of the run")
        self.view.setModel(self.files)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setItemDelegate(EntryCells(palette, self.view))
        self.setStyleSheet(_SHEET.format(p=palette))
        self.bar = ThinBar(palette)
        self.bar.hide()
        self.outcome = muted()
        self.outcome.setWordWrap(True)
        self.refused = QTextBrowser()
        self.refused.setAccessibleName("Files that were left alone")
        self.refused.hide()
        self.find_button = QPushButton("Look for moved files…")
        self.find_button.setToolTip("Choose a folder in which files that are not found are looked for")
        self.find_button.hide()
        self.close_button = QPushButton("Close")
        self.undo = QPushButton("Undo")
        self.undo.setProperty("kind", "primary")
        self.undo.setFont(font(weight=QFont.Weight.DemiBold))
        self._lay_out()
        self.close_button.clicked.connect(self.reject)
        self.undo.clicked.connect(self._undo)
        self.find_button.clicked.connect(self._look_in)
        self.files.changed.connect(self._tell)
        writer.progressed.connect(self._on_progress)
        writer.ended.connect(self._on_ended)
        writer.failed.connect(self._on_failed)
        self.resize(*_SIZE)
        self._tell()
        if path is None:
            self._asked.append(writer.runs(self._show_runs))
        else:
            self._asked.append(writer.latest(path, lambda run: self._show_runs([run] if run is not None else [])))

    def done(self, result: int) -> None:
        """Closed: no answer is wanted any more."""
        for token in (*self._asked, self._looking):
            token.cancel()
        super().done(result)

    def _show_runs(self, runs: list[JournalRun]) -> None:
        runs = [run for run in runs if run.written]
        self._runs = runs
        self.runs.clear()
        for run in runs:
            QListWidgetItem(_describe(run), self.runs)
        if not runs:
            self.note.setText("Nothing was written to this file." if self._path else "Nothing was written yet.")
        first = next((i for i, run in enumerate(runs) if run.can_be_undone), 0)
        self.runs.setCurrentRow(first if runs else -1)

    def _on_run(self, row: int) -> None:
        self._run = self._runs[row] if 0 <= row < len(self._runs) else None
        self._folders = []
        self.files.show_files((), None)
        self._show_files()

    def _show_files(self) -> None:
        if self._run is not None:
            show = partial(self.files.show_files, ticked=self._path)
            self._looking.cancel()  # for the files of another run
            self._looking = self._writer.files(self._run, show, self._folders)

    def _look_in(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Look for moved files in"):
            self.look_in(Path(folder))

    def look_in(self, folder: Path) -> None:
        """Look for files that were not found in a folder and all below."""
        self._folders.append(folder)
        self._show_files()

    def _tell(self) -> None:
        count = len(self.files.ticked)
        self.undo.setText(f"Undo {songs(count)}" if count else "Undo")
        self.undo.setEnabled(count > 0 and not self._writer.writing)
        self.find_button.setVisible(any(found.path is None for found in self.files.located))

    def _undo(self) -> None:
        chosen = self.files.chosen
        unsure = [found for found in chosen if found.path is None and found.candidates]
        if not unsure:
            self._take_back(chosen)
            return
        sure = [found for found in chosen if found.path is not None]
        question = MovedDialog(unsure, self)
        question.answered.connect(lambda answered: self._take_back([*sure, *answered]))
        question.open()

    def _take_back(self, located: list[Located]) -> None:
        if self._run is not None and located:
            self.undo.setEnabled(False)
            self.bar.set_share(0.0)
            self.bar.show()
            self._writer.undo(self._run, located, options=self._options)

    def _on_progress(self, done: int, total: int, path: object) -> None:
        self.bar.set_share(done / total if total else 0.0)
        self.outcome.setText(f"{number(done)} of {number(total)}  ·  {getattr(path, 'name', '')}")

    def _on_ended(self, report: RunReport) -> None:
        self.bar.hide()
        self.outcome.setText(outcome.headline(report, undoing=True))
        outcome.show_refused(self.refused, report)
        self.undone.emit(report)
        self._asked.append(self._writer.runs(self._show_runs))

    def _on_failed(self, error: Exception) -> None:
        self.bar.hide()
        self.outcome.setText(str(error))
        self._tell()

    def _lay_out(self) -> None:
        lists = QHBoxLayout()
        lists.setSpacing(16)
        lists.addWidget(self.runs)
        lists.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.outcome, 1)
        foot.addWidget(self.find_button)
        foot.addWidget(self.close_button)
        foot.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(6)
        column.addWidget(self.headline)
        column.addWidget(self.note)
        column.addSpacing(10)
        column.addLayout(lists, 1)
        column.addWidget(self.refused)
        column.addWidget(self.bar)
        column.addSpacing(6)
        column.addLayout(foot)
        for button in (self.find_button, self.close_button, self.undo):
            button.setAutoDefault(False)


def _describe(run: JournalRun) -> str:
    """22 Nov 2026, 23:14, 7 songs written, the rules that were followed, and how many songs are undone."""
    when = time.strftime("%d %b %Y, %H:%M", time.localtime(run.started))
    what = "turned back" if run.undoes is not None else "written"
    left = run.written - run.undone
    rules = f"\n{run.note}" if run.note and run.undoes is None else ""
    rest = "" if left == run.written else "\nall undone" if not left else f"\n{number(run.undone)} undone"
    state = "" if run.finished else "\nunder way, or cut off"
    return f"{when}\n{songs(run.written)} {what}{rules}{rest}{state}"
