"""What all tables of songs and models have in common: quiet rows with a line between, pills, boxes to tick."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyleOptionViewItem, QTableView

from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette

Index = QModelIndex | QPersistentModelIndex

_BOX: Final = 16
_BADGE: Final = 22
_AT_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def set_up(table: QTableView, name: str, *, row: int, head: int) -> None:
    """Whole rows of `row` pixels under a head of `head` are chosen; no grid, no frame, and Tab leads out of it.

    `name` is what those hear who do not see the table.
    """
    table.setAccessibleName(name)
    table.setShowGrid(False)
    table.setFrameShape(QTableView.Shape.NoFrame)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows, header = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(row)
    header.setHighlightSections(False)
    header.setDefaultAlignment(_AT_LEFT)
    header.setFont(font(SMALL))
    header.setFixedHeight(head)


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, palette: Palette) -> None:
    """What lies under a cell: a selected row stands out."""
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, QColor(palette.hover))


def paint_line(painter: QPainter, option: QStyleOptionViewItem, palette: Palette) -> None:
    """The line under a cell."""
    painter.setPen(QPen(QColor(palette.line), 1))
    line = option.rect.bottom() + 0.5
    painter.drawLine(QPointF(option.rect.left(), line), QPointF(option.rect.right() + 1, line))


def paint_words(painter: QPainter, box: QRectF, words: str, ink: str) -> None:
    """One line in the painter's font, ending in … where it is too long."""
    painter.setPen(QColor(ink))
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(_AT_LEFT), shown)


def paint_badge(painter: QPainter, row: QRectF, genre: str, palette: Palette, *, quiet: bool = False) -> None:
    """A genre in a pill of its colour, at the left of `row`; quiet for a guess that is no verdict."""
    text = painter.fontMetrics().elidedText(genre, Qt.TextElideMode.ElideRight, int(row.width()) - 22)
    width = painter.fontMetrics().horizontalAdvance(text) + 22
    badge = QRectF(row.x(), row.center().y() - _BADGE / 2, width, _BADGE)
    ground = QColor(palette.genre(genre))
    ground.setAlpha(18 if quiet else 46)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(badge, _BADGE / 2, _BADGE / 2)
    painter.setPen(QColor(palette.muted if quiet else palette.genre_as_text(genre)))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def paint_box(painter: QPainter, middle: QPointF, palette: Palette, *, ticked: bool) -> None:
    """A box to tick."""
    box = QRectF(middle.x() - _BOX / 2, middle.y() - _BOX / 2, _BOX, _BOX)
    painter.setPen(QPen(QColor(palette.accent if ticked else palette.faint), 1.2))
    painter.setBrush(QColor(palette.accent) if ticked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 5, 5)
    if ticked:
        painter.setPen(QPen(QColor(palette.on_accent), 1.8, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        x, y = middle.x(), middle.y()
        painter.drawPolyline(QPolygonF([QPointF(x - 3.8, y + 0.2), QPointF(x - 1, y + 3), QPointF(x + 4, y - 3)]))
