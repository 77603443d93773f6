"""The queue as Qt's list model: it mirrors, and says what the user wants to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.wording import joined

GENRE: Final = int(Qt.ItemDataRole.UserRole)
CURRENT: Final = GENRE + 1
ITEM: Final = GENRE + 2
_ROWS_MIME: Final = "application/x-mgc-queue-row"

Index = QModelIndex | QPersistentModelIndex


def title_of(item: QueueItem) -> str:
    """The title, or the file's name."""
    return item.title or item.path.stem


class QueueModel(QAbstractListModel):
    """Rows of `QueueItem`."""

    move_requested = Signal(int, int)  # from, to (counted without the moved one)
    insert_requested = Signal(list, int)  # paths, before which row
    facts_wanted = Signal(object)  # the Path of a row that is looked at and not known yet

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[QueueItem, ...] = ()
        self._current: int | None = None
        self._genres: Mapping[Path, str] = {}

    def show_queue(
        self, items: Sequence[QueueItem], current: int | None, genres: Mapping[Path, str] | None = None
    ) -> None:
        """Mirror the queue; `genres` as far as they are known."""
        items = tuple(items)
        same_songs = [item.path for item in items] == [item.path for item in self._items]
        if not same_songs:
            self.beginResetModel()
        self._items, self._current, self._genres = items, current, dict(genres or {})
        if not same_songs:
            self.endResetModel()
        elif items:
            self.dataChanged.emit(self.index(0), self.index(len(items) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """How many songs."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What the delegate draws and a screen reader says."""
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if not item.title:
                self.facts_wanted.emit(item.path)
            return title_of(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            playing = "current" if index.row() == self._current else None
            return ", ".join(
                part for part in (title_of(item), item.artist, self._genres.get(item.path), playing) if part
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return joined(title_of(item), item.artist, self._genres.get(item.path)) + f"\n{item.path}"
        return {ITEM: item, GENRE: self._genres.get(item.path), CURRENT: index.row() == self._current}.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged; drops go between them."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, files are copied."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Own rows, and files from elsewhere."""
        return [_ROWS_MIME, "text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The row that is dragged."""
        mime = QMimeData()
        mime.setData(_ROWS_MIME, str(indexes[0].row()).encode())
        return mime

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for the change; False, so that Qt takes no row out by itself."""
        if row < 0:
            row = parent.row() if parent.isValid() else len(self._items)
        if data.hasFormat(_ROWS_MIME):
            source = int(bytes(data.data(_ROWS_MIME).data()).decode())
            target = row - (source < row)
            if target != source:
                self.move_requested.emit(source, target)
        elif data.hasUrls():
            paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
            if paths:
                self.insert_requested.emit(paths, row)
        return False
