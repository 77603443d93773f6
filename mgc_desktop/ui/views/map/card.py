"""What is to be known of the song under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel

_WIDTH: Final = 280
_AWAY: Final = 16  # pixels from the pointer


@dataclass(frozen=True, slots=True)
class Facts:
    """A song in words: `heard` with `colour` is what the model says, `file` what its tags say."""

    title: str
    artist: str
    predicted: str
    colour: str
    file: str

    @property
    def spoken(self) -> str:
        """As one sentence."""
        return ", ".join(part for part in (self.title, self.artist, self.predicted, self.file) if part)


class HoverCard(QFrame):
    """A small card beside the pointer, through which the mouse goes."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._palette = palette
        self._title = ElidedLabel(weight=QFont.Weight.DemiBold)
        self._artist = ElidedLabel(px=SMALL, tone="muted")
        self._heard = ElidedLabel(px=SMALL)
        self._file = ElidedLabel(px=SMALL, tone="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 9)
        column.setSpacing(2)
        for label in self._lines():
            column.addWidget(label)
        self._heard.setContentsMargins(14, 0, 0, 0)
        self._dot = palette.muted
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMaximumWidth(_WIDTH)
        self.hide()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def show_facts(self, facts: Facts, at: QPoint) -> None:
        """Show a song beside a point of the parent, where there is room."""
        texts = (facts.title, facts.artist, facts.predicted, facts.file)
        for label, text in zip(self._lines(), texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self._dot = facts.colour
        widest = max(
            label.fontMetrics().horizontalAdvance(text) for label, text in zip(self._lines(), texts, strict=True)
        )
        self.resize(min(_WIDTH, widest + 24 + 18), self.sizeHint().height())
        page = self._parent.rect()
        x, y = at.x() + _AWAY, at.y() + _AWAY
        if x + self.width() > page.width() - 4:
            x = at.x() - _AWAY - self.width()
        if y + self.height() > page.height() - 4:
            y = at.y() - _AWAY - self.height()
        self.move(max(4, x), max(4, y))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, and the dot before the genre."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._palette.line), 1))
        painter.setBrush(QColor(self._palette.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 9, 9)
        if self._heard.isVisible():
            place = self._heard.geometry()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._dot))
            painter.drawEllipse(QRectF(place.left(), place.center().y() - 3.5, 8, 8))

    def _lines(self) -> tuple[QLabel, ...]:
        return (self._title, self._artist, self._heard, self._file)
