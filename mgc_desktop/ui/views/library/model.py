"""The songs of the library as Qt's table model: ids are held, rows are read when they are looked at."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from mgc_desktop.library.query import Filter, Group, Query
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.ticks import TickRules, is_ticked_by_default
from mgc_desktop.ui.views.library.columns import COLUMNS, Column
from mgc_desktop.ui.views.library.words import how_sure, spoken_state
from mgc_desktop.ui.wording import clock

SONG: Final = int(Qt.ItemDataRole.UserRole)  # a Song, None in the head of a group
HEADING: Final = SONG + 1  # a Heading, None for songs

_PAGE: Final = 128  # rows read at once
_PAGES: Final = 48  # pages kept: some screens up and down
_REVIEWED: Final = (State.TO_WRITE, State.DIFFERS)

Index = QModelIndex | QPersistentModelIndex
Work = Callable[[LibraryStore], None]


@dataclass(frozen=True, slots=True)
class Heading:
    """The row over a group of songs."""

    text: str
    detail: str
    songs: int


class SongModel(QAbstractTableModel):
    """What a query selects. Rows that are no longer looked at are forgotten, so that memory stays small."""

    ticked = Signal()

    def __init__(self, store: LibraryStore) -> None:
        super().__init__()
        self._store = store
        self.write: Callable[[Work], None] = lambda work: work(self._store)  # how the database is changed
        self.rules = TickRules()
        self._query = Query()
        self._rows: array[int] = array("q")
        self._heads: list[int] = []  # rows
        self._pages: OrderedDict[int, dict[int, Song]] = OrderedDict()
        self._choices: dict[int, bool | None] = {}

    @property
    def query(self) -> Query:
        """What is shown."""
        return self._query

    @property
    def songs(self) -> int:
        """How many songs are shown, without the heads of groups."""
        return len(self._rows) - len(self._heads)

    def use(self, store: LibraryStore) -> None:
        """Read from another database from now on."""
        self._store = store
        self.show_query(self._query)

    def show_query(self, query: Query) -> None:
        """Show other songs, or the same ones anew."""
        self.beginResetModel()
        self._query = query
        self._rows = self._store.ids(query)
        grouped = query.group is not Group.NONE
        self._heads = [row for row, song in enumerate(self._rows) if song < 0] if grouped else []
        self._forget()
        self.endResetModel()

    def refresh(self) -> None:
        """The same rows; what stands in them is read anew."""
        self._forget()
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def ids(self, rows: Iterable[int]) -> list[int]:
        """The ids of the songs in these rows; heads of groups have none."""
        return [self._rows[row] for row in rows if self._rows[row] > 0]

    def row_of(self, song: int) -> int | None:
        """Where a song stands."""
        try:
            return self._rows.index(song)
        except ValueError:
            return None

    def song(self, row: int) -> Song | None:
        """The song in a row; None for the head of a group, or a song that was removed meanwhile."""
        number = self._rows[row]
        return self._read(row).get(number) if number > 0 else None

    def heading(self, row: int) -> Heading | None:
        """The head of a group; None for songs."""
        number = self._rows[row]
        if number > 0:
            return None
        at = bisect_left(self._heads, row)
        end = self._heads[at + 1] if at + 1 < len(self._heads) else len(self._rows)
        first = self._read(row).get(-number)
        if first is None:
            return Heading("", "", end - row - 1)
        if self._query.group is Group.FOLDER:
            return Heading(first.path.parent.name or str(first.path.parent), str(first.path.parent), end - row - 1)
        return Heading(first.album or "No album", first.artist or "", end - row - 1)

    def is_ticked(self, song: Song) -> bool | None:
        """Whether a song would be taken into the review; None where there is nothing to review."""
        if song.state not in _REVIEWED:
            return None
        accepted = self._choices.get(song.id)
        return is_ticked_by_default(song, self.rules) if accepted is None else accepted

    def tick(self, songs: Iterable[int], *, accepted: bool) -> None:
        """Take songs into the review, or leave them out."""
        decidable = set(self._store.ids(Query(Filter.TO_REVIEW)))
        chosen = [song for song in songs if song in decidable]
        self.write(lambda store: store.choose(chosen, accepted=accepted))
        self.refresh()
        self.ticked.emit()

    # Qt's questions

    def rowCount(self, parent: Index | None = None) -> int:
        """Songs and heads."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """All columns, also hidden ones."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The titles."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        kind = COLUMNS[section].value
        if role == Qt.ItemDataRole.DisplayRole:
            return kind.title
        return kind.name if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads of groups cannot be selected."""
        if not index.isValid() or self._rows[index.row()] < 0:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if COLUMNS[index.column()] is Column.TICK:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What the delegate draws and a screen reader says."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == HEADING:
            return self.heading(index.row())
        song = self.song(index.row())
        if role == SONG or song is None:
            return song if role == SONG else None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole and column is Column.TICK:
            ticked = self.is_ticked(song)
            return None if ticked is None else Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(song, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return song.error if column is Column.STATE and song.error else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text_of(song, column) or f"{column.value.name}: nothing"
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Ticks."""
        song = self.song(index.row()) if index.isValid() else None
        if role != Qt.ItemDataRole.CheckStateRole or song is None or self.is_ticked(song) is None:
            return False
        self.tick([song.id], accepted=Qt.CheckState(value) is Qt.CheckState.Checked)
        return True

    # How rows are read

    def _forget(self) -> None:
        self._pages.clear()
        self._choices = {song: accepted for song, (accepted, _) in self._store.choices().items()}

    def _read(self, row: int) -> dict[int, Song]:
        number = row // _PAGE
        page = self._pages.get(number)
        if page is None:
            ids = {abs(song) for song in self._rows[number * _PAGE : (number + 1) * _PAGE]}
            page = {song.id: song for song in self._store.songs(list(ids))}
            self._pages[number] = page
            while len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page


def text_of(song: Song, column: Column) -> str:
    """What stands in a cell, as text."""
    match column:
        case Column.TITLE:
            return song.name
        case Column.ARTIST:
            return song.artist or ""
        case Column.ALBUM:
            return song.album or ""
        case Column.LENGTH:
            return clock(song.duration) if song.duration else ""
        case Column.GENRE:
            return ", ".join(song.genres)
        case Column.HEARD:
            return song.predicted or ""
        case Column.SURE:
            return how_sure(song)
        case Column.STATE:
            return spoken_state(song)
        case Column.TICK:
            return ""
