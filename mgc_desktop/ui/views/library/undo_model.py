"""The files of a run in the Undo window: which are ticked, where they are now, and how a row is painted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mgc_desktop.tags.journal import JournalEntry
from mgc_desktop.tags.moved import Located
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.tables import Index, paint_box

_ROW: Final = 34
_GAP: Final = 16
_LEAST_FOLDER: Final = 60  # pixels; a shorter piece of a folder's path says nothing
CHANGE_ROLE: Final = Qt.ItemDataRole.UserRole + 1  # "Jazz → no genre", or why the file is left alone
FOLDER_ROLE: Final = Qt.ItemDataRole.UserRole + 2
NAME_ROLE: Final = Qt.ItemDataRole.UserRole + 3


class EntryModel(QAbstractListModel):
    """The files of a run, ticked or not. `ticked`: the numbers of their entries."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.located: list[Located] = []
        self.ticked: set[int] = set()

    @property
    def entries(self) -> list[JournalEntry]:
        """What the journal says of the files."""
        return [found.entry for found in self.located]

    @property
    def chosen(self) -> list[Located]:
        """The files that are ticked."""
        return [found for found in self.located if found.entry.number in self.ticked]

    def show_files(self, located: Sequence[Located], ticked: Path | None) -> None:
        """Show files. Ticked are all that were found, or that may be one of several; or only one, by its path."""
        self.beginResetModel()
        self.located = list(located)
        wanted = None if ticked is None else ticked.resolve()
        self.ticked = {
            found.entry.number
            for found in self.located
            if (found.path is not None or found.candidates)
            and (wanted is None or wanted in (found.entry.path, found.path, *found.candidates))
        }
        self.endResetModel()
        self.changed.emit()

    def rowCount(self, parent: Index | None = None) -> int:
        """One for each file."""
        return 0 if parent is not None and parent.isValid() else len(self.located)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every row can be ticked."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Name, folder, and what the genre would become again."""
        if not index.isValid() or index.row() >= len(self.located):
            return None
        found = self.located[index.row()]
        path = found.path or found.entry.path
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{path.name}, in {path.parent}, {change_of(found)}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if found.entry.number in self.ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(found)
        return {NAME_ROLE: path.name, FOLDER_ROLE: str(path.parent), CHANGE_ROLE: change_of(found)}.get(role)

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Tick a row, or take the tick away."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        number = self.located[index.row()].entry.number
        (self.ticked.add if Qt.CheckState(value) is Qt.CheckState.Checked else self.ticked.discard)(number)
        self.dataChanged.emit(index, index)
        self.changed.emit()
        return True


def change_of(found: Located) -> str:
    """What becomes of the genre, or why that is not sure."""
    if found.path is None:
        return f"one of {len(found.candidates)} files" if len(found.candidates) > 1 else (
            "moved?" if found.candidates else "not found"
        )  # fmt: skip
    now, then = ", ".join(found.entry.new) or "no genre", ", ".join(found.entry.old) or "no genre"
    return f"{now}  →  {then}"


def tip_of(found: Located) -> str:
    """The whole path, the one from before if it moved, and why it is left alone if it is."""
    if found.path is None:
        return f"{found.entry.path}\n{found.reason}"
    return f"{found.path}\nWritten as {found.entry.path}" if found.moved else str(found.path)


class EntryCells(QStyledItemDelegate):
    """A box, the file's name and folder, and what becomes of its genre."""

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
        change = str(index.data(CHANGE_ROLE))
        painter.setFont(font())
        metrics = painter.fontMetrics()
        words = row.adjusted(38, 0, -12, 0)
        at = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.setPen(QColor(colours.muted))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), change)
        room = int(words.width()) - metrics.horizontalAdvance(change) - _GAP
        name = metrics.elidedText(str(index.data(NAME_ROLE)), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(QColor(colours.text))
        painter.drawText(words, at, name)
        behind = metrics.horizontalAdvance(name) + _GAP
        if room - behind >= _LEAST_FOLDER:
            folder = metrics.elidedText(str(index.data(FOLDER_ROLE)), Qt.TextElideMode.ElideLeft, room - behind)
            painter.setPen(QColor(colours.muted))
            painter.drawText(words.adjusted(behind, 0, 0, 0), at, folder)
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
