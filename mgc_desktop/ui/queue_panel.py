"""The whole queue: play, reorder, remove."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui import icons
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.queue_model import CURRENT, GENRE, ITEM, QueueModel, title_of
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.wording import clock

WIDTH: Final = 300
_ROW: Final = 46
_CROSS: Final = 26
_OWN_KEYS: Final = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete, Qt.Key.Key_Return,
})  # fmt: skip


class QueueDelegate(QStyledItemDelegate):
    """Dot, title over artist, length; a cross under the mouse."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines."""
        return QSize(120, _ROW)

    def cross(self, row: QRect) -> QRect:
        """Where the cross of a row is."""
        return QRect(row.right() - _CROSS - 3, row.center().y() - _CROSS // 2, _CROSS, _CROSS)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One row."""
        item = index.data(ITEM)
        index.data(Qt.ItemDataRole.DisplayRole)  # looking at a row is what makes its facts wanted
        assert isinstance(item, QueueItem)
        colours, row = self.palette, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if hovered or chosen:
            painter.setBrush(QColor(colours.hover if chosen else colours.raised))
            painter.drawRoundedRect(QRectF(row).adjusted(0, 1, 0, -1), 8, 8)
        self._paint_sign(painter, row, index.data(GENRE), current=bool(index.data(CURRENT)))
        length = clock(item.duration) if item.duration else ""
        if hovered:
            picture = icons.pixmap("close", colours.muted, 14, option.widget.devicePixelRatioF())
            middle = self.cross(row).center()
            painter.drawPixmap(middle.x() - 6, middle.y() - 6, picture)
            length = ""
        self._paint_words(painter, row, item, length, current=bool(index.data(CURRENT)))
        painter.restore()

    def _paint_sign(self, painter: QPainter, row: QRect, genre: str | None, *, current: bool) -> None:
        middle = row.center().y()
        if current:
            painter.setPen(QPen(QColor(self.palette.accent), 2, c=Qt.PenCapStyle.RoundCap))
            for x, half in ((0, 3), (4, 6), (8, 4)):
                painter.drawLine(row.left() + 11 + x, middle - half, row.left() + 11 + x, middle + half)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.palette.genre(genre) if genre else self.palette.line))
        painter.drawEllipse(QRectF(row.left() + 11, middle - 3, 8, 8))

    def _paint_words(self, painter: QPainter, row: QRect, item: QueueItem, length: str, *, current: bool) -> None:
        room = row.adjusted(30, 5, -_CROSS - 22, -5)
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setPen(QColor(self.palette.muted))
        painter.setFont(font(SMALL, tabular=True))
        painter.drawText(row.adjusted(0, 0, -10, 0), int(end), length)
        weight = QFont.Weight.DemiBold if current else QFont.Weight.Normal
        words = (
            (title_of(item), self.palette.text, font(weight=weight)),
            (item.artist, self.palette.muted, font(SMALL)),
        )
        lines = [line for line in words if line[0]]
        height = room.height() // max(1, len(lines))
        for number, (text, colour, face) in enumerate(lines):
            painter.setFont(face)
            painter.setPen(QColor(colour))
            box = QRect(room.left(), room.top() + number * height, room.width(), height)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


class QueueList(QListView):
    """The rows, with the keys and clicks that act on them."""

    play_requested = Signal(int)
    remove_requested = Signal(list)

    def __init__(self, model: QueueModel, palette: Palette) -> None:
        super().__init__()
        self._rows = model
        self.delegate = QueueDelegate(palette, self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName("Queue")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._on_double_click)

    def chosen_rows(self) -> list[int]:
        """The selected rows, rising."""
        return sorted(index.row() for index in self.selectedIndexes())

    def event(self, event: QEvent) -> bool:
        """Keep the list's keys, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            event.setAccepted(plain and event.key() in _OWN_KEYS)
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return plays, Delete removes, Alt with an arrow moves a song."""
        rows = self.chosen_rows()
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and step and len(rows) == 1:
            self._move(rows[0], rows[0] + step)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and rows:
            self.play_requested.emit(rows[0])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and rows:
            self.remove_requested.emit(rows)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The cross removes; all else is Qt's."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and self._on_cross(index, event):
            self.remove_requested.emit([index.row()])
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same actions for those who look for them with the right button."""
        rows = self.chosen_rows()
        if not rows:
            return
        menu = QMenu(self)
        menu.addAction("Play", lambda: self.play_requested.emit(rows[0]))
        menu.addAction("Remove", lambda: self.remove_requested.emit(rows))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _move(self, source: int, target: int) -> None:
        if 0 <= target < self._rows.rowCount():
            self._rows.move_requested.emit(source, target)
            self.setCurrentIndex(self._rows.index(target))

    def _on_cross(self, index: QModelIndex, event: QMouseEvent) -> bool:
        point: QPoint = event.position().toPoint()
        return self.delegate.cross(self.visualRect(index)).contains(point)

    def _on_double_click(self, index: QModelIndex) -> None:
        self.play_requested.emit(index.row())


class QueuePanel(Panel):
    """The list, how much it holds, and a button that empties it."""

    play_requested = Signal(int)
    remove_requested = Signal(list)
    clear_requested = Signal()
    close_requested = Signal()

    def __init__(self, model: QueueModel, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Queue", parent=parent)
        self.setMinimumWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._model = model
        self.count = muted(px=SMALL)
        self.clear = IconButton("clear", "Clear the queue", palette, size=18)
        self.close_button = IconButton("close", "Close the queue", palette, keys="Q", size=18)
        self.list = QueueList(model, palette)
        self.head.addWidget(self.count)
        self.head.addWidget(self.clear)
        self.head.addWidget(self.close_button)
        self.body.setContentsMargins(8, 10, 8, 8)
        self.head.setContentsMargins(8, 0, 0, 0)
        self.head.setSpacing(2)
        self.body.addWidget(self.list, 1)
        self.list.play_requested.connect(self.play_requested)
        self.list.remove_requested.connect(self.remove_requested)
        self.clear.clicked.connect(self.clear_requested)
        self.close_button.clicked.connect(self.close_requested)
        model.modelReset.connect(self._tell)
        self._tell()

    def sizeHint(self) -> QSize:
        """As wide as it must be."""
        return QSize(WIDTH, super().sizeHint().height())

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.list.delegate.palette = palette
        self.list.viewport().update()

    def show_row(self, row: int | None) -> None:
        """Scroll to a row."""
        if row is not None:
            self.list.scrollTo(self._model.index(row))

    def _tell(self) -> None:
        number = self._model.rowCount()
        self.count.setText(f"{number} song{'' if number == 1 else 's'}" if number else "")
        self.clear.setEnabled(number > 0)
