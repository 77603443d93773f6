"""What is playing: cover, title, and what the file says of itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.chips import Chip
from mgc_desktop.ui.widgets.cover import Cover
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.wording import song_line
from mgc_desktop.workers.songs import SongTagsReader


class Header(QWidget):
    """Cover, title, one line below, and the file's own genre at the right."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cover = Cover(palette)
        self.title = ElidedLabel(px=20, weight=QFont.Weight.DemiBold)
        self.line = ElidedLabel(tone="muted")
        self.genre = Chip("", palette)
        self.genre.hide()
        names = QVBoxLayout()
        names.setSpacing(3)
        names.addStretch(1)
        names.addWidget(self.title)
        names.addWidget(self.line)
        names.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.cover)
        row.addLayout(names, 1)
        row.addWidget(self.genre, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_song(self, facts: SongTagsReader) -> None:
        """Show a song."""
        self.title.setText(facts.title)
        line = song_line(facts)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self.cover.show_cover(facts.cover, facts.album or facts.artist or facts.title)
        self.genre.setVisible(bool(facts.genres))
        shown = ", ".join(facts.genres)
        self.genre.setText(f"in the file: {shown[:40]}{'…' if len(shown) > 40 else ''}")
        self.genre.setToolTip(f"The genre written in the file: {shown}" if shown else "")
