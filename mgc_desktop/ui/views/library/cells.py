"""How the cells of the library's table look: pills in the colour of the genre, thin bars, quiet words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mgc_desktop.library.song import Song, State
from mgc_desktop.ui.fonts import BODY, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.columns import COLUMNS, Column
from mgc_desktop.ui.views.library.model import HEADING, SONG, Heading, text_of
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.widgets.tables import Index, paint_badge, paint_box, paint_ground, paint_line, paint_words
from mgc_desktop.ui.wording import percent

ROW: Final = 40
_INSET: Final = 8
_BAR: Final = 54
_LOUD: Final = (State.TO_WRITE, State.DIFFERS)
_OPEN: Final = (State.UNSURE, State.NONE, State.STALE)  # the genre that is shown is no verdict of the present model
_QUIET: Final = (Column.ARTIST, Column.ALBUM, Column.LENGTH)


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
            paint_ground(painter, option, self.palette)
            self._song(painter, QRectF(option.rect), song, column, index.data(Qt.ItemDataRole.CheckStateRole))
        elif column in (Column.TICK, Column.TITLE):
            self._heading(painter, option.rect, index.data(HEADING), column)
        paint_line(painter, option, self.palette)
        painter.restore()

    def _song(self, painter: QPainter, cell: QRectF, song: Song, column: Column, check: Qt.CheckState | None) -> None:
        inner = cell.adjusted(_INSET, 0, -4, 0)
        painter.setFont(self._plain)
        match column:
            case Column.TICK:
                if check is not None:
                    ticked = Qt.CheckState(check) is Qt.CheckState.Checked
                    paint_box(painter, cell.center(), self.palette, ticked=ticked)
            case Column.HEARD:
                if song.predicted:
                    paint_badge(painter, inner, song.predicted, self.palette, quiet=song.state in _OPEN)
            case Column.SURE:
                if song.by_user:
                    self._text(painter, inner, text_of(song, column), muted=False)
                elif song.confidence is not None:
                    self._bar(painter, inner, song.confidence, song.predicted)
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
        paint_words(painter, inner, text_of(song, Column.STATE), ink)

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
        paint_words(painter, inner, text, self.palette.muted if muted else self.palette.text)
