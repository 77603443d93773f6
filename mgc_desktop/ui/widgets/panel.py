"""The rounded panel of which the window is made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from mgc_desktop.ui.theme import INSET
from mgc_desktop.ui.widgets.labels import ElidedLabel, caption


class Panel(QFrame):
    """A ground with a hairline around it, a caption, and a column of contents in `body`."""

    def __init__(self, title: str, *, spacing: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.caption: QLabel = caption(title)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self.caption)
        self._space = QSpacerItem(0, 0, QSizePolicy.Policy.Expanding)
        self.head.addSpacerItem(self._space)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(INSET, INSET - 3, INSET, INSET)
        self.body.setSpacing(spacing)
        self.body.addLayout(self.head)

    def add_note(self, note: ElidedLabel) -> None:
        """Words at the right end of the head, which give way to all else there."""
        note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.head.removeItem(self._space)  # the note takes all of it
        self.head.addWidget(note, 1)
