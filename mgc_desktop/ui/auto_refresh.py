"""Keeps what a view shows of the library up to date, as long as somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QTimer

from mgc_desktop.library.store import LibraryStore
from mgc_desktop.workers.library_service import LibraryService

T = TypeVar("T")
_APART_MS: Final = 2000  # while songs are listened to, the library changes every second


class AutoRefresh(Generic[T]):
    """`read` runs in the database's thread, `show` with what it gave on the window's."""

    def __init__(
        self, library_service: LibraryService, read: Callable[[LibraryStore], T], show: Callable[[T], None]
    ) -> None:
        self._library_service = library_service
        self._read = read
        self._show = show
        self._looked_at = False
        self._timer = QTimer(library_service)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_APART_MS)
        self._timer.timeout.connect(self.renew)
        library_service.changed.connect(self._on_changed)

    def shown(self) -> None:
        """Somebody looks."""
        self._looked_at = True
        self.renew()

    def hidden(self) -> None:
        """Nobody looks: nothing is read."""
        self._looked_at = False
        self._timer.stop()

    def renew(self) -> None:
        """Read now."""
        self._library_service.run_query(self._read, self._show)

    def close(self) -> None:
        """Read nothing more."""
        self.hidden()

    def _on_changed(self) -> None:
        if self._looked_at and not self._timer.isActive():
            self._timer.start()
