"""A patch as a picture: points as they are, with hertz at the left and seconds below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.ui.fonts import CAPTION, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.colours import shades
from mgc_desktop.ui.widgets.spectrogram.scales import HZ_TICKS, hz_label, time_label, time_ticks

_LEFT: Final = 32.0  # pixels for hertz
_FOOT: Final = 18.0  # pixels for seconds
_TICK_GAP: Final = 15.0  # pixels between two labels at least
_TIME_ROOM: Final = 90.0  # pixels a label of time


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is drawn: `values` `(bands, moments)`, the lowest band first; the colours reach from `quiet` to `loud`.

    `start`, `end`: seconds. `height`: from hertz to 0 (foot) to 1 (top), None where no hertz are written.
    """

    values: FloatArray
    quiet: float
    loud: float
    start: float
    end: float
    height: Callable[[float], float] | None = None


class PatchPicture(QWidget):
    """Each point is a rectangle of one colour: nothing is smoothed that the model does not smooth."""

    seek_requested = Signal(float)  # seconds

    def __init__(self, name: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._colours = "magma"
        self._shown: Shown | None = None
        self._image: QImage | None = None
        self._position: float | None = None
        self._marked = False
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        """Still recognisable."""
        return QSize(90, 80)

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(300, 160)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self._image = None
        self.update()

    def set_colours(self, name: str) -> None:
        """The colour map of the picture."""
        self._colours = name
        self._image = None
        self.update()

    def set_marked(self, marked: bool) -> None:
        """Whether there is a frame around it: this is the picture that counts."""
        self._marked = marked
        self.update()

    def show_picture(self, shown: Shown | None) -> None:
        """Draw this; None for an empty ground."""
        self._shown = shown
        self._image = None
        self.update()

    def set_position(self, seconds: float | None) -> None:
        """Where the music is."""
        if seconds != self._position:
            self._position = seconds
            self.update()

    @property
    def shown(self) -> Shown | None:
        """What is drawn."""
        return self._shown

    def area(self) -> QRectF:
        """Where the points are."""
        has_axes = self._shown is not None and self._shown.height is not None
        whole = QRectF(self.rect())
        return whole.adjusted(_LEFT, 3, -3, -_FOOT) if has_axes else whole.adjusted(2, 2, -2, -2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The points, what is laid over them, the axes and the cursor."""
        painter = QPainter(self)
        if self._shown is None:
            painter.fillRect(self.area(), QColor(self._palette.raised))
            return
        if self._image is None:
            self._image = self._drawn(self._shown)
        painter.drawImage(self.area(), self._image)
        self.paint_over(painter, self.area())
        if self._shown.height is not None:
            self._paint_hertz(painter, self._shown.height)
            self._paint_seconds(painter, self._shown)
        self._paint_cursor(painter, self._shown)
        if self._marked:
            painter.setPen(QPen(QColor(self._palette.accent), 2))
            painter.drawRect(self.area().adjusted(-1, -1, 1, 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click seeks."""
        place = self._place(event.position())
        if place is not None and self._shown is not None and event.button() == Qt.MouseButton.LeftButton:
            self.seek_requested.emit(self._shown.start + place[0] * (self._shown.end - self._shown.start))

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """For pictures that lay something over the points."""

    def event(self, event: QEvent) -> bool:
        """Read out what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.reading(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def reading(self, at: QPointF) -> str:
        """What there is at a point of the widget; "" outside of the picture."""
        place = self._place(at)
        if place is None or self._shown is None:
            return ""
        across, up = place
        bands, moments = self._shown.values.shape
        value = self._shown.values[int(up * bands), int(across * moments)]
        seconds = self._shown.start + across * (self._shown.end - self._shown.start)
        return f"{time_label(seconds, 1)}   {value:.1f}"

    def _place(self, at: QPointF) -> tuple[float, float] | None:
        area = self.area()
        across = (at.x() - area.left()) / max(1.0, area.width())
        up = (area.bottom() - at.y()) / max(1.0, area.height())
        return (across, up) if 0 <= across < 1 and 0 <= up < 1 else None

    def _drawn(self, shown: Shown) -> QImage:
        span = max(1e-6, shown.loud - shown.quiet)
        levels = np.clip((shown.values - shown.quiet) / span * 255, 0, 255).astype(np.uint8)
        flipped = np.ascontiguousarray(levels[::-1])
        height, width = flipped.shape
        image = QImage(flipped.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(list(shades(self._colours)))
        return image.convertToFormat(QImage.Format.Format_RGB32)  # its own copy of the points

    def _paint_hertz(self, painter: QPainter, height: Callable[[float], float]) -> None:
        area = self.area()
        painter.setFont(font(CAPTION, tabular=True))
        painter.setPen(QColor(self._palette.muted))
        taken: list[float] = []
        for hz in HZ_TICKS:
            y = area.bottom() - height(hz) * area.height()
            y = min(max(y, area.top() + 6), area.bottom() - 6)
            if all(abs(y - other) >= _TICK_GAP for other in taken):
                taken.append(y)
                box = QRectF(0, y - 8, _LEFT - 5, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hz_label(hz))

    def _paint_seconds(self, painter: QPainter, shown: Shown) -> None:
        area = self.area()
        painter.setFont(font(CAPTION, tabular=True))
        painter.setPen(QColor(self._palette.muted))
        span = shown.end - shown.start
        for seconds, label in time_ticks(shown.start, span, round(area.width() / _TIME_ROOM)):
            x = area.left() + (seconds - shown.start) / span * area.width()
            box = QRectF(min(max(x - 30, area.left() - 8), area.right() - 56), area.bottom() + 2, 60, _FOOT - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, label)

    def _paint_cursor(self, painter: QPainter, shown: Shown) -> None:
        if self._position is None or not shown.start <= self._position <= shown.end:
            return
        area = self.area()
        x = area.left() + (self._position - shown.start) / max(1e-6, shown.end - shown.start) * area.width()
        painter.setPen(QPen(QColor(0, 0, 0, 110), 4))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
