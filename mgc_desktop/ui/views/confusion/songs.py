"""The songs of a cell: what they are called, both genres, how sure; to play, to find in the library, to review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mgc_desktop.library.song import Song
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import how_sure, number, songs
from mgc_desktop.ui.widgets.chart import RIGHT, write
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.wording import joined

MOST: Final = 500  # songs listed; all of them are in the library
_ROW: Final = 52
_SONG: Final = int(Qt.ItemDataRole.UserRole)

Index = QModelIndex | QPersistentModelIndex


class _Songs(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.songs: tuple[Song, ...] = ()

    def show(self, songs: Sequence[Song]) -> None:
        self.beginResetModel()
        self.songs = tuple(songs)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.songs)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        song = self.songs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return song.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return joined(song.name, song.artist, f"in the file {', '.join(song.genres)}", predicted_words(song))
            case Qt.ItemDataRole.ToolTipRole:
                return f"{song.path}"
            case _:
                return song if role == _SONG else None


def predicted_words(song: Song) -> str:
    """Classical 83 %."""
    return f"{song.predicted} {how_sure(song)}" if song.predicted and how_sure(song) else "not heard"


class _Rows(QStyledItemDelegate):
    """Two lines a song: title and how sure; artist, and both genres."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        song: Song = index.data(_SONG)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colours.hover))
            painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(self.colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 2, -1, -2), 6, 6)
        inner = row.adjusted(8, 7, -8, -7)
        self._line(painter, inner, song.name, how_sure(song), strong=True)
        inner.setTop(inner.top() + 20)
        self._line(painter, inner, song.artist or song.path.parent.name, f"{', '.join(song.genres)} → {song.predicted}")
        painter.restore()

    def _line(self, painter: QPainter, place: QRectF, left: str, right: str, *, strong: bool = False) -> None:
        line = QRectF(place.x(), place.y(), place.width(), 18)
        half = line.adjusted(line.width() * 0.34, 0, 0, 0)
        room = write(painter, half, right, self.colours.muted, font(SMALL, tabular=True), RIGHT) + 12
        face, ink = (
            (font(weight=QFont.Weight.Medium), self.colours.text) if strong else (font(SMALL), self.colours.muted)
        )
        write(painter, line.adjusted(0, 0, -room, 0), left, ink, face)


class SongList(QListView):
    """Return and a double click play."""

    chosen = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep the list's keys, before the window's shortcuts take them."""
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in keys:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return plays."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class CellSongs(Panel):
    """The panel at the side. What is done is done with the selected songs, or with all of the cell."""

    play_requested = Signal(list)  # Paths
    library_requested = Signal()
    review_requested = Signal(list)  # ids

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Songs", spacing=8, parent=parent)
        self.title = QLabel()
        self.title.setFont(font(14, QFont.Weight.DemiBold))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.line = muted("", SMALL)
        self.line.setWordWrap(True)
        self._ids: tuple[int, ...] = ()
        self._model = _Songs()
        self.list = SongList()
        self.list.setModel(self._model)
        self.list.setAccessibleName("Songs of the cell")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self._rows = _Rows(palette, self.list)
        self.list.setItemDelegate(self._rows)
        self.show_in_library = QPushButton("Show in library")
        self.review = QPushButton("Review…")
        self.review.setToolTip(
            "See old and new genre of the selected songs, or of all here; only then is anything written"
        )
        self.list.chosen.connect(self.play)
        self.list.doubleClicked.connect(lambda _: self.play())
        self.show_in_library.clicked.connect(self.library_requested)
        self.review.clicked.connect(lambda: self.review_requested.emit(self.selected_ids()))
        self._lay_out()
        self.show_songs("", (), ())

    @property
    def ids(self) -> tuple[int, ...]:
        """All songs of the cell."""
        return self._ids

    def show_songs(self, title: str, ids: Sequence[int], listed: Sequence[Song]) -> None:
        """The songs of a cell: all `ids`, of which the first are `listed`."""
        self._ids = tuple(ids)
        self._model.show(listed)
        self.title.setText(title or "No cell is chosen")
        more = f"The {number(MOST)} surest of {songs(len(ids))}" if len(ids) > len(listed) > 0 else songs(len(ids))
        help_ = "Choose a cell with the mouse, or with the arrows and Return."
        self.line.setText(f"{more}, the surest verdict first" if ids else ("No song here." if title else help_))
        for button in (self.show_in_library, self.review):
            button.setEnabled(bool(ids))

    def selected(self) -> list[Song]:
        """The selected songs, from the top down."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self._model.songs[row] for row in rows]

    def selected_ids(self) -> list[int]:
        """The selected songs; without a selection all of the cell."""
        return [song.id for song in self.selected()] or list(self._ids)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._rows.colours = palette
        self.list.viewport().update()

    def play(self) -> None:
        """Play the selected songs."""
        if chosen := self.selected():
            self.play_requested.emit([song.path for song in chosen])

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.show_in_library, 1)
        buttons.addWidget(self.review, 1)
        self.body.addWidget(self.title)
        self.body.addWidget(self.line)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(buttons)
