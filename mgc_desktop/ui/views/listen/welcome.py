"""What the window shows before the first song: one sentence, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mgc_desktop.ui import icons
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import muted

_SENTENCE = "Open a song, watch what it sounds like, and learn its genre. All of it happens on this computer."


class Welcome(QWidget):
    """The empty page."""

    open_requested = Signal()
    demo_requested = Signal()
    live_requested = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel("What does it sound like?")
        title.setFont(font(24, QFont.Weight.DemiBold))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence = muted(_SENTENCE, 14)
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence.setWordWrap(True)
        self.open = QPushButton("Open songs…")
        self.open.setProperty("kind", "primary")
        self.open.setFont(font(weight=QFont.Weight.DemiBold))
        self.open.setToolTip("Open songs  (Ctrl+O)")
        self.open.clicked.connect(self.open_requested)
        self.demo = QPushButton("Play the demo songs")
        self.demo.clicked.connect(self.demo_requested)
        self.live = QPushButton("Listen to what is playing")
        self.live.setToolTip("Name the genre of what the computer plays, or of a microphone  (L)")
        self.live.clicked.connect(self.live_requested)
        drop = muted("or drop files and folders anywhere")
        drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.open)
        buttons.addWidget(self.demo)
        buttons.addWidget(self.live)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(3)
        column.addWidget(self._sign)
        column.addSpacing(18)
        column.addWidget(title)
        column.addSpacing(4)
        column.addWidget(sentence)
        column.addSpacing(22)
        column.addLayout(buttons)
        column.addSpacing(12)
        column.addWidget(drop)
        column.addStretch(4)
        self.set_palette(palette)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._sign.setPixmap(icons.pixmap("mgc-desktop", "", 84, self.devicePixelRatioF()))
