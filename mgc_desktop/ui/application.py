"""Qt's application object, which also hears what the system asks a running program to open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """`open_requested(path)`: macOS hands over files by an event, not on the command line."""

    open_requested = Signal(object)

    def event(self, event: QEvent) -> bool:
        """Take requests to open a file."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.open_requested.emit(Path(event.file()))
            return True
        return super().event(event)
