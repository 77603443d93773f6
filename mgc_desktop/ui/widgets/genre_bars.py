"""The genres as bars: what the model hears now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.stable_order import StableOrder
from mgc_desktop.ui.wording import percent

_ROW: Final = 25.0  # preferred height of a row
_LEAST_ROW: Final = 17
_MOST_ROWS: Final = 10  # where there are more genres, those at the foot give way when it is low
_UNFOLDED: Final = 12  # of more genres the most probable are shown, and the rest as one row
_BAR: Final = 8.0
_LONGEST_NAME: Final = 110.0
_FRAME_MS: Final = 33
_EASE: Final = 0.28  # share of the way that is covered in one frame
_STILL: Final = 0.002
_CLEAR: Final = 0.15  # from this probability on a name has the full colour of text


class GenreBars(QWidget):
    """Bars that glide to their values and, calmly, to their places."""

    def __init__(self, genres: Sequence[str], palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._known = False
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._glide)
        self._number_width = QFontMetricsF(font(tabular=True)).horizontalAdvance("100 %") + 6
        self.setAccessibleName("Genres now")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        self._begin(tuple(genres))

    def set_genres(self, genres: Sequence[str]) -> None:
        """Show other genres, nothing known of them yet; the same ones stay as they are."""
        if tuple(genres) != self._genres:
            self._timer.stop()
            self._begin(tuple(genres))
            self.updateGeometry()
            self.update()

    def begin_with(self, genres: Sequence[str]) -> None:
        """Show these genres unless something is known of others."""
        if not self._known:
            self.set_genres(genres)

    def _begin(self, genres: tuple[str, ...]) -> None:
        self._genres = genres
        self._order = StableOrder()
        self._targets = np.zeros(len(genres))
        self._places = np.arange(len(genres), dtype=float)
        self._shown = self._targets.copy()
        self._shown_places = self._places.copy()
        self._known = False
        longest = max((QFontMetricsF(font()).horizontalAdvance(name) for name in genres), default=_LONGEST_NAME)
        self._name_width = min(longest, _LONGEST_NAME) + 14

    def sizeHint(self) -> QSize:
        """All rows at their preferred height, of many genres the most probable."""
        return QSize(240, round(_ROW * self._rows()))

    def minimumSizeHint(self) -> QSize:
        """All rows, or the first ten, still readable."""
        return QSize(200, _LEAST_ROW * min(_MOST_ROWS, self._rows()))

    def _rows(self) -> int:
        return min(len(self._genres), _UNFOLDED) or _MOST_ROWS

    @property
    def shown(self) -> tuple[str, ...]:
        """The genres that have a row of their own, from the top down."""
        return self.order[: self._own_rows()]

    def _own_rows(self) -> int:
        """How many genres have a row of their own at the present height."""
        if len(self._genres) <= _UNFOLDED:
            return len(self._genres)
        return max(1, min(_UNFOLDED, int((self.height() + 1) / _LEAST_ROW)) - 1)

    @property
    def order(self) -> tuple[str, ...]:
        """The names from the top down."""
        return tuple(self._genres[i] for i in np.argsort(self._places))

    @property
    def is_gliding(self) -> bool:
        """Whether something still moves."""
        return self._timer.isActive()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def set_values(self, values: Sequence[float] | None, *, settle: bool = False) -> None:
        """Probabilities in the order of the genres; None before anything is known.

        `settle` puts the bars into exact order, for a new song or a jump.
        """
        self._known = values is not None
        self._targets = np.zeros(len(self._genres)) if values is None else np.asarray(values, float)
        if values is not None:
            order = self._order.update(self._targets.tolist(), settle=settle)
            self._places[list(order)] = np.arange(len(order))
            if settle:  # all rows crossing each other would be no help to the eye
                self._shown_places = self._places.copy()
        self._describe()
        if self._animated():
            if not self._timer.isActive() and self._moving():
                self._timer.start()
        else:
            self._arrive()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves while nobody looks."""
        super().hideEvent(event)
        self._arrive()

    def paintEvent(self, event: QPaintEvent) -> None:
        """One row a genre: name, bar, number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own = self._own_rows()
        folded = len(self._genres) - own
        row = min(_ROW, max(_LEAST_ROW, self.height() / max(1, own + bool(folded))))
        for index, name in enumerate(self._genres):
            place = self._shown_places[index]
            if (place + 1) * row <= self.height() + 1 and place < own - 0.5:
                value = float(self._shown[index])
                self._paint_row(painter, name, value, self._palette.genre(name), place * row, row)
        if folded:
            value = min(1.0, float(self._shown[self._shown_places >= own - 0.5].sum()))
            self._paint_row(painter, f"{folded} others", value, self._palette.faint, own * row, row)

    def _paint_row(self, painter: QPainter, name: str, value: float, colour: str, y: float, height: float) -> None:
        ink = _mixed(self._palette.muted, self._palette.text, min(1.0, value / _CLEAR))
        painter.setPen(ink)
        painter.setFont(font())
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(self._name_width) - 8)
        painter.drawText(QRectF(0, y, self._name_width, height), left, name)
        track = QRectF(
            self._name_width, y + (height - _BAR) / 2, self.width() - self._name_width - self._number_width, _BAR
        )
        if self._known:
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.setFont(font(tabular=True))
            number = QRectF(self.width() - self._number_width, y, self._number_width, height)
            painter.drawText(number, right, percent(value))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.line))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        if self._known:
            fill = QRectF(track.x(), track.y(), max(_BAR, track.width() * value), _BAR)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(fill, _BAR / 2, _BAR / 2)

    def _animated(self) -> bool:
        duration = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        return self.isVisible() and duration > 0

    def _moving(self) -> bool:
        return len(self._genres) > 0 and bool(
            np.abs(self._targets - self._shown).max() > _STILL
            or np.abs(self._places - self._shown_places).max() > _STILL
        )

    def _glide(self) -> None:
        if not self._moving():
            self._arrive()
            return
        self._shown += _EASE * (self._targets - self._shown)
        self._shown_places += _EASE * (self._places - self._shown_places)
        self.update()

    def _arrive(self) -> None:
        self._timer.stop()
        self._shown = self._targets.copy()
        self._shown_places = self._places.copy()
        self.update()

    def _describe(self) -> None:
        first = self.order[:3] if self._known else ()
        words = ", ".join(f"{name} {percent(self._targets[self._genres.index(name)])}" for name in first)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)


def _mixed(one: str, other: str, share: float) -> QColor:
    a, b = QColor(one), QColor(other)
    return QColor.fromRgbF(
        a.redF() + share * (b.redF() - a.redF()),
        a.greenF() + share * (b.greenF() - a.greenF()),
        a.blueF() + share * (b.blueF() - a.blueF()),
    )
