"""The few kinds of text in the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mgc_desktop.ui.fonts import BODY, caption_font, font


def caption(text: str) -> QLabel:
    """Small capitals over a panel."""
    label = ElidedLabel(text.upper(), tone="muted")
    label.setAccessibleName(text)
    label.setFont(caption_font())
    return label


def muted(text: str = "", px: int = BODY, *, tabular: bool = False) -> QLabel:
    """Secondary text."""
    label = QLabel(text)
    label.setFont(font(px, tabular=tabular))
    label.setProperty("tone", "muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class ElidedLabel(QLabel):
    """One line that ends in … where it is too long; the tooltip begins with the whole text then."""

    def __init__(
        self,
        text: str = "",
        *,
        px: int = BODY,
        weight: QFont.Weight = QFont.Weight.Normal,
        tone: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setFont(font(px, weight))
        self.setProperty("tone", tone)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._ink: QColor | None = None
        self._tip = ""

    def set_ink(self, colour: str) -> None:
        """Draw in this colour instead of the style sheet's."""
        self._ink = QColor(colour)
        self.update()

    def sizeHint(self) -> QSize:
        """One line high, also without a text."""
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + 1)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any layout."""
        return QSize(24, self.fontMetrics().height() + 1)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._tell()

    def setToolTip(self, tip: str) -> None:
        """Something to be said besides."""
        self._tip = tip
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out whether the text still fits."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self._ink or self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self._elided())

    def _elided(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def _tell(self) -> None:
        whole = self.text() if self._elided() != self.text() else ""
        super().setToolTip("\n".join(part for part in (whole, self._tip) if part))
