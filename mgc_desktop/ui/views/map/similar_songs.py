"""More like this: a song's nearest neighbours in a list beside the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mgc_desktop.ui.fonts import CAPTION, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.widgets.panel import Panel

_ROW: Final = 42
_SONG: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class SimilarSongRow:
    """`song`: its row on the map. `distance`: 0 the same, 1 nothing in common."""

    song: int
    title: str
    artist: str
    colour: str
    distance: float


class SimilarSongsPanel(Panel):
    """Songs are told by their rows on the map."""

    play_requested = Signal(int)
    current_changed = Signal(int)
    play_all_requested = Signal()
    enqueue_requested = Signal()
    choose_requested = Signal()
    close_requested = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("More like this", spacing=8, parent=parent)
        self.setMinimumHeight(230)
        self.source = ElidedLabel(weight=QFont.Weight.DemiBold)
        self.close_button = IconButton("close", "Close the list", palette, size=14)
        self.close_button.clicked.connect(self.close_requested)
        self.head.addWidget(self.close_button)
        self.songs = _SongList()
        self.songs.setItemDelegate(_Rows(palette, self.songs))
        self.songs.setAccessibleName("Songs that are most like it")
        self.songs.itemActivated.connect(lambda item: self.play_requested.emit(item.data(_SONG).song))
        self.songs.currentItemChanged.connect(self._on_current)
        self.play_all = IconButton("play", "Play the song and all that are like it", palette, size=16)
        self.enqueue = IconButton("queue", "Add the song and all that are like it to the queue", palette, size=16)
        self.choose = IconButton("lasso", "Choose the song and all that are like it", palette, size=16)
        self.play_all.clicked.connect(self.play_all_requested)
        self.enqueue.clicked.connect(self.enqueue_requested)
        self.choose.clicked.connect(self.choose_requested)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.source, 1)
        for button in (self.play_all, self.enqueue, self.choose):
            line.addWidget(button)
        self.body.addLayout(line)
        self.body.addWidget(self.songs, 1)

    def show_similar(self, title: str, rows: Sequence[SimilarSongRow]) -> None:
        """The song, and those that are like it, the most alike first."""
        self.source.setText(title)
        self.songs.blockSignals(True)
        self.songs.clear()
        for row in rows:
            item = QListWidgetItem(f"{row.title}, {row.artist}, distance {row.distance:.2f}")
            item.setData(_SONG, row)
            self.songs.addItem(item)
        self.songs.blockSignals(False)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.songs.setItemDelegate(_Rows(palette, self.songs))

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.current_changed.emit(item.data(_SONG).song)


class _SongList(QListWidget):
    """Return plays; the arrows stay in the list."""

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(90)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What Qt calls activating differs from system to system; here it is Return."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.itemActivated.emit(item)
        else:
            super().keyPressEvent(event)


class _Rows(QStyledItemDelegate):
    """Dot, title over artist, distance."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self._palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines."""
        return QSize(100, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A row."""
        row: SimilarSongRow = index.data(_SONG)
        colours, box = self._palette, QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(box, 6, 6)
        painter.setBrush(QColor(row.colour))
        painter.drawEllipse(QRectF(box.left() + 8, box.top() + (11 if row.artist else (_ROW - 8) / 2), 8, 8))
        words = box.adjusted(24, 5, -46, -5)
        title, artist = font(SMALL, QFont.Weight.Medium), font(CAPTION)
        above = Qt.AlignmentFlag.AlignTop if row.artist else Qt.AlignmentFlag.AlignVCenter
        for face, ink, text, align in (
            (title, colours.text, row.title, above),
            (artist, colours.muted, row.artist, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(face)
            painter.setPen(QColor(ink))
            fitting = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, int(words.width()))
            painter.drawText(words, int(align | Qt.AlignmentFlag.AlignLeft), fitting)
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QPen(QColor(colours.muted)))
        right = box.adjusted(0, 0, -8, 0)
        painter.drawText(right, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{row.distance:.2f}")
        painter.restore()
