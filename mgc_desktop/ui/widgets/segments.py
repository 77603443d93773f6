"""A choice between two or three words, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette


class Segments(QWidget):
    """Exactly one is chosen. Each choice: its key, what it says, its tooltip."""

    chosen = Signal(str)

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str, str]], palette: Palette, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._palette = palette
        self._buttons: dict[str, QToolButton] = {}
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # as high as its words, everywhere
        group = QButtonGroup(self)
        group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for key, word, tip in choices:
            button = QToolButton()
            button.setText(word)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {word}")
            button.setFont(font(SMALL))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("kind", "segment")
            button.setProperty("key", key)
            group.addButton(button)
            row.addWidget(button)
            self._buttons[key] = button
        group.buttonClicked.connect(self._on_clicked)

    def button(self, key: str) -> QToolButton:
        """The button of a choice."""
        return self._buttons[key]

    def choose(self, key: str) -> None:
        """Show a choice, without a signal."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def add_to(self, menu: QMenu) -> None:
        """The same choice in a menu."""
        group = QActionGroup(menu)
        for button in self._buttons.values():
            action = menu.addAction(button.text(), button.click)
            action.setCheckable(True)
            action.setChecked(button.isChecked())
            group.addAction(action)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The trough in which the words lie."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.raised))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)

    def _on_clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(str(button.property("key")))
