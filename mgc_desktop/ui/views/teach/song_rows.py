"""Songs in the Teach view: a table with what they are marked as, and how a head that never heard them judges them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mgc_desktop.heads.rows import LabelRow
from mgc_desktop.ui.fonts import BODY, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.tables import Index, paint_badge, paint_ground, paint_line, paint_words, set_up

ROW: Final = Qt.ItemDataRole.UserRole
GENRE, TITLE, ARTIST, BEFORE, JUDGED = range(5)
_TITLES: Final = ("This is", "Title", "Artist", "Heard before", "Unheard, called")
_WIDTHS: Final = {GENRE: 142, BEFORE: 122, JUDGED: 142}
_NARROW: Final = 460  # pixels; in less, the artist gives way, too
_NARROW_GENRE: Final = 124
_ROOM_FOR_ALL: Final = 680  # pixels; in less, what was heard before gives way to how it is judged now
_HEIGHT: Final = 38
_OWN_KEYS: Final = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace,
})  # fmt: skip


class TeachModel(QAbstractTableModel):
    """Rows of songs, changed all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[LabelRow, ...] = ()

    def show_rows(self, rows: Sequence[LabelRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One a song."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always five; the table hides the last where songs are found, not judged."""
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row for the painter, words for everybody else."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (row.genre, row.title, row.artist, row.before, row.rescored)[index.column()] or ""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The names of the columns, with a word on what they mean."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            tips = {BEFORE: "What the bundled genres say", JUDGED: "What a head says that never heard this artist"}
            return tips.get(section, _TITLES[section])
        return None


class TeachCells(QStyledItemDelegate):
    """Pills for genres, quiet words for the rest; a judgement that is wrong stands out."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are of one height."""
        return QSize(40, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        row: LabelRow = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, self.palette)
        paint_line(painter, option, self.palette)
        painter.setFont(font(BODY))
        inner = QRectF(option.rect).adjusted(8, 0, -4, 0)
        match index.column():
            case 0:
                if row.genre:
                    paint_badge(painter, inner, row.genre, self.palette)
            case 3:
                paint_words(painter, inner, row.before or "not heard yet", self.palette.muted)
            case 4:
                self._judged(painter, inner, row)
            case column:
                ink = self.palette.text if column == TITLE else self.palette.muted
                paint_words(painter, inner, row.title if column == TITLE else row.artist, ink)
        painter.restore()

    def _judged(self, painter: QPainter, inner: QRectF, row: LabelRow) -> None:
        if row.rescored is None:
            paint_words(painter, inner, "–", self.palette.muted)
            return
        sign, ink = ("✓", self.palette.muted) if row.right else ("✗", self.palette.danger)
        paint_words(painter, inner, f"{sign}  {row.rescored}", ink)


class TeachTable(QTableView):
    """Return asks what the selected songs are, a double click plays, Delete takes marks away."""

    genre_requested = Signal()
    remove_labels_requested = Signal()
    play_requested = Signal()
    menu_requested = Signal(object)  # QPoint

    def __init__(self, name: str, palette: Palette, *, rescored: bool) -> None:
        super().__init__()
        self.songs = TeachModel()
        self.cells = TeachCells(palette, self)
        self.setModel(self.songs)
        self.setItemDelegate(self.cells)
        set_up(self, name, row=_HEIGHT, head=34)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setColumnHidden(JUDGED, not rescored)
        header = self.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(self.songs, header))  # as in the library's own table
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(lambda _: self.play_requested.emit())

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.cells.palette = palette
        self.viewport().update()

    def show_rows(self, rows: Sequence[LabelRow]) -> None:
        """Show these; what was selected still is."""
        if tuple(rows) == self.songs.rows:
            return
        before = {_key(row) for row in self.chosen()}
        current = self.currentIndex().row()
        self.songs.show_rows(rows)
        selection = QItemSelection()
        for number, row in enumerate(self.songs.rows):
            if _key(row) in before:
                selection.select(self.songs.index(number, 0), self.songs.index(number, JUDGED))
        model = self.selectionModel()
        if 0 <= current < len(rows):
            model.setCurrentIndex(self.songs.index(current, TITLE), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def chosen(self) -> list[LabelRow]:
        """The selected songs, from the top down."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self.songs.rows[row] for row in rows if row < len(self.songs.rows)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Title and artist share what is left."""
        super().resizeEvent(event)
        narrow = self.viewport().width() < _NARROW
        self.setColumnHidden(ARTIST, narrow)
        self.setColumnHidden(BEFORE, self.viewport().width() < _ROOM_FOR_ALL and not self.isColumnHidden(JUDGED))
        most = _NARROW_GENRE if narrow else max(_WIDTHS.values())
        fixed = {column: min(width, most) for column, width in _WIDTHS.items() if not self.isColumnHidden(column)}
        left = max(100, self.viewport().width() - sum(fixed.values()))
        title = left if narrow else round(left * 0.6)
        for column in (GENRE, TITLE, ARTIST, BEFORE, JUDGED):
            share = title if column == TITLE else left - title
            self.setColumnWidth(column, fixed.get(column, share))

    def event(self, event: QEvent) -> bool:
        """Keep the table's keys, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            event.setAccepted(plain and event.key() in _OWN_KEYS)
            if event.isAccepted():
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return, Delete."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.genre_requested.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_labels_requested.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected songs."""
        if self.selectionModel().hasSelection():
            self.menu_requested.emit(event.globalPos())


def _key(row: LabelRow) -> object:
    return row.song if row.song is not None else row.checksum
