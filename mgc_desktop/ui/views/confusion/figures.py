"""What was measured of one model: figures with their intervals, genre by genre, and on what."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.analysis.model_figures import ModelFiguresRow
from mgc_desktop.inference.figures import Figures, Interval
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.confusion.comparison import paint_interval
from mgc_desktop.ui.views.confusion.words import cost_line, figure, measured_on, span
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.wording import joined

_FIGURES: Final = (
    ("Accuracy", "accuracy"), ("Macro accuracy", "macro_accuracy"), ("Macro F1", "macro_f1"),
    ("Among the first 3", "top_3"), ("ROC-AUC", "roc_auc"), ("Calibration error", "calibration_error"),
)  # fmt: skip
_HEADS: Final = ("Genre", "Clips", "Precision", "Recall", "F1")


class IntervalBar(QWidget):
    """A figure and its interval on a track from 0 to 1."""

    def __init__(self, interval: Interval, palette: Palette) -> None:
        super().__init__()
        self._interval = interval
        self._palette = palette
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A line's height."""
        return QSize(60, 18)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, band, dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_interval(painter, QRectF(self.rect()).adjusted(4, 0, -4, 0), self._interval, self._palette)


class ModelFiguresPanel(Panel):
    """The panel beside a model's matrix; what has no room is scrolled."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Measured", parent=parent)
        self._palette = palette
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._scroll, 1)

    def set_palette(self, palette: Palette) -> None:
        """For what is shown from now on."""
        self._palette = palette

    def show_model(self, row: ModelFiguresRow) -> None:
        """Show another model."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(8)
        title = QLabel(row.title)
        title.setFont(font(14, QFont.Weight.DemiBold))
        title.setWordWrap(True)
        column.addWidget(title)
        resolution = f"{row.resolution} resolution" if row.resolution else None
        column.addWidget(_words(joined(row.role, resolution)))
        if row.reason:
            column.addWidget(_words(row.reason))
        if row.figures is None:
            column.addWidget(_words("Nothing was measured of it." if not row.reason else ""))
        else:
            self._add_figures(column, row.figures)
        if row.weaknesses:
            column.addWidget(_words(row.weaknesses))
        column.addStretch(1)
        self._scroll.setWidget(content)

    def _add_figures(self, column: QVBoxLayout, figures: Figures) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(3, 1)
        for line, (name, key) in enumerate(_FIGURES):
            interval: Interval = getattr(figures, key)
            value = QLabel(figure(interval))
            value.setFont(font(weight=QFont.Weight.Medium, tabular=True))
            grid.addWidget(muted(name), line, 0)
            grid.addWidget(value, line, 1)
            grid.addWidget(muted(span(interval), SMALL, tabular=True), line, 2)
            grid.addWidget(IntervalBar(interval, self._palette), line, 3)
        column.addLayout(grid)
        column.addWidget(_words(measured_on(figures)))
        column.addLayout(_by_genre(figures))
        if line_ := cost_line(figures):
            column.addWidget(_words(line_))


def _by_genre(figures: Figures) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    for place, head in enumerate(_HEADS):
        grid.addWidget(_cell(head, place), 0, place)
    for line, (genre, row) in enumerate(figures.per_genre.items(), start=1):
        shares = [f"{share:.2f}" for share in (row.precision, row.recall, row.f1)] if row.clips else ["–"] * 3
        for place, text in enumerate((genre, f"{row.clips}", *shares)):
            cell = _cell(text, place)
            cell.setProperty("tone", "" if row.clips else "muted")
            cell.setToolTip(f"{row.clips} recordings of {row.artists} artists" if row.clips else "None in the test")
            grid.addWidget(cell, line, place)
    return grid


def _cell(text: str, place: int) -> QLabel:
    label = muted(text, SMALL, tabular=True)
    side = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return label


def _words(text: str) -> QLabel:
    label = muted(text, SMALL)
    label.setWordWrap(True)
    return label
