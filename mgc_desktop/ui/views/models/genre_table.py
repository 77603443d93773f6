"""A table of words and genres: what several models heard, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mgc_desktop.ui.fonts import BODY, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.page import table_sheet
from mgc_desktop.ui.widgets.tables import Index, paint_badge, paint_ground, paint_line, paint_words, set_up

_ROW: Final = 36
_HEAD: Final = 34
_GENRE_WIDTH: Final = 118
_CELL: Final = Qt.ItemDataRole.UserRole
_OPEN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class Badge:
    """A genre in its colour; None where there is none. `quiet`: most of the others say something else."""

    genre: str | None
    quiet: bool = False


Cell = str | Badge


@dataclass(frozen=True, slots=True)
class Heads:
    """The columns: `texts` share the room that is left, each of `genres` has its own column behind them."""

    texts: tuple[str, ...]
    genres: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """From left to right."""
        return (*self.texts, *self.genres)


class _Rows(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heads = Heads((), ())
        self.cells: Sequence[Sequence[Cell]] = ()

    def show(self, heads: Heads, rows: Sequence[Sequence[Cell]]) -> None:
        self.beginResetModel()
        self.heads, self.cells = heads, rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads.all)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.cells[index.row()][index.column()]
        if role == _CELL:
            return cell
        words = cell if isinstance(cell, str) else cell.genre or "–"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.heads.all[index.column()]}: {words}"
        return words if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and section < len(self.heads.all):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                return self.heads.all[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Cells(QStyledItemDelegate):
    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = palette

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, box = index.data(_CELL), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, self.colours)
        paint_line(painter, option, self.colours)
        inner = box.adjusted(8, 0, -6, 0)
        painter.setFont(font(BODY, tabular=True))
        if isinstance(cell, Badge) and cell.genre is not None:
            paint_badge(painter, inner, cell.genre, self.colours, quiet=cell.quiet)
        else:
            first = index.column() == 0
            words = cell if isinstance(cell, str) else "–"
            paint_words(painter, inner, words, self.colours.text if first else self.colours.muted)
        painter.restore()


class GenreTable(QTableView):
    """Rows that can be opened (double click, Return) and that offer a menu."""

    opened = Signal(int)  # row
    menu_requested = Signal(int, QPoint)  # row, where on the screen

    def __init__(self, name: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        self._cells = _Cells(palette, self)
        self.setModel(self._rows)
        self.setItemDelegate(self._cells)
        set_up(self, name, row=_ROW, head=_HEAD)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(90)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.set_palette(palette)

    def show_rows(self, heads: Heads, rows: Sequence[Sequence[Cell]]) -> None:
        """Show other rows."""
        self._rows.show(heads, rows)
        header = self.horizontalHeader()
        for i in range(len(heads.all)):
            is_text = i < len(heads.texts)
            header.setSectionResizeMode(
                i, QHeaderView.ResizeMode.Stretch if is_text else QHeaderView.ResizeMode.Interactive
            )
            if not is_text:
                self.setColumnWidth(i, _GENRE_WIDTH)

    @property
    def rows(self) -> Sequence[Sequence[Cell]]:
        """What is shown."""
        return self._rows.cells

    def current_row(self) -> int | None:
        """The row that is selected."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._cells.colours = palette
        self.setStyleSheet(table_sheet(palette))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens."""
        row = self.current_row()
        if event.key() in _OPEN and row is not None:
            self.opened.emit(row)
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the arrows for the table, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = (*_OPEN, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
            event.setAccepted(event.key() in own and not event.modifiers())
            return event.isAccepted()
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu for the row under the pointer, or the selected one from the keyboard."""
        row = self.current_row()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(self.viewport().mapFrom(self, event.pos()))
            row = index.row() if index.isValid() else None
        if row is not None:
            self.menu_requested.emit(row, event.globalPos())
