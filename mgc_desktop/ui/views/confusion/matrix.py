"""A confusion matrix with its values in the cells; rows that have no room are scrolled under the heads."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.confusion import Matrix, Share
from mgc_desktop.ui.fonts import CAPTION, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.confusion.scale import fill, ink
from mgc_desktop.ui.widgets.chart import RIGHT, Chart, Place, dot, write
from mgc_desktop.ui.wording import percent

_LEAST_ROW: Final = 24.0
_LEAST_CELL: Final = 14.0
_MOST_ROW: Final = 44.0
_APART: Final = 8.0  # before names that are no known genre, and before "unsure"
_GAP: Final = 2.0
_SLANT, _STEEP = 38.0, 62.0  # degrees of heads that have no room to lie
_STEEP_FROM: Final = 20.0  # pixels; over narrower cells slanted heads would lie on each other
_NAMES: Final = 150.0  # the widest a name at the left may be


class MatrixChart(Chart):
    """`axes`: what rows and columns are ("in the file", "heard as")."""

    def __init__(self, name: str, axes: tuple[str, str], palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(name, palette, parent)
        self._axes = axes
        self._matrix = Matrix((), (), np.zeros((0, 0), np.int64), 0)
        self._share = Share.COUNTS
        self._values = self._matrix.values(Share.COUNTS)
        self._names = self._sums = self._head = 0.0
        self._cell = self._row = 1.0
        self._slant = 0.0  # degrees
        self._worked_out: dict[float, tuple[QColor, QColor]] = {}
        self._figures, self._small_figures = font(SMALL, tabular=True), font(CAPTION, tabular=True)
        self._digit = QFontMetricsF(self._small_figures).horizontalAdvance("0")
        self.setMinimumSize(320, 220)

    @property
    def matrix(self) -> Matrix:
        """What is shown."""
        return self._matrix

    def set_matrix(self, matrix: Matrix, share: Share) -> None:
        """Show another matrix, or the same in other numbers."""
        self._matrix, self._share, self._values = matrix, share, matrix.values(share)
        self._worked_out.clear()
        self.refreshed()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._worked_out.clear()
        super().set_palette(palette)

    def sizeHint(self) -> QSize:
        """Room for ten genres."""
        return QSize(640, 480)

    # Where things are

    def arrange(self) -> None:
        """Divide the room among names, sums and cells."""
        matrix, room = self._matrix, self.viewport().rect()
        names, small = QFontMetricsF(font(SMALL)), QFontMetricsF(font(CAPTION, tabular=True))
        rows, columns = max(1, len(matrix.rows)), max(1, len(matrix.columns))
        largest = int(matrix.counts.sum(axis=1).max(initial=0))
        self._sums = small.horizontalAdvance(f"{largest:,}") + 10
        longest = max((names.horizontalAdvance(name) for name in matrix.rows), default=60.0)
        self._names = min(_NAMES, longest) + 26 + self._sums
        apart = 0.0 if columns == matrix.known else _APART
        longest = max((names.horizontalAdvance(name) for name in matrix.columns), default=0.0)
        width = (room.width() - self._names - apart) / columns
        self._slant = 0.0 if longest + 8 <= width else _SLANT if width >= _STEEP_FROM else _STEEP
        leaning = math.radians(self._slant)
        if self._slant:  # the head of the last column leans out of its cell
            last = names.horizontalAdvance(matrix.columns[-1]) if matrix.columns else 0.0
            width = min(width, (room.width() - self._names - apart - last * math.cos(leaning)) / (columns - 0.5))
        self._cell = max(_LEAST_CELL, width)
        self._head = 30 + longest * math.sin(leaning) if self._slant else 44.0
        apart = _APART if rows > matrix.known else 0.0
        self._row = min(_MOST_ROW, max(_LEAST_ROW, (room.height() - self._head - apart - 2) / rows))

    def shape(self) -> Place:
        """Rows and columns of the matrix."""
        return len(self._matrix.rows), len(self._matrix.columns)

    def fixed_height(self) -> float:
        """The heads of the columns."""
        return self._head

    def content_height(self) -> float:
        """Heads and rows."""
        rows, _ = self.shape()
        return self.box((rows - 1, 0)).bottom() + 2 if rows else 0.0

    def box(self, place: Place) -> QRectF:
        """A cell, without the gap around it."""
        row, column = place
        x = self._names + column * self._cell + (_APART if column >= self._matrix.known else 0)
        y = self._head + row * self._row + (_APART if row >= self._matrix.known else 0)
        return QRectF(x + _GAP / 2, y + _GAP / 2, self._cell - _GAP, self._row - _GAP)

    # What stands there

    def reading(self, place: Place) -> str:
        """Jazz in the file, heard as Classical: 3 (25 % of the row, 6 % of the column)."""
        row, column = place
        counts = self._matrix.counts
        count, in_row, in_column = int(counts[place]), int(counts[row].sum()), int(counts[:, column].sum())
        below, along = self._axes
        share = f" ({percent(count / in_row)} of the row, {percent(count / in_column)} of the column)" if count else ""
        return f"{self._matrix.rows[row]} {below}, {along} {self._matrix.columns[column]}: {count:,}{share}"

    def text(self, place: Place) -> str:
        """What is written in a cell; "" where there is nothing."""
        if not self._matrix.counts[place]:
            return ""
        value = float(self._values[place])
        return f"{value:,.0f}" if self._share is Share.COUNTS else f"{100 * value:.0f}"

    def draw(self, painter: QPainter, scrolled: float) -> None:
        """Rows, and the heads over them."""
        rows, columns = self.shape()
        head = self.fixed_height()
        painter.save()
        painter.setClipRect(QRectF(0, head - 1, self.viewport().width(), self.viewport().height() - head + 1))
        painter.translate(0, -scrolled)
        largest = float(self._values.max(initial=0)) if self._share is Share.COUNTS else 1.0
        for row in range(rows):
            box = self.box((row, 0))
            if box.bottom() >= scrolled + head and box.top() <= scrolled + self.viewport().height():
                self._draw_name(painter, row, box)
                for column in range(columns):
                    self._draw_cell(painter, (row, column), largest)
        for place in (self.under, self.current):
            if place is not None:
                self.ring(painter, self.box(place).adjusted(-0.5, -0.5, 0.5, 0.5), place)
        painter.restore()
        self._draw_heads(painter)

    def _draw_cell(self, painter: QPainter, place: Place, largest: float) -> None:
        box, value = self.box(place), float(self._values[place])
        ground, letters = self._colours(value / largest if largest else 0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 3, 3)
        if place[0] == place[1] and place[0] < self._matrix.known:  # where both sides agree
            painter.setPen(QPen(QColor(self.colours.faint), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        text = self.text(place)
        if text and len(text) * self._digit <= box.width():  # what has no room is read out under the matrix
            painter.setFont(self._figures if box.width() >= 34 else self._small_figures)
            painter.setPen(letters)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _colours(self, share: float) -> tuple[QColor, QColor]:
        """Ground and letters of a cell, worked out once for each value."""
        if share not in self._worked_out:
            ground = fill(share, self.colours)
            self._worked_out[share] = QColor(ground), QColor(ink(ground))
        return self._worked_out[share]

    def _draw_name(self, painter: QPainter, row: int, box: QRectF) -> None:
        name = self._matrix.rows[row]
        middle, right = box.center().y(), box.left() - 8
        if row < self._matrix.known:
            dot(painter, QPointF(6, middle), self.colours.genre(name))
        total = int(self._matrix.counts[row].sum())
        room = QRectF(16, box.top(), right - 16 - self._sums, box.height())
        write(painter, room, name, self.colours.text if total else self.colours.muted, font(SMALL))
        place = QRectF(0, box.top(), right, box.height())
        write(painter, place, f"{total:,}", self.colours.muted, font(CAPTION, tabular=True), RIGHT)

    def _draw_heads(self, painter: QPainter) -> None:
        head, metrics = self._head, QFontMetricsF(font(SMALL))
        for column, name in enumerate(self._matrix.columns):
            middle = self.box((0, column)).center().x()
            if column < self._matrix.known:
                dot(painter, QPointF(middle, head - 9), self.colours.genre(name))
            painter.save()
            painter.setFont(font(SMALL))
            said = self._matrix.counts[:, column].any()
            painter.setPen(QColor(self.colours.text if said else self.colours.muted))
            painter.translate(middle, head - 19)
            if self._slant:
                painter.rotate(-self._slant)
                painter.drawText(QPointF(-3, 2), name)
            else:
                painter.drawText(QPointF(-metrics.horizontalAdvance(name) / 2, 0), name)
            painter.restore()
        self._draw_axes(painter, head)

    def _draw_axes(self, painter: QPainter, head: float) -> None:
        below, along = self._axes
        width, muted = self._names - 10, self.colours.muted
        write(painter, QRectF(0, head - 38, width, 16), f"{along} →", muted, font(CAPTION), RIGHT)
        write(painter, QRectF(0, head - 20, width, 16), f"↓ {below}", muted, font(CAPTION))
