"""Files and folders that are dragged over a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.drop_overlay import DropOverlay


def dropped_paths(mime: QMimeData) -> list[Path]:
    """The files and folders in what is dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []


class DropTarget(QObject):
    """Lifts a veil with a word over the window while files are dragged over it, and says what was dropped."""

    dropped = Signal(list)  # Paths

    def __init__(self, window: QWidget, palette: Palette, word: Callable[[], str]) -> None:
        super().__init__(window)
        self._word = word
        self.overlay = DropOverlay(palette, window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See what is dragged; True when it was for us."""
        if isinstance(event, QDragEnterEvent) and dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.overlay.lift(self._word())
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.overlay.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.overlay.hide()
            event.acceptProposedAction()
            self.dropped.emit(dropped_paths(event.mimeData()))
            return True
        return False
