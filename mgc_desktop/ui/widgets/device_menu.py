"""The choice of the sound output."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


class DeviceMenu(QMenu):
    """The outputs there are at the moment it opens; `""` is the system's own choice."""

    device_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Sound output", parent)
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._on_triggered)

    def show_devices(self, devices: Sequence[tuple[str, str]], current: str) -> None:
        """`devices`: id and name of each; `current`: the id of the one in use."""
        for action in self._group.actions():
            self._group.removeAction(action)
        self.clear()
        for key, name in (("", "As the system"), *devices):
            action = self.addAction(name)
            action.setCheckable(True)
            action.setChecked(key == current)
            action.setData(key)
            self._group.addAction(action)
        if not devices:
            self.addAction("No sound output found").setEnabled(False)

    def _on_triggered(self, action: QAction) -> None:
        self.device_requested.emit(str(action.data()))
