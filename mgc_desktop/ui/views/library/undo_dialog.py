"""The way back: the runs that wrote something, the files of each, and a button that turns them back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.tags.journal import JournalEntry, JournalRun
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import RunReport
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library import outcome
from mgc_desktop.ui.views.library.strip import ThinBar
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.tables import Index, paint_box
from mgc_desktop.workers.library_writer import LibraryWriter

_SIZE: Final = (900, 600)
_NOTE: Final = (
    "Every file is turned back bit by bit into what it was. A file that another program changed since is left alone "
    "and named."
)

_ROW: Final = 34
_BETWEEN: Final = ",  "  # two spaces: no name of a genre has that
_SHEET: Final = """
QListView {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: 12px; padding: 6px; }}
QListView:focus {{ border-color: {p.accent}; }}
QListWidget::item {{ padding: 8px 10px; border-radius: 8px; color: {p.muted}; }}
QListWidget::item:selected {{ background: {p.hover}; color: {p.text}; }}
"""


class EntryModel(QAbstractListModel):
    """The files of a run, ticked or not."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[JournalEntry] = []
        self.ticked: set[Path] = set()

    def show_entries(self, entries: Sequence[JournalEntry], ticked: Path | None) -> None:
        """Show files; all are ticked, or only one."""
        self.beginResetModel()
        self.entries = list(entries)
        wanted = None if ticked is None else ticked.resolve()
        self.ticked = {entry.path for entry in self.entries if wanted is None or entry.path == wanted}
        self.endResetModel()
        self.changed.emit()

    def rowCount(self, parent: Index | None = None) -> int:
        """One a file."""
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All can be ticked."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Name, and what it would become again."""
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            now, then = ", ".join(entry.new) or "no genre", ", ".join(entry.old) or "no genre"
            return f"{entry.path.name}{_BETWEEN}{now}  →  {then}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if entry.path in self.ticked else Qt.CheckState.Unchecked
        return str(entry.path) if role == Qt.ItemDataRole.ToolTipRole else None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Ticks."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        path = self.entries[index.row()].path
        (self.ticked.add if Qt.CheckState(value) is Qt.CheckState.Checked else self.ticked.discard)(path)
        self.dataChanged.emit(index, index)
        self.changed.emit()
        return True


class EntryCells(QStyledItemDelegate):
    """A box, the file's name, and what becomes of its genre."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are of one height."""
        return QSize(40, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        colours, row = self.palette, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(row, 6, 6)
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        paint_box(painter, QPointF(row.x() + 18, row.center().y()), colours, ticked=ticked)
        name, _, change = str(index.data()).rpartition(_BETWEEN)
        painter.setFont(font())
        metrics = painter.fontMetrics()
        words = row.adjusted(38, 0, -12, 0)
        painter.setPen(QColor(colours.muted))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), change)
        room = int(words.width()) - metrics.horizontalAdvance(change) - 16
        painter.setPen(QColor(colours.text))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """A click anywhere on a row, or the space bar, turns its box."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            if event.type() == QEvent.Type.MouseButtonRelease:
                ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
                wanted = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
                return model.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)
            return False
        return super().editorEvent(event, model, option, index)


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
        self.files = EntryModel()
        self.headline = QLabel("Undo")
        self.headline.setFont(font(20, QFont.Weight.DemiBold))
        self.note = muted(_NOTE)
        self.note.setWordWrap(True)
        self.runs = QListWidget()
        self.runs.setAccessibleName("Runs that wrote something")
        self.runs.setFixedWidth(300)
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
        self.close_button = QPushButton("Close")
        self.undo = QPushButton("Undo")
        self.undo.setProperty("kind", "primary")
        self.undo.setFont(font(weight=QFont.Weight.DemiBold))
        self._lay_out()
        self.close_button.clicked.connect(self.reject)
        self.undo.clicked.connect(self._undo)
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
        for token in self._asked:
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
        first = next((i for i, run in enumerate(runs) if run.undoes is None and run.written > run.undone), 0)
        self.runs.setCurrentRow(first if runs else -1)

    def _on_run(self, row: int) -> None:
        self._run = self._runs[row] if 0 <= row < len(self._runs) else None
        if self._run is not None:
            show = partial(self.files.show_entries, ticked=self._path)
            self._asked.append(self._writer.files(self._run, show))

    def _tell(self) -> None:
        count = len(self.files.ticked)
        self.undo.setText(f"Undo {songs(count)}" if count else "Undo")
        self.undo.setEnabled(count > 0 and not self._writer.writing)

    def _undo(self) -> None:
        if self._run is not None:
            everything = len(self.files.ticked) == len(self.files.entries)
            self.undo.setEnabled(False)
            self.bar.set_share(0.0)
            self.bar.show()
            self._writer.undo(self._run, None if everything else set(self.files.ticked), options=self._options)

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
        for button in (self.close_button, self.undo):
            button.setAutoDefault(False)


def _describe(run: JournalRun) -> str:
    """22 Nov, 23:14 · 7 songs · what became of them."""
    when = time.strftime("%d %b %Y, %H:%M", time.localtime(run.started))
    what = "turned back" if run.undoes is not None else "written"
    left = run.written - run.undone
    rest = "" if left == run.written else "\nall undone" if not left else f"\n{number(run.undone)} undone"
    return f"{when}\n{songs(run.written)} {what}{rest}"
