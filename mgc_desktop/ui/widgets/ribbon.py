"""The genres over the whole song as a ribbon; click or drag to seek."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mgc_desktop.foundation.arrays import DoubleArray
from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.ui.fonts import CAPTION, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets import ribbon_picture
from mgc_desktop.ui.widgets.stable_order import StableOrder
from mgc_desktop.ui.wording import clock, described, percent

HEIGHT: Final = 64
HIGH: Final = 96  # in a large window
_CORNER: Final = 8.0
_NAME_MARGIN: Final = 16.0


class Ribbon(QWidget):
    """Stacked probabilities along the song, a cursor through them; what is not yet analysed stays empty."""

    seek_requested = Signal(float)  # seconds

    def __init__(self, palette: Palette, *, gaps: bool = False, parent: QWidget | None = None) -> None:
        """`gaps`: leave empty where nothing was analysed, such as in silence, instead of bridging that."""
        super().__init__(parent)
        self._palette = palette
        self._gaps = gaps
        self._timeline: Timeline | None = None
        self._duration = 0.0
        self._complete = False
        self._position = 0.0
        self._order = StableOrder(0.03)
        self._image: QImage | None = None
        self._names: list[tuple[QRectF, str]] = []
        self.setAccessibleName("Genre over the song")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still recognisable."""
        return QSize(120, HEIGHT)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self._image = None
        self.update()

    def set_song(self, duration: float) -> None:
        """A new song of `duration` seconds, nothing known of it yet."""
        self._order = StableOrder(0.03)
        self._position = 0.0
        self.set_timeline(None, duration)

    def set_timeline(self, timeline: Timeline | None, duration: float, *, complete: bool = False) -> None:
        """What is known so far of a song of `duration` seconds; `complete` when there is no more to come."""
        self._timeline, self._duration, self._complete = timeline, duration, complete
        self._image = None
        self.setAccessibleDescription(described(timeline) if timeline is not None else "")
        self.update()

    def set_position(self, seconds: float) -> None:
        """Move the cursor."""
        before, after = self._x(self._position), self._x(seconds)
        self._position = seconds
        if round(before) != round(after):
            left, right = sorted((before, after))
            self.update(int(left) - 3, 0, int(right - left) + 7, self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Seek while dragging; else say what lies under the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())
        elif self._duration > 0:
            QToolTip.showText(event.globalPosition().toPoint(), self.reading(event.position().x()), self)

    def reading(self, x: float) -> str:
        """Time and leading genres under a pixel."""
        seconds = self._seconds(x)
        timeline = self._timeline
        if timeline is None or not len(timeline) or not (self._complete or seconds <= float(timeline.times[-1, 1])):
            return f"{clock(seconds)}   not heard yet"
        row = timeline.at(seconds)
        first = np.argsort(-row)[:2]
        return f"{clock(seconds)}   " + ",  ".join(f"{timeline.genres[i]} {percent(float(row[i]))}" for i in first)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew."""
        super().resizeEvent(event)
        self._image = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, bands, veil over what is still to come, cursor."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), _CORNER, _CORNER)
        painter.setClipPath(clip)
        painter.fillRect(self.rect(), QColor(self._palette.raised))
        if self._timeline is None or not len(self._timeline):
            return
        if self._image is None:
            self._image = self._drawn(self._timeline)
        painter.drawImage(QPointF(0, 0), self._image)
        x = self._x(self._position)
        known = self._image.width() / self._image.devicePixelRatio()
        painter.fillRect(QRectF(x, 0, max(0.0, known - x), self.height()), QColor(self._palette.overlay))
        self._paint_names(painter, x)
        painter.setPen(QPen(QColor(0, 0, 0, 90), 4))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _drawn(self, timeline: Timeline) -> QImage:
        scale = self.devicePixelRatioF()
        width, height = round(self.width() * scale), round(self.height() * scale)
        bands_of = ribbon_picture.folded(timeline)
        values, known = ribbon_picture.columns(bands_of, self._duration, width)
        known = width if self._complete else known
        order = self._order.update(values[:known].mean(axis=0).tolist() if known else [])
        names = [bands_of.genres[i] for i in order]
        bands = ribbon_picture.edges(values[:known], order)
        colours = np.array([_rgb(self._palette.genre(name)) for name in names], np.uint8)
        pixels = np.ascontiguousarray(ribbon_picture.picture(bands, colours, height))
        empty = np.zeros(known, bool)
        if self._gaps:
            empty = ~ribbon_picture.covered(timeline, self._duration, width)[:known]
            pixels[:, empty] = _rgb(self._palette.raised)
        image = QImage(pixels.data, known, height, 3 * known, QImage.Format.Format_RGB888)
        image = image.convertToFormat(QImage.Format.Format_RGB32)  # its own copy of the pixels
        image.setDevicePixelRatio(scale)
        bands[empty] = 0.0  # no name has room there
        self._names = self._place_names(bands, names, scale)
        return image

    def _place_names(self, bands: DoubleArray, names: list[str], scale: float) -> list[tuple[QRectF, str]]:
        metrics = QFontMetricsF(font(CAPTION))
        widths = [(metrics.horizontalAdvance(name) + _NAME_MARGIN) * scale for name in names]
        placed = []
        for place in ribbon_picture.places(bands, widths, self.height()):
            width = widths[place.band] / scale
            middle = self.height() * (1 - place.y)
            placed.append((QRectF(place.x / scale - width / 2, middle - 10, width, 20), names[place.band]))
        return placed

    def _paint_names(self, painter: QPainter, cursor: float) -> None:
        painter.setFont(font(CAPTION))
        for box, name in self._names:
            painter.setPen(QColor(self._palette.on_genre(name, veiled=box.center().x() > cursor)))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _x(self, seconds: float) -> float:
        return self.width() * min(1.0, max(0.0, seconds / self._duration)) if self._duration > 0 else 0.0

    def _seconds(self, x: float) -> float:
        return self._duration * min(1.0, max(0.0, x / max(1, self.width())))

    def _seek(self, x: float) -> None:
        if self._duration > 0:
            self.seek_requested.emit(self._seconds(x))


def _rgb(colour: str) -> tuple[int, int, int]:
    parsed = QColor(colour)
    return parsed.red(), parsed.green(), parsed.blue()
