"""The table of a review: old -> new, as quiet as the library's own."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mgc_desktop.library.review import BY_HAND, ReviewRow
from mgc_desktop.ui.fonts import BODY, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.review_model import NEW, OLD, ROW, SONG, SURE, TICK, WHY, ReviewModel
from mgc_desktop.ui.widgets.tables import Index, paint_badge, paint_box, paint_ground, paint_line, paint_words, set_up
from mgc_desktop.ui.wording import percent

_HEIGHT: Final = 44
_FIXED: Final = {TICK: 44, OLD: 120, NEW: 130, SURE: 62}


class ReviewCells(QStyledItemDelegate):
    """What is written stands out, what is not steps back."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are of one height."""
        return QSize(40, _HEIGHT)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line of text."""
        editor = QLineEdit(parent)
        editor.setPlaceholderText("Jazz, Blues")
        editor.setStyleSheet("padding: 2px 8px;")
        return editor

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        row: ReviewRow = index.data(ROW)
        colours = self.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, colours)
        paint_line(painter, option, colours)
        cell = QRectF(option.rect)
        inner = cell.adjusted(8, 0, -6, 0)
        painter.setFont(font(BODY))
        writes = row.change.writes
        match index.column():
            case 0:
                paint_box(painter, cell.center(), colours, ticked=writes)
            case 1:
                self._song(painter, inner, row)
            case 2:
                gone = writes and not set(row.change.old) <= set(row.change.new)
                if gone:
                    struck = font(BODY)
                    struck.setStrikeOut(True)
                    painter.setFont(struck)
                paint_words(painter, inner, ", ".join(row.change.old) or "–", colours.muted)
            case 3:
                self._new(painter, inner, row)
            case 4:
                painter.setFont(font(BODY, tabular=True))
                sure = "yours" if row.song.by_user else percent(row.change.confidence)
                paint_words(painter, inner, sure, colours.muted)
            case _:
                painter.setFont(font(SMALL))
                # Else the genre and its share say it all.
                if not writes or row.song.by_user or row.change.reason == BY_HAND:
                    paint_words(painter, inner, row.change.reason, colours.muted)
        painter.restore()

    def _song(self, painter: QPainter, inner: QRectF, row: ReviewRow) -> None:
        ink = self.palette.text if row.change.writes else self.palette.muted
        half = inner.height() / 2
        if not row.song.artist:
            paint_words(painter, inner, row.song.name, ink)
            return
        paint_words(painter, inner.adjusted(0, 3, 0, -half + 3), row.song.name, ink)
        painter.setFont(font(SMALL))
        paint_words(painter, inner.adjusted(0, half - 3, 0, -4), row.song.artist, self.palette.muted)

    def _new(self, painter: QPainter, inner: QRectF, row: ReviewRow) -> None:
        text = ", ".join(row.change.new)
        if row.change.writes and len(row.change.new) == 1:
            paint_badge(painter, inner, text, self.palette)
        elif row.change.writes:
            paint_words(painter, inner, text or "no genre", self.palette.text)
        else:
            paint_words(painter, inner, "stays", self.palette.muted)


class ReviewTable(QTableView):
    """The space bar or a click on the box accepts and declines; F2 or a double click edits."""

    def __init__(self, model: ReviewModel, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.cells = ReviewCells(palette, self)
        self.setModel(model)
        self.setItemDelegate(self.cells)
        set_up(self, "Songs to be written", row=_HEIGHT, head=36)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(model, header))  # as in the library's own table
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def chosen(self) -> list[int]:
        """The selected rows."""
        return sorted(
            {row for part in self.selectionModel().selection().toList() for row in range(part.top(), part.bottom() + 1)}
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Song and reason share what is left."""
        super().resizeEvent(event)
        left = self.viewport().width() - sum(_FIXED.values())
        for column in (TICK, SONG, OLD, NEW, SURE, WHY):
            share = int(left * 0.48) if column == SONG else left - int(left * 0.48)
            self.setColumnWidth(column, _FIXED.get(column, share))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar turns the selection."""
        rows = self.chosen()
        if event.key() == Qt.Key.Key_Space and rows:
            self._rows.accept(rows, accepted=not self._rows.rows[rows[0]].change.writes)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the space bar, before the window's shortcut takes it."""
        override = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if override and event.key() == Qt.Key.Key_Space:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a box leaves the selection as it is."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == TICK and event.button() == Qt.MouseButton.LeftButton:
            self._rows.accept([index.row()], accepted=not self._rows.rows[index.row()].change.writes)
        else:
            super().mousePressEvent(event)
