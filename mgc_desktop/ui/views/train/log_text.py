"""Lines of text to read and to copy, in letters of one width."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

from mgc_desktop.ui.fonts import CAPTION
from mgc_desktop.ui.widgets.own_keys import ACROSS, UP_AND_DOWN, OwnKeys


class LogText(QPlainTextEdit):
    """Lines that are replaced as they change, such as the last ones that a training printed."""

    def __init__(self, name: str) -> None:
        """`name`: what it holds, for screen readers."""
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(name)
        OwnKeys(self, UP_AND_DOWN | ACROSS)
        self.setTabChangesFocus(True)
        face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        face.setPixelSize(CAPTION)
        self.setFont(face)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """Show these, at their end unless somebody has scrolled up to read."""
        text = "\n".join(lines)
        if text == self.toPlainText():
            return
        bar = self.verticalScrollBar()
        before, at_end = bar.value(), bar.value() >= bar.maximum() - 2
        self.setPlainText(text)
        bar.setValue(bar.maximum() if at_end else before)
