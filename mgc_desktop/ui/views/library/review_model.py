"""The rows of a review as Qt's table model: old, new, how sure, why; accepted or not, and editable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from mgc_desktop.library.review import ReviewRow, decision
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.ui.wording import joined, percent

ROW: Final = int(Qt.ItemDataRole.UserRole)
TICK, SONG, OLD, NEW, SURE, WHY = range(6)
TITLES: Final = ("", "Song", "In the file", "Will be", "Sure", "Why")

Index = QModelIndex | QPersistentModelIndex


def split(text: str) -> tuple[str, ...]:
    """Genres as a user types them: with commas or semicolons between."""
    return distinct(text.replace(";", ",").split(","))


class ReviewModel(QAbstractTableModel):
    """`decided` after each decision of the user; `touched` are the ids of the songs that were decided by hand."""

    decided = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ReviewRow] = []
        self.touched: set[int] = set()

    def show_rows(self, rows: Sequence[ReviewRow]) -> None:
        """Another plan; what was decided by hand in this review stays decided."""
        decisions = {row.song.id: decision(row) for row in self.rows if row.song.id in self.touched}
        self.beginResetModel()
        self.rows = [row.decided(*decisions[row.song.id]) if row.song.id in decisions else row for row in rows]
        self.endResetModel()
        self.decided.emit()

    def accept(self, rows: Iterable[int], *, accepted: bool) -> None:
        """To be written, or not."""
        decided = {}
        for row in rows:
            if accepted and not (self.rows[row].proposal or self.rows[row].change.new):
                continue  # nothing was heard that could be written
            decided[row] = self.rows[row].accepted() if accepted else self.rows[row].declined()
        self._put(decided)

    def edit(self, rows: Iterable[int], genres: Sequence[str]) -> None:
        """With genres chosen by hand."""
        self._put({row: self.rows[row].edited(genres) for row in rows})

    def _put(self, decided: Mapping[int, ReviewRow]) -> None:
        for row, changed in decided.items():
            self.rows[row] = changed
            self.touched.add(changed.song.id)
        if decided:  # told once, however many
            self.dataChanged.emit(self.index(min(decided), 0), self.index(max(decided), WHY))
        self.decided.emit()

    # Qt's questions

    def rowCount(self, parent: Index | None = None) -> int:
        """One a song."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """As many as titles."""
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The new genres can be edited, the box ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.column() == NEW:
            flags |= Qt.ItemFlag.ItemIsEditable
        elif index.column() == TICK:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What the delegate draws, edits, and a screen reader says."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        column = index.column()
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.CheckStateRole and column == TICK:
            return Qt.CheckState.Checked if row.change.writes else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(row.song.path) if column == SONG else row.change.reason if column == WHY else None
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Ticks, and genres as text."""
        if role == Qt.ItemDataRole.CheckStateRole:
            self.accept([index.row()], accepted=Qt.CheckState(value) is Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and index.column() == NEW and value != _text(self.rows[index.row()], NEW):
            self.edit([index.row()], split(str(value)))
            return True
        return False


def _text(row: ReviewRow, column: int) -> str:
    match column:
        case 1:
            return joined(row.song.name, row.song.artist)
        case 2:
            return ", ".join(row.change.old)
        case 3:
            return ", ".join(row.change.new)
        case 4:
            return "yours" if row.song.by_user else percent(row.change.confidence)
        case 5:
            return row.change.reason
        case _:
            return ""
