"""The filters above the table: a word and how many songs it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from mgc_desktop.library.query import Filter
from mgc_desktop.library.song import State
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import Counts, number
from mgc_desktop.ui.widgets.flow_layout import FlowLayout

FILTERS: Final[tuple[tuple[Filter, str, str, Callable[[Counts], int]], ...]] = (
    (Filter.ALL, "All", "Every song", lambda c: c.songs),
    (Filter.NO_GENRE, "No genre", "Songs without a genre in the file", lambda c: c.no_genre),
    (Filter.TO_WRITE, "To write", "No genre in the file, but one was heard", lambda c: c[State.TO_WRITE]),
    (Filter.DIFFERS, "Differs", "Another genre was heard than the one in the file", lambda c: c[State.DIFFERS]),
    (Filter.UNSURE, "Unsure", "Listened to without a verdict; nothing is written", lambda c: c[State.UNSURE]),
    (Filter.NONE, "None of these", "Like none of the genres there are; nothing is written", lambda c: c[State.NONE]),
    (Filter.FAILED, "Failed", "Files that could not be read or decoded", lambda c: c[State.FAILED]),
    (Filter.WRITTEN, "Written", "Songs whose genre this program wrote", lambda c: c[State.WRITTEN]),
)


class FilterChip(QAbstractButton):
    """A pill that is chosen or not."""

    def __init__(self, word: str, tip: str, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._word = word
        self._count = 0
        self.setCheckable(True)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()

    def set_count(self, count: int) -> None:
        """How many songs it stands for."""
        if count != self._count:
            self._count = count
            self._say()
            self.updateGeometry()
            self.update()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        """Word, number, and room around them."""
        return QSize(self._word_width() + self._count_width() + 26, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pill."""
        colours, painter = self._palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        badge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = colours.accent if self.isChecked() else colours.hover if self.underMouse() else colours.raised
        edge = colours.accent if self.isChecked() else colours.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.text if self.isChecked() else colours.accent), 2))
            painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        inner = QRectF(self.rect()).adjusted(13, 0, 0, 0)
        painter.setFont(font(SMALL, QFont.Weight.Medium))
        painter.setPen(QColor(colours.on_accent if self.isChecked() else colours.text))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), self._word)
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QColor(colours.on_accent if self.isChecked() else colours.muted))
        painter.drawText(
            inner.adjusted(self._word_width() + 6, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self._figure
        )

    @property
    def _figure(self) -> str:
        return number(self._count) if self._count else ""

    def _word_width(self) -> int:
        self.setFont(font(SMALL, QFont.Weight.Medium))
        return self.fontMetrics().horizontalAdvance(self._word)

    def _count_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._figure) + 6 if self._count else 0

    def _say(self) -> None:
        self.setAccessibleName(f"{self._word}, {self._count} songs")


class FilterChips(QWidget):
    """Exactly one is chosen."""

    chosen = Signal(object)  # Filter

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._chips: dict[Filter, FilterChip] = {}
        row = FlowLayout(self)
        self.setContentsMargins(0, 4, 0, 4)  # in line with the higher buttons beside them
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)  # a second row where the window is narrow
        self.setSizePolicy(policy)
        for number_, (chosen, word, tip, _) in enumerate(FILTERS):
            chip = FilterChip(word, tip, palette)
            self._group.addButton(chip, number_)
            self._chips[chosen] = chip
            row.addWidget(chip)
        self._chips[Filter.NONE].hide()
        self._chips[Filter.ALL].setChecked(True)
        self._group.idClicked.connect(lambda at: self.chosen.emit(FILTERS[at][0]))

    def chip(self, chosen: Filter) -> FilterChip:
        """The button of a filter."""
        return self._chips[chosen]

    def choose(self, chosen: Filter) -> None:
        """Show a choice, without a signal."""
        self._chips[chosen].setChecked(True)

    def show_counts(self, counts: Counts) -> None:
        """The numbers."""
        for chosen, _, _, count in FILTERS:
            self._chips[chosen].set_count(count(counts))
        rare = self._chips[Filter.NONE]  # few models tell such songs: the chip takes no room before there are any
        rare.setVisible(bool(counts[State.NONE]) or rare.isChecked())
