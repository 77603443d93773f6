"""What was measured of each genre: precision and recall, the baselines beside it, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from mgc_desktop.ui.fonts import CAPTION, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.train.log_text import LogText
from mgc_desktop.ui.views.train.words import confusion_counts, genre_table


class ConfusionPlot(QWidget):
    """A matrix of counts: rows are the true genres, columns the predicted ones, numbered as the rows are named."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._genres: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self.setMinimumSize(220, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix: rows are true, columns are predicted")

    def sizeHint(self) -> QSize:
        """Space for ten genres."""
        return QSize(380, 220)

    def show_figures(self, figures: Mapping[str, Any]) -> None:
        """Draw the matrix of these figures, nothing where they have none."""
        self._genres, self._counts = confusion_counts(figures)
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """One square a pair of genres, the stronger the greater its share of the row."""
        if not self._genres:
            return
        painter = QPainter(self)
        painter.setFont(font(CAPTION, tabular=True))
        names = max(painter.fontMetrics().horizontalAdvance(f"{i + 1} {g}") for i, g in enumerate(self._genres)) + 10
        left = min(names, self.width() // 2)
        size = max(4.0, min((self.width() - left) / len(self._genres), (self.height() - 18) / (len(self._genres) + 1)))
        middle = Qt.AlignmentFlag.AlignCenter
        for i, (genre, row) in enumerate(zip(self._genres, self._counts, strict=True)):
            top = (i + 1) * size
            painter.setPen(QColor(self._palette.muted))
            words = painter.fontMetrics().elidedText(f"{i + 1} {genre}", Qt.TextElideMode.ElideRight, int(left - 8))
            painter.drawText(QRectF(0, top, left - 8, size), int(Qt.AlignmentFlag.AlignVCenter), words)
            painter.drawText(QRectF(left + i * size, 0, size, size), int(middle), str(i + 1))
            for j, count in enumerate(row):
                cell = QRectF(left + j * size, top, size, size).adjusted(0.5, 0.5, -0.5, -0.5)
                colour = QColor(self._palette.accent)
                colour.setAlphaF(count / max(1, sum(row)))
                painter.fillRect(cell, QColor(self._palette.raised))
                painter.fillRect(cell, colour)
                if count:
                    painter.setPen(QColor(self._palette.text))
                    painter.drawText(cell, int(middle), str(count))


class TrainedGenreFigures(QWidget):
    """The table and the matrix, side by side."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.table = LogText("Precision and recall of each genre, and baselines")
        self.matrix = ConfusionPlot(palette)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.table, 1)
        row.addWidget(self.matrix, 1)

    def show_figures(self, figures: Mapping[str, Any], baselines: Mapping[str, Any]) -> None:
        """Those of a finished run."""
        self.table.show_lines(genre_table(figures, baselines))
        self.matrix.show_figures(figures)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.matrix.set_palette(palette)
