"""The genres on the map: their colours, how many songs each has, and a press to hide or show them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.analysis.colouring import Colouring
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.views.map.colours import Ink, inks

_ROW: Final = 26


class LegendEntry(QAbstractButton):
    """A group: a dot in its colour, its name, how many songs."""

    entered = Signal(bool)  # the pointer came, or went
    alone_requested = Signal()

    def __init__(self, name: str, count: int, ink: Ink, palette: Palette) -> None:
        super().__init__()
        self.name = name
        self._count = count
        self._ink = ink
        self._palette = palette
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(font(SMALL))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_ROW)
        self.setToolTip("Click to hide or show. Double click shows nothing else.")
        self.setAccessibleName(f"{name}, {songs(count)}")

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(150, _ROW)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The group stands out on the map."""
        super().enterEvent(event)
        self.entered.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        """And no more."""
        super().leaveEvent(event)
        self.entered.emit(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """This group alone."""
        self.alone_requested.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dot, name, number; faint where the group is hidden or empty."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(self.rect())
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._palette.hover))
            painter.drawRoundedRect(row, 6, 6)
        self._draw_dot(painter, QPointF(14, row.center().y()))
        shown = self.isChecked() and self._count > 0
        painter.setFont(self.font())
        painter.setPen(QColor(self._palette.text if shown else self._palette.muted))
        words = row.adjusted(28, 0, -8, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        number = f"{self._count:,}"
        room = int(words.width()) - self.fontMetrics().horizontalAdvance(number) - 8
        name = self.fontMetrics().elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(words, int(middle | Qt.AlignmentFlag.AlignLeft), name)
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QColor(self._palette.muted))
        painter.drawText(words, int(middle | Qt.AlignmentFlag.AlignRight), number)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._palette.accent), 2))
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), 6, 6)

    def _draw_dot(self, painter: QPainter, centre: QPointF) -> None:
        filled = self.isChecked() and not self._ink.ring
        painter.setBrush(QColor(self._ink.colour) if filled else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._ink.colour if self.isChecked() else self._palette.faint), 1.5))
        painter.drawEllipse(centre, 4.5, 4.5)


class MapLegend(QScrollArea):
    """One entry a group, in the order of the colouring."""

    hidden_changed = Signal(object)  # frozenset of names
    stressed = Signal(object)  # the number of a group, None for none

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._colouring: Colouring | None = None
        self._entries: list[LegendEntry] = []
        self._box = QWidget()
        self._column = QVBoxLayout(self._box)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self._box)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight(4 * _ROW)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Genres on the map")

    @property
    def entries(self) -> list[LegendEntry]:
        """From the top down."""
        return list(self._entries)

    @property
    def hidden_names(self) -> frozenset[str]:
        """The groups that are not to be seen."""
        return frozenset(entry.name for entry in self._entries if not entry.isChecked())

    def show_colouring(self, colouring: Colouring) -> None:
        """Other groups; those that were hidden and are still there stay so."""
        hidden = self.hidden_names
        for entry in self._entries:
            entry.hide()
            entry.deleteLater()
        self._colouring = colouring
        self._entries = []
        for number, ink in enumerate(inks(colouring, self._palette)):
            entry = LegendEntry(colouring.names[number], colouring.counts[number], ink, self._palette)
            entry.setChecked(entry.name not in hidden)
            entry.toggled.connect(lambda _: self.hidden_changed.emit(self.hidden_names))
            entry.entered.connect(partial(self._on_entered, number))
            entry.alone_requested.connect(partial(self._show_alone, number))
            self._column.insertWidget(number, entry)
            self._entries.append(entry)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as its entries, where there is room."""
        return QSize(180, _ROW * max(4, len(self._entries)) + 2)

    def show_every_group(self) -> None:
        """Hide nothing."""
        self._check(lambda _: True)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        if self._colouring is not None:
            self.show_colouring(self._colouring)

    def _on_entered(self, number: int, came: bool) -> None:
        self.stressed.emit(number if came and self._entries[number].isChecked() else None)

    def _show_alone(self, number: int) -> None:
        """This group and no other; once more, and all are back."""
        alone = not any(entry.isChecked() for i, entry in enumerate(self._entries) if i != number)
        self._check(lambda i: alone or i == number)

    def _check(self, wanted: Callable[[int], bool]) -> None:
        for number, entry in enumerate(self._entries):
            entry.blockSignals(True)
            entry.setChecked(wanted(number))
            entry.blockSignals(False)
            entry.update()
        self.hidden_changed.emit(self.hidden_names)
