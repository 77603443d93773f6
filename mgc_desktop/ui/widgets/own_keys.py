"""Keys that a widget wants for itself, although the window has a shortcut on them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

UP_AND_DOWN: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
ACROSS: Final = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End})
ALONG: Final = UP_AND_DOWN | {Qt.Key.Key_Home, Qt.Key.Key_End}


class OwnKeys(QObject):
    """Keeps `keys`, pressed without Ctrl or Alt, from the window's shortcuts while `widget` has the focus."""

    def __init__(self, widget: QWidget, keys: Collection[Qt.Key]) -> None:
        super().__init__(widget)
        self._keys = keys
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt asks before it takes a key for a shortcut."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in self._keys:
            event.accept()
            return True
        return False
