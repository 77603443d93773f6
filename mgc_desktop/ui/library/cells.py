"""How the cells of the library's table look: pills in the colour of the genre, thin bars, quiet words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mgc_desktop.library.song import Song, State
from mgc_desktop.ui.fonts import BODY, SMALL, font
from mgc_desktop.ui.library.columns import COLUMNS, Column
from mgc_desktop.ui.library.model import HEADING, SONG, Heading, text_of
from mgc_desktop.ui.library.words import songs
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.wording import percent

ROW: Final = 40
_INSET: Final = 8
_BAR: Final = 54
_BOX: Final = 16
_PILL: Final = 22
_LOUD: Final = (State.TO_WRITE, State.DIFFERS)
_QUIET: Final = (Column.ARTIST, Column.ALBUM, Column.LENGTH)

Index = QModelIndex | QPersistentModelIndex


def paint_pill(painter: QPainter, row: QRectF, genre: str, palette: Palette, *, quiet: bool = False) -> None:
    """A genre in a pill of its colour, at the left of `row`; quiet for a guess that is no verdict."""
    text = painter.fontMetrics().elidedText(genre, Qt.TextElideMode.ElideRight, int(row.width()) - 22)
    width = painter.fontMetrics().horizontalAdvance(text) + 22
    pill = QRectF(row.x(), row.center().y() - _PILL / 2, width, _PILL)
    ground = QColor(palette.genre(genre))
    ground.setAlpha(18 if quiet else 46)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(pill, _PILL / 2, _PILL / 2)
    painter.setPen(QColor(palette.muted if quiet else palette.genre_as_text(genre)))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


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


class SongCells(QStyledItemDelegate):
    """Draws every cell of a row."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette
        self._plain = font(BODY)
        self._figures = font(BODY, tabular=True)
        self._strong = font(BODY, QFont.Weight.DemiBold)
        self._small = font(SMALL)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are of one height."""
        return QSize(40, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        column = COLUMNS[index.column()]
        song = index.data(SONG)
        if song is not None:
            self._ground(painter, option)
            self._song(painter, QRectF(option.rect), song, column, index.data(Qt.ItemDataRole.CheckStateRole))
        elif column in (Column.TICK, Column.TITLE):
            self._heading(painter, option.rect, index.data(HEADING), column)
        painter.setPen(QPen(QColor(self.palette.line), 1))
        line = option.rect.bottom() + 0.5
        painter.drawLine(QPointF(option.rect.left(), line), QPointF(option.rect.right() + 1, line))
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(self.palette.hover))

    def _song(self, painter: QPainter, cell: QRectF, song: Song, column: Column, check: Qt.CheckState | None) -> None:
        inner = cell.adjusted(_INSET, 0, -4, 0)
        painter.setFont(self._plain)
        match column:
            case Column.TICK:
                if check is not None:
                    ticked = Qt.CheckState(check) is Qt.CheckState.Checked
                    paint_box(painter, cell.center(), self.palette, ticked=ticked)
            case Column.HEARD:
                if song.heard:
                    paint_pill(painter, inner, song.heard, self.palette, quiet=song.state is State.UNSURE)
            case Column.SURE:
                if song.confidence is not None:
                    self._bar(painter, inner, song.confidence, song.heard)
            case Column.GENRE:
                self._text(painter, inner, text_of(song, column) or "–", muted=not song.genres)
            case Column.STATE:
                self._state(painter, inner, song)
            case _:
                painter.setFont(self._figures if column is Column.LENGTH else self._plain)
                self._text(painter, inner, text_of(song, column), muted=column in _QUIET)

    def _state(self, painter: QPainter, inner: QRectF, song: Song) -> None:
        colours = self.palette
        ink = colours.danger if song.state is State.FAILED else colours.accent if song.state in _LOUD else colours.muted
        painter.setPen(QColor(ink))
        self._draw(painter, inner, text_of(song, Column.STATE))

    def _bar(self, painter: QPainter, inner: QRectF, share: float, genre: str | None) -> None:
        track = QRectF(inner.x(), inner.center().y() - 2, _BAR, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.palette.line))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(QColor(self.palette.genre(genre)))
        painter.drawRoundedRect(QRectF(track.x(), track.y(), max(4.0, _BAR * share), 4), 2, 2)
        painter.setFont(self._figures)
        self._text(painter, inner.adjusted(_BAR + 8, 0, 0, 0), percent(share), muted=True)

    def _heading(self, painter: QPainter, cell: QRect, heading: Heading | None, column: Column) -> None:
        if heading is None or column is not Column.TITLE:
            return
        inner = QRectF(cell).adjusted(_INSET, 10, -4, 0)
        painter.setFont(self._small)
        count = songs(heading.songs)
        room = painter.fontMetrics().horizontalAdvance(count) + 12
        painter.setPen(QColor(self.palette.muted))
        painter.setFont(self._strong)
        text = painter.fontMetrics().elidedText(
            heading.text, Qt.TextElideMode.ElideMiddle, max(40, int(inner.width()) - room)
        )
        painter.setPen(QColor(self.palette.text))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), text)
        offset = painter.fontMetrics().horizontalAdvance(text) + 10
        painter.setFont(self._small)
        self._text(painter, inner.adjusted(offset, 0, 0, 0), count, muted=True)

    def _text(self, painter: QPainter, inner: QRectF, text: str, *, muted: bool) -> None:
        painter.setPen(QColor(self.palette.muted if muted else self.palette.text))
        self._draw(painter, inner, text)

    def _draw(self, painter: QPainter, inner: QRectF, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
