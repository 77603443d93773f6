"""What the player tells on its own thread, brought to the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from mgc_desktop.playback.events import PlayerEvent


class PlayerEvents(QObject):
    """`post` goes to the player as its listener; `received` comes on the GUI thread, in the same order."""

    received = Signal(object)  # PlayerEvent
    _updated = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._updated.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    def post(self, event: PlayerEvent) -> None:
        """Called on any thread."""
        self._updated.emit(event)

    @Slot(object)
    def _receive(self, event: PlayerEvent) -> None:
        self.received.emit(event)
