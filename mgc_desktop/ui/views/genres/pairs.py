"""Songs per genre: what files say and what was heard, one bar under the other."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.distribution import Distribution, GenreSongs, Side
from mgc_desktop.ui.fonts import CAPTION, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.genres.words import bar_reading, share_word
from mgc_desktop.ui.views.library.words import number
from mgc_desktop.ui.widgets.chart import RIGHT, Chart, Place, dot, write

SIDES: Final = (Side.TAGGED, Side.PREDICTED)  # the columns of a row
_ROW: Final = 40.0
_LEAST_ROW: Final = 33.0
_OTHER: Final = 26.0  # a name in files alone has one bar
_BAR: Final = 10.0
_NAMES: Final = 132.0
_NUMBER: Final = 52.0
_WORDS: Final = 104.0
_HEAD: Final = 26.0  # over the names that are no known genre


class PairBars(Chart):
    """A row a genre; its columns are the file's bar and the heard one."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Songs by genre", palette, parent)
        self._found: Distribution | None = None
        self._genres: tuple[GenreSongs, ...] = ()
        self._known = 0
        self._row = _ROW
        self._most = 1
        self.setMinimumSize(260, 160)

    def set_distribution(self, found: Distribution) -> None:
        """Show other numbers."""
        self._found, self._genres = found, found.genres
        self._known = sum(genre.known for genre in found.genres)
        self._most = max((len(g.songs(side)) for g in found.genres for side in SIDES), default=0) or 1
        self.refreshed()

    def genre(self, place: Place) -> GenreSongs:
        """Whose row it is."""
        return self._genres[place[0]]

    def sizeHint(self) -> QSize:
        """Room for ten genres."""
        return QSize(560, 440)

    def shape(self) -> Place:
        """Genres and sides."""
        return len(self._genres), len(SIDES)

    def side(self, place: Place) -> Side:
        """Which genre is meant; a name in files alone has one side."""
        return SIDES[place[1]] if self._genres[place[0]].known else Side.TAGGED

    def arrange(self) -> None:
        """Ten genres closer to each other where there is little room."""
        room = self.viewport().height() / max(1, self._known)
        self._row = min(_ROW, max(_LEAST_ROW, room))

    def _row_top(self, row: int) -> float:
        known = self._known
        if row < known:
            return row * self._row
        return known * self._row + _HEAD + (row - known) * _OTHER

    def content_height(self) -> float:
        """All rows."""
        return self._row_top(len(self._genres)) + 4

    def box(self, place: Place) -> QRectF:
        """The lane of a bar, its number beside it."""
        row, column = place
        left, top = self._name_width() - 4, self._row_top(row)
        width = self.viewport().width() - left - self._word_width() - 2
        if not self._genres[row].known:
            return QRectF(left, top + 3, width, 20)
        lane = (self._row - 6) / 2
        return QRectF(left, top + 3 + column * lane, width, lane)

    def _name_width(self) -> float:
        return min(_NAMES, self.viewport().width() * 0.42)

    def _word_width(self) -> float:
        return _WORDS if self.viewport().width() > 460 else 0.0

    def reading(self, place: Place) -> str:
        """The bar in words."""
        if self._found is None:
            return ""
        return bar_reading(self._found, self._genres[place[0]], self.side(place))

    def draw(self, painter: QPainter, scrolled: float) -> None:
        """The rows in sight."""
        painter.translate(0, -scrolled)
        known = self._known
        for row, genre in enumerate(self._genres):
            top = self._row_top(row)
            if top + self._row < scrolled or top > scrolled + self.viewport().height():
                continue
            if row == known:
                head = QRectF(0, top - 22, self.viewport().width(), 18)
                write(painter, head, "Other names in the files", self.colours.muted, font(CAPTION))
            self._draw_row(painter, row, genre)
        for place in (self.under, self.current):
            if place is not None:
                self.ring(painter, self.box(place).adjusted(0.5, 0.5, -0.5, -0.5), place)

    def _draw_row(self, painter: QPainter, row: int, genre: GenreSongs) -> None:
        height = self._row if genre.known else _OTHER
        top, middle = self._row_top(row), self._row_top(row) + height / 2
        if genre.known:
            dot(painter, QPointF(5, middle), self.colours.genre(genre.name))
        write(painter, QRectF(16, top, self._name_width() - 26, height), genre.name, self.colours.text, font())
        for column, side in enumerate(SIDES):
            if genre.known or side is Side.TAGGED:
                self._draw_bar(painter, self.box((row, column)), genre, side)
        if genre.known and self._found is not None and self._word_width():
            words = share_word(self._found.against_even(genre))
            place = QRectF(
                self.viewport().width() - _WORDS, self.box((row, 1)).top(), _WORDS - 4, self.box((row, 1)).height()
            )
            write(painter, place, words, self.colours.muted, font(SMALL), RIGHT)

    def _draw_bar(self, painter: QPainter, lane: QRectF, genre: GenreSongs, side: Side) -> None:
        count = len(genre.songs(side))
        room = lane.width() - 8 - _NUMBER
        bar = QRectF(lane.x() + 4, lane.center().y() - _BAR / 2, max(3.0, room * count / self._most), _BAR)
        colour = QColor(self.colours.genre(genre.name) if genre.known else self.colours.muted)
        if count:
            draw_bar(painter, bar, colour, side)
        place = QRectF(bar.right() + 6 if count else bar.left(), lane.top(), _NUMBER, lane.height())
        ink = self.colours.text if count else self.colours.muted
        write(painter, place, number(count), ink, font(SMALL, tabular=True))


def draw_bar(painter: QPainter, bar: QRectF, colour: QColor, side: Side) -> None:
    """Full for what was heard, an outline on a pale ground for what stands in files."""
    if side is Side.PREDICTED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(bar, 3, 3)
        return
    pale = QColor(colour)
    pale.setAlpha(60)
    painter.setPen(QPen(colour, 1.2))
    painter.setBrush(pale)
    painter.drawRoundedRect(bar.adjusted(0.6, 0.6, -0.6, -0.6), 3, 3)


class PairLegend(QWidget):
    """Which bar is which."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self.setAccessibleName("Outlined bars: in the file. Full bars: heard.")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Two words with a bar each."""
        metrics = QFontMetricsF(font(SMALL))
        return QSize(round(sum(metrics.horizontalAdvance(word) for word, _ in _WORD_OF_SIDE) + 2 * 24 + 14), 20)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: object) -> None:
        """Two bars, two words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, metrics = 0.0, QFontMetricsF(font(SMALL))
        for word, side in _WORD_OF_SIDE:
            draw_bar(painter, QRectF(x, 6, 18, 8), QColor(self._palette.muted), side)
            width = metrics.horizontalAdvance(word)
            x += 38 + write(painter, QRectF(x + 24, 0, width + 2, 20), word, self._palette.muted, font(SMALL))


_WORD_OF_SIDE: Final = (("in the file", Side.TAGGED), ("heard", Side.PREDICTED))
