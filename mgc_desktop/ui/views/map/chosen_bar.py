"""What can be done with the chosen songs, over the foot of the map."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.flow_layout import FlowLayout

_ABOVE: Final = 14  # pixels from the foot of the map
_GAP: Final = 6
_MARGINS: Final = (14, 7, 8, 7)


class ChosenBar(QFrame):
    """A floating bar; it keeps to the middle of the foot of the widget that it lies `over`."""

    play_requested = Signal()
    enqueue_requested = Signal()
    review_requested = Signal()
    library_requested = Signal()
    playlist_requested = Signal()
    cleared = Signal()

    def __init__(self, palette: Palette, over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self._parent = parent
        self._palette = palette
        self.count = QLabel()
        self.count.setFont(font(SMALL, QFont.Weight.DemiBold, tabular=True))
        self.clear_button = IconButton("close", "Choose nothing", palette, keys="Esc", size=14)
        self.clear_button.clicked.connect(self.cleared)
        self.buttons = [
            self._button("Play", "Play the chosen songs", self.play_requested),
            self._button("Add to queue", "Add the chosen songs to the queue", self.enqueue_requested),
            self._button("Review", "Review and write their genres", self.review_requested),
            self._button("Show in library", "Show only these songs in the library", self.library_requested),
            self._button("Save as M3U…", "Save the chosen songs as a playlist", self.playlist_requested),
        ]
        self._row = FlowLayout(spacing=_GAP)  # in a small window the buttons need two rows
        for widget in (self.count, *self.buttons, self.clear_button):
            self._row.addWidget(widget)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(*_MARGINS)
        inside.addLayout(self._row)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName("Chosen songs")
        self.hide()
        over.installEventFilter(self)

    def show_count(self, count: int) -> None:
        """How many are chosen; without any the bar goes."""
        self.count.setText(songs(count))
        self.setVisible(count > 0)
        self._place()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where it belongs."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._palette.line), 1))
        painter.setBrush(QColor(self._palette.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)

    def _button(self, word: str, tip: str, signal: object) -> QPushButton:
        button = QPushButton(word)
        button.setFont(font(SMALL))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(signal)
        return button

    def _place(self) -> None:
        if not self.isHidden():
            page = self._over.rect()
            hints = [widget.sizeHint() for widget in (self.count, *self.buttons, self.clear_button)]
            tall = max(hint.height() for hint in hints)
            for widget in (self.count, self.clear_button):  # in the middle of their row
                widget.setFixedHeight(tall)
            left, top, right, bottom = _MARGINS
            room = min(page.width() - 8 - left - right, sum(hint.width() + _GAP for hint in hints) - _GAP)
            self.resize(room + left + right, self._row.heightForWidth(room) + top + bottom)
            corner = QPoint((page.width() - self.width()) // 2, page.height() - self.height() - _ABOVE)
            self.move(self._over.mapTo(self._parent, corner))
            self.raise_()
