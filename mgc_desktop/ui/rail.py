"""The rail at the left: the views there are, and the way to everything else."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.buttons import IconButton

WIDTH: Final = 56


class Rail(QFrame):
    """One button a view, in the order in which they are added; menu and settings at the foot."""

    view_chosen = Signal(int)

    def __init__(self, palette: Palette, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(WIDTH)
        self._palette = palette
        self._views = QButtonGroup(self)
        self._views.idClicked.connect(self.view_chosen)
        self.menu_button = IconButton("menu", "Menu", palette, keys="F10")
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        QShortcut(QKeySequence("F10"), self, self.menu_button.showMenu)
        self.settings = IconButton("settings", "Settings", palette, keys="Ctrl+,")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(9, 14, 9, 14)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self._column.addWidget(self.menu_button)
        self._column.addWidget(self.settings)

    @property
    def views(self) -> list[QAbstractButton]:
        """The buttons of the views, from the top down."""
        return self._views.buttons()

    def set_palette(self, palette: Palette) -> None:
        """For the buttons to come."""
        self._palette = palette

    def add_view(self, icon: str, name: str) -> int:
        """A button for one more view; its number, as `view_chosen` gives it."""
        number = len(self._views.buttons())
        button = IconButton(icon, name, self._palette, checkable=True)
        button.setChecked(number == 0)
        self._views.addButton(button, number)
        self._column.insertWidget(number, button)
        return number

    def choose(self, number: int) -> None:
        """Show which view is seen, without a signal."""
        self._views.button(number).setChecked(True)
