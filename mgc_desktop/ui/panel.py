"""The rounded panel of which the window is made."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mgc_desktop.ui.labels import caption
from mgc_desktop.ui.theme import INSET


class Panel(QFrame):
    """A ground with a hairline around it, a caption, and a column of contents in `body`."""

    def __init__(self, title: str, *, spacing: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.caption: QLabel = caption(title)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self.caption)
        self.head.addStretch(1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(INSET, INSET - 3, INSET, INSET)
        self.body.setSpacing(spacing)
        self.body.addLayout(self.head)
