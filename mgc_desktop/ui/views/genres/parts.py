"""Folders or decades: how the genres share each, and what there is more or less of than in the whole library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.distribution import Division
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.genres.words import part_line, part_reading
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.widgets.chart import RIGHT, Chart, Place, write

_ROW: Final = 62.0
_BAR: Final = 10.0


class PartBars(Chart):
    """A row a part, its bar divided among the genres."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Folders and decades", palette, parent)
        self._parts: tuple[Division, ...] = ()
        self.setMinimumSize(240, 160)

    def set_parts(self, parts: Sequence[Division]) -> None:
        """Show other parts."""
        self._parts = tuple(parts)
        self.refreshed()

    def part(self, place: Place) -> Division:
        """Whose row it is."""
        return self._parts[place[0]]

    def sizeHint(self) -> QSize:
        """Room for some folders."""
        return QSize(420, 440)

    def shape(self) -> Place:
        """One column."""
        return len(self._parts), 1

    def content_height(self) -> float:
        """All rows."""
        return len(self._parts) * _ROW

    def box(self, place: Place) -> QRectF:
        """A whole row."""
        return QRectF(0, place[0] * _ROW + 2, self.viewport().width() - 2, _ROW - 4)

    def reading(self, place: Place) -> str:
        """The part in words."""
        return part_reading(self._parts[place[0]])

    def draw(self, painter: QPainter, scrolled: float) -> None:
        """The rows in sight."""
        painter.translate(0, -scrolled)
        for row, part in enumerate(self._parts):
            box = self.box((row, 0))
            if box.bottom() >= scrolled and box.top() <= scrolled + self.viewport().height():
                self._draw_row(painter, box.adjusted(8, 0, -8, 0), part)
                self.ring(painter, box.adjusted(1, 0.5, -1, -0.5), (row, 0), 8)

    def _draw_row(self, painter: QPainter, box: QRectF, part: Division) -> None:
        line = QRectF(box.x(), box.y() + 4, box.width(), 18)
        count = songs(len(part.ids))
        room = write(painter, line, count, self.colours.muted, font(SMALL, tabular=True), RIGHT) + 10
        write(painter, line.adjusted(0, 0, -room, 0), part.name, self.colours.text, font(weight=QFont.Weight.Medium))
        self._draw_bar(painter, QRectF(box.x(), box.y() + 25, box.width(), _BAR), part)
        below = QRectF(box.x(), box.y() + 38, box.width(), 18)
        write(painter, below, part_line(part), self.colours.muted, font(SMALL))

    def _draw_bar(self, painter: QPainter, bar: QRectF, part: Division) -> None:
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(bar, 3, 3)
        painter.setClipPath(clip)
        painter.fillRect(bar, QColor(self.colours.line))
        total, x = float(part.counts.sum()), bar.x()
        for genre, count in zip(part.genres, part.counts.tolist(), strict=True):  # in one order, to compare rows
            if count:
                width = bar.width() * count / total
                painter.fillRect(QRectF(x, bar.y(), max(1.0, width - 1), bar.height()), self._colour(genre))
                x += width
        painter.restore()

    def _colour(self, genre: str) -> QColor:
        return QColor(self.colours.genre(genre) if genre else self.colours.faint)
