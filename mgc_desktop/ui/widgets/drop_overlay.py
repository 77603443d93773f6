"""What lies over the window while files are dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import GAP, RADIUS, Palette


class DropOverlay(QWidget):
    """A frame in the accent colour and a word on what will happen."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self._palette = palette
        self._word = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.installEventFilter(self)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def lift(self, word: str = "Drop to play") -> None:
        """Show it over everything, saying what will happen."""
        self._word = word
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the whole parent."""
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Veil, frame, word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._palette.window)
        ground.setAlpha(225)
        painter.fillRect(self.rect(), ground)
        frame = QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP)
        fill = QColor(self._palette.accent)
        fill.setAlpha(24)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(self._palette.accent), 2))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setPen(QColor(self._palette.text))
        painter.setFont(font(20, QFont.Weight.DemiBold))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self._word)
