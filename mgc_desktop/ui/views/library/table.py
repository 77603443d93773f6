"""The library's table: selection, keys, columns that fit the window, and a menu for what is selected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from mgc_desktop.library.query import Query, Sort
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.cells import ROW, SongCells
from mgc_desktop.ui.views.library.columns import COLUMNS, Column, by_sort, widths
from mgc_desktop.ui.views.library.model import SongModel
from mgc_desktop.ui.widgets.tables import set_up

_OWN_KEYS: Final = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space,
})  # fmt: skip
_BIG_FIRST: Final = (Sort.CONFIDENCE,)


class SongTable(QTableView):
    """Rows of songs. `sort_requested` brings a Sort and whether it falls."""

    play_requested = Signal(list)  # ids
    sort_requested = Signal(object, bool)
    menu_requested = Signal(QPoint)
    layout_changed = Signal()  # columns were hidden, shown or drawn to another width

    def __init__(self, model: SongModel, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._songs = model
        self.hidden: set[Column] = set()
        self.chosen_widths: dict[Column, int] = {}
        self.cells = SongCells(palette, self)
        self.setModel(model)
        self.setItemDelegate(self.cells)
        set_up(self, "Songs of the library", row=ROW, head=38)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._set_up_header()
        self.doubleClicked.connect(self._on_double_click)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        # A selection of its own, always empty: else, to draw a title, it asks every row whether all are selected.
        header.setSelectionModel(QItemSelectionModel(self._songs, header))
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(44)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._offer_columns)
        header.sectionClicked.connect(self._on_header)
        header.sectionResized.connect(self._on_drawn)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.cells.palette = palette
        self.viewport().update()

    # Columns

    def arrange(self, hidden: Collection[Column], chosen: Mapping[Column, int]) -> None:
        """Hide columns, and give others the widths that the user drew."""
        self.hidden, self.chosen_widths = set(hidden), dict(chosen)
        self._fit()

    def show_sort(self, query: Query) -> None:
        """The arrow in the header."""
        column = by_sort(query.sort)
        descending = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicatorShown(column is not None)
        self.horizontalHeader().setSortIndicator(column.position if column else -1, descending)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the columns the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        header.blockSignals(True)
        fitting = widths(self.viewport().width(), self.hidden, self.chosen_widths)
        for column in COLUMNS:
            header.setSectionHidden(column.position, column not in fitting)
            if column in fitting:
                header.resizeSection(column.position, fitting[column])
        header.blockSignals(False)
        self.updateGeometries()
        self.viewport().update()

    def _on_drawn(self, position: int, _: int, width: int) -> None:
        column = COLUMNS[position]
        if not column.value.keeps:
            self.chosen_widths[column] = width
            self.layout_changed.emit()
        self._fit()

    def _offer_columns(self, point: QPoint) -> None:
        menu = QMenu(self)
        for column in COLUMNS:
            if not column.value.keeps:
                action = menu.addAction(column.value.name)
                action.setCheckable(True)
                action.setChecked(column not in self.hidden)
                action.toggled.connect(lambda shown, column=column: self._show_column(column, shown=shown))
        menu.addSeparator()
        menu.addAction("Usual columns and widths", self._usual)
        menu.exec(self.horizontalHeader().mapToGlobal(point))
        menu.deleteLater()

    def _show_column(self, column: Column, *, shown: bool) -> None:
        (self.hidden.discard if shown else self.hidden.add)(column)
        self._fit()
        self.layout_changed.emit()

    def _usual(self) -> None:
        self.arrange((), {})
        self.layout_changed.emit()

    def _on_header(self, position: int) -> None:
        sort = COLUMNS[position].value.sort
        if sort is not None:
            now = self._songs.query
            self.sort_requested.emit(sort, not now.descending if now.sort is sort else sort in _BIG_FIRST)

    # What is selected

    def chosen(self) -> list[int]:
        """The ids of the selected songs, in the order of the table."""
        ranges = sorted((r.top(), r.bottom()) for r in self.selectionModel().selection().toList())
        return [song for top, bottom in ranges for song in self._songs.ids(range(top, bottom + 1))]

    def show_query(self, query: Query) -> None:
        """Show other songs; what stays is still selected, and stands where it stood if it was in sight."""
        chosen = self.chosen()
        current = self._songs.ids([self.currentIndex().row()]) if self.currentIndex().isValid() else []
        place = self.verticalScrollBar().value()
        same = query == self._songs.query
        self._songs.show_query(query)
        self.show_sort(query)
        self._select(chosen)
        row = self._songs.row_of(current[0]) if current else None
        if row is not None:
            self.selectionModel().setCurrentIndex(
                self._songs.index(row, Column.TITLE.position), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        if same:
            self.verticalScrollBar().setValue(place)
        elif row is not None:
            self.scrollTo(self._songs.index(row, Column.TITLE.position), QAbstractItemView.ScrollHint.PositionAtCenter)
        else:
            self.scrollToTop()

    def _select(self, songs: list[int]) -> None:
        if not songs or len(songs) > 2000:  # a selection of thousands is not worth the search for its rows
            return
        selection = QItemSelection()
        for song in songs:
            if (row := self._songs.row_of(song)) is not None:
                selection.select(self._songs.index(row, 0), self._songs.index(row, len(COLUMNS) - 1))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    # Keys and mouse

    def event(self, event: QEvent) -> bool:
        """Keep the table's keys, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            event.setAccepted(plain and event.key() in _OWN_KEYS)
            if event.isAccepted():
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return plays, the space bar ticks."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if chosen := self.chosen():
                self.play_requested.emit(chosen)
        elif event.key() == Qt.Key.Key_Space:
            self._tick_chosen()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a box ticks it and leaves the selection as it is."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self._ticks(index):
            self._toggle(index)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks on a box tick twice."""
        index = self.indexAt(event.position().toPoint())
        if self._ticks(index):
            self._toggle(index)
        else:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected songs."""
        if self.selectionModel().hasSelection():
            self.menu_requested.emit(event.globalPos())

    def _ticks(self, index: QModelIndex) -> bool:
        return (
            index.isValid()
            and COLUMNS[index.column()] is Column.TICK
            and index.data(Qt.ItemDataRole.CheckStateRole) is not None
        )

    def _toggle(self, index: QModelIndex) -> None:
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        wanted = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
        self._songs.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)

    def _tick_chosen(self) -> None:
        """All of the selection like the current row, the other way round."""
        current = self.currentIndex()
        song = self._songs.song(current.row()) if current.isValid() else None
        ticked = self._songs.is_ticked(song) if song is not None else None
        self._songs.tick(self.chosen(), accepted=not ticked)

    def _on_double_click(self, index: QModelIndex) -> None:
        if songs := self._songs.ids([index.row()]):
            self.play_requested.emit(songs)
