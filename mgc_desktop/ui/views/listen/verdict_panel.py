"""The verdict on the whole song."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from mgc_desktop.ui import wording
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.wording import NO_VERDICT, Verdict

_WITHOUT_GENRE: Final = (wording.UNSURE, wording.NONE_OF_THESE)


class VerdictPanel(Panel):
    """The genre, large and in its colour, and how sure that is."""

    def __init__(
        self,
        palette: Palette,
        title: str = "Whole song",
        *,
        correctable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """`correctable`: whether the user may say what it is instead."""
        super().__init__(title, spacing=4, parent=parent)
        self._correctable = correctable
        self._palette = palette
        self._verdict = NO_VERDICT
        self.headline = ElidedLabel(px=30, weight=QFont.Weight.Bold)
        self.detail = ElidedLabel(tone="muted")
        self.correct = QPushButton("Not right?")
        self.correct.setProperty("kind", "quiet")
        self.correct.setFont(font(SMALL))
        self.correct.setStyleSheet("padding: 0 6px;")
        self.correct.setToolTip("Say what this song is, and let it be learned")
        self.correct.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.correct.setMenu(QMenu(self.correct))
        self.head.addWidget(self.correct)
        self.body.addWidget(self.headline)
        self.body.addWidget(self.detail)
        self.show_verdict(NO_VERDICT)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self._colour()

    def show_verdict(self, verdict: Verdict) -> None:
        """Show a verdict, however preliminary."""
        self._verdict = verdict
        self.headline.setText(verdict.headline)
        self.detail.setText(verdict.detail)
        named = verdict.genre is not None or verdict.headline in _WITHOUT_GENRE
        self.correct.setVisible(named and self._correctable)
        self._colour()

    def _colour(self) -> None:
        named = self._palette.genre_as_text(self._verdict.genre)
        quiet = self._verdict.genre is None and self._verdict.headline not in _WITHOUT_GENRE
        self.headline.set_ink(self._palette.muted if quiet else named)
