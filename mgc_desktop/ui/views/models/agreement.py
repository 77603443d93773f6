"""How often each two models find the same genre most probable, as a triangle of numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.model_comparison import Comparison
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.confusion.scale import fill, ink
from mgc_desktop.ui.widgets.chart import Chart, Place, write
from mgc_desktop.ui.wording import percent

_ROW: Final = 34.0
_GAP: Final = 2.0
_MOST_NAME: Final = 120.0


class AgreementChart(Chart):
    """Rows and columns are models; only what lies below the diagonal says something new."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("How often the models agree", palette, parent)
        self._found: Comparison | None = None

    def show_comparison(self, found: Comparison) -> None:
        """Show these models."""
        self._found = found
        self.refreshed()

    def shape(self) -> Place:
        """A row for each model but the first, a column for each but the last."""
        count = len(self._found.models) if self._found is not None else 0
        return max(0, count - 1), max(0, count - 1)

    def fixed_height(self) -> float:
        """No heads: the names of the columns stand at the foot of the stairs."""
        return 0.0

    def content_height(self) -> float:
        """All rows, and the names under them."""
        return (self.shape()[0] + 1) * _ROW

    def box(self, place: Place) -> QRectF:
        """A cell; empty above the stairs."""
        row, column = place
        if column > row:
            return QRectF()
        left, width = self._name_width(), self._cell_width()
        return QRectF(left + column * width + _GAP / 2, row * _ROW + _GAP / 2, width - _GAP, _ROW - _GAP)

    def reading(self, place: Place) -> str:
        """cnn-full and musicnn: the same genre for 87 % of 240 songs."""
        found, pair = self._found, self._pair(place)
        if found is None or pair is None:
            return ""
        one, other = pair
        common = int(found.common[pair])
        names = f"{found.models[one]} and {found.models[other]}"
        if not common:
            return f"{names}: no song that both heard"
        return f"{names}: the same genre for {percent(float(found.agreement[pair]))} of {common:,} songs"

    def draw(self, painter: QPainter, scrolled: float) -> None:
        """The stairs, and the names at their left and under them."""
        found = self._found
        if found is None:
            return
        painter.translate(0, -scrolled)
        rows, _ = self.shape()
        for row in range(rows):
            self._draw_name(painter, found.models[row + 1], row)
            for column in range(row + 1):
                self._draw_cell(painter, found, (row, column))
        for column in range(rows):
            box = self.box((rows - 1, column)).translated(0, _ROW - 4)
            self._draw_text(painter, found.models[column], box, Qt.AlignmentFlag.AlignHCenter)
        for place in (self.under, self.current):
            if place is not None and not self.box(place).isEmpty():
                self.ring(painter, self.box(place), place)

    def _draw_cell(self, painter: QPainter, found: Comparison, place: Place) -> None:
        pair, box = self._pair(place), self.box(place)
        assert pair is not None
        share = float(found.agreement[pair])
        ground = fill(0.0 if np.isnan(share) else share**2, self.colours)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QColor(ink(ground)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "–" if np.isnan(share) else f"{100 * share:.0f}")

    def _draw_name(self, painter: QPainter, name: str, row: int) -> None:
        box = QRectF(0, row * _ROW, self._name_width() - 8, _ROW)
        self._draw_text(painter, name, box, Qt.AlignmentFlag.AlignLeft)

    def _draw_text(self, painter: QPainter, text: str, box: QRectF, side: Qt.AlignmentFlag) -> None:
        write(painter, box, text, self.colours.text, font(SMALL), side)

    def _pair(self, place: Place) -> Place | None:
        row, column = place
        return (row + 1, column) if column <= row else None

    def _name_width(self) -> float:
        metrics = QFontMetricsF(font(SMALL))
        models = self._found.models if self._found is not None else ()
        return min(_MOST_NAME, max((metrics.horizontalAdvance(name) for name in models), default=0.0)) + 14

    def _cell_width(self) -> float:
        return max(36.0, (self.viewport().width() - self._name_width()) / max(1, self.shape()[1]))
