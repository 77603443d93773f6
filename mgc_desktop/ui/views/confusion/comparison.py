"""All models in one table: figures with their intervals drawn, to sort by any column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mgc_desktop.analysis.model_figures import ModelColumn, ModelFiguresRow, sorted_rows
from mgc_desktop.inference.figures import Interval
from mgc_desktop.ui.fonts import BODY, CAPTION, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.confusion.words import cell_text, figure, interval_of, span
from mgc_desktop.ui.widgets.chart import write
from mgc_desktop.ui.widgets.tables import Index, paint_ground, paint_line, set_up

COLUMNS: Final = tuple(ModelColumn)
_ROW: Final = 42
_WIDTHS: Final = {
    ModelColumn.MODEL: 134, ModelColumn.RESOLUTION: 84, ModelColumn.ACCURACY: 116, ModelColumn.MACRO_ACCURACY: 118,
    ModelColumn.MACRO_F1: 116, ModelColumn.PARAMETERS: 86, ModelColumn.MEGABYTES: 48, ModelColumn.TIME: 80,
    ModelColumn.CLIPS: 46, ModelColumn.ARTISTS: 54,
}  # fmt: skip
_TIPS: Final = {
    ModelColumn.ACCURACY: "The share of recordings whose most probable genre is the true one, and the 95 % interval",
    ModelColumn.MACRO_ACCURACY: "The share found of each genre, averaged so that every genre counts the same",
    ModelColumn.MACRO_F1: "Precision and recall in one figure, averaged so that every genre counts the same",
    ModelColumn.TIME: "Milliseconds in the network for a clip of 30 s, on one thread; only ratios mean something",
    ModelColumn.PARAMETERS: "How many numbers the network has learned",
}
_ROLE_ROW: Final = int(Qt.ItemDataRole.UserRole)


class _Models(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ModelFiguresRow] = []

    def show(self, rows: Sequence[ModelFiguresRow]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].value
        return _TIPS.get(COLUMNS[section]) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        if role == _ROLE_ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if row.figures is None and column is ModelColumn.RESOLUTION:
                return f"Cannot be used: {row.reason}" if row.reason else "Not measured"
            interval = interval_of(row, column)
            more = f", interval {span(interval)}" if interval else ""
            return f"{column.value}: {cell_text(row, column)}{more}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or row.title
        return None


class _Cells(QStyledItemDelegate):
    """Figures with their intervals; the reason across the row of a model that cannot be used."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = index.data(_ROLE_ROW), COLUMNS[index.column()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, self.colours)
        paint_line(painter, option, self.colours)
        inner = QRectF(option.rect).adjusted(8, 0, -4, 0)
        interval = interval_of(row, column)
        if column is ModelColumn.MODEL:
            self._name(painter, inner, row)
        elif row.figures is None and column is ModelColumn.RESOLUTION:
            ink = self.colours.danger if row.reason else self.colours.muted
            write(painter, inner, row.reason or "Not measured", ink, font(SMALL))
        elif interval is not None:
            self._interval(painter, inner, interval)
        else:
            write(painter, inner, cell_text(row, column), self.colours.text, font(SMALL, tabular=True))
        painter.restore()

    def _name(self, painter: QPainter, inner: QRectF, row: ModelFiguresRow) -> None:
        half = QRectF(inner.x(), inner.y() + 4, inner.width(), 18)
        write(painter, half, row.name, self.colours.text, font(BODY, QFont.Weight.Medium))
        ink = self.colours.danger if row.role == "unusable" else self.colours.muted
        write(painter, half.translated(0, 16), row.role, ink, font(CAPTION))

    def _interval(self, painter: QPainter, inner: QRectF, interval: Interval) -> None:
        upper = QRectF(inner.x(), inner.y() + 4, inner.width(), 20)
        write(painter, upper, figure(interval), self.colours.text, font(BODY, QFont.Weight.Medium, tabular=True))
        beside = upper.adjusted(36, 0, 0, 0)
        write(painter, beside, span(interval), self.colours.muted, font(CAPTION, tabular=True))
        track = QRectF(inner.x(), inner.bottom() - 14, min(96.0, inner.width()), 6)
        paint_interval(painter, track, interval, self.colours)


def paint_interval(painter: QPainter, track: QRectF, interval: Interval, palette: Palette) -> None:
    """A figure 0..1 as a dot on a track, its interval as a band."""
    middle = track.center().y()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.line))
    painter.drawRoundedRect(QRectF(track.x(), middle - 1.5, track.width(), 3), 1.5, 1.5)
    low, high = (track.x() + track.width() * min(1.0, max(0.0, end)) for end in (interval.low, interval.high))
    band = QColor(palette.accent)
    band.setAlpha(120)
    painter.setBrush(band)
    painter.drawRoundedRect(QRectF(low, middle - 1.5, max(3.0, high - low), 3), 1.5, 1.5)
    painter.setBrush(QColor(palette.accent))
    at = track.x() + track.width() * min(1.0, max(0.0, interval.value))
    painter.drawEllipse(QRectF(at - 3, middle - 3, 6, 6))


class ComparisonTable(QTableView):
    """A click on a head sorts, another the other way; Return and a double click open a model."""

    opened = Signal(str)  # the model's name

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = _Models()
        self._known: list[ModelFiguresRow] = []
        self._sort: tuple[ModelColumn, bool] | None = None  # None: the registry's order
        self._cells = _Cells(palette, self)
        self.setModel(self._models)
        self.setItemDelegate(self._cells)
        set_up(self, "All models, with what was measured of them", row=_ROW, head=38)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(lambda position: self.turn(COLUMNS[position]))
        self.doubleClicked.connect(lambda index: self.opened.emit(self.rows[index.row()].name))

    @property
    def rows(self) -> list[ModelFiguresRow]:
        """The models in the order shown."""
        return self._models.rows

    def set_rows(self, rows: Sequence[ModelFiguresRow]) -> None:
        """Show these models, sorted as before."""
        self._known = list(rows)
        self._renew()

    def sort_by(self, column: ModelColumn, *, descending: bool) -> None:
        """Sort by a column."""
        self._sort = (column, descending)
        self._renew()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._cells.colours = palette
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Keep the table's keys, before the window's shortcuts take them."""
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in keys:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.rows[self.currentIndex().row()].name)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the columns fill the room."""
        super().resizeEvent(event)
        spare = max(0, self.viewport().width() - sum(_WIDTHS.values()))
        for position, column in enumerate(COLUMNS):
            self.setColumnWidth(position, _WIDTHS[column] + spare * _WIDTHS[column] // sum(_WIDTHS.values()))

    def turn(self, column: ModelColumn) -> None:
        """Sort by a column, the best first; by the same again, the other way."""
        descending = not self._sort[1] if self._sort and self._sort[0] is column else not column.is_text
        self.sort_by(column, descending=descending)

    def _renew(self) -> None:
        header = self.horizontalHeader()
        header.setSortIndicatorShown(self._sort is not None)
        rows = self._known
        if self._sort is not None:
            column, descending = self._sort
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(COLUMNS.index(column), order)
            rows = sorted_rows(rows, column, descending=descending)
        self.clearSpans()
        self._models.show(rows)
        for number, row in enumerate(rows):
            if row.figures is None:
                self.setSpan(number, 1, 1, len(COLUMNS) - 1)
