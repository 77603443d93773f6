"""The rulers around the picture: hertz, time and decibels."""

from __future__ import annotations

from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from mgc_desktop.ui import fonts
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.colours import DEFAULT_COLOUR_MAP, shades
from mgc_desktop.ui.widgets.spectrogram.scales import DB_TICKS, HZ_TICKS, MelScale, hz_label, time_ticks

AXIS_WIDTH: Final = 40
AXIS_HEIGHT: Final = 24
BAR_WIDTH: Final = 52
_BAR: Final = 10  # of the colours themselves
_BAR_LEFT: Final = 12
_TICK: Final = 4
_GAP: Final = 8  # between picture and labels
_LABEL_ROOM: Final = 30  # pixels that a time label wants around itself


def axis_font() -> QFont:
    """Small, with figures of one width."""
    return fonts.font(fonts.CAPTION, tabular=True)


class _Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis linked to the frame that draws its labels itself: calmer, and quick enough for every frame."""

    def __init__(self, side: str, frame: pg.ViewBox, palette: Palette) -> None:
        super().__init__(side, showValues=False)
        self.enableAutoSIPrefix(False)
        self._font = axis_font()
        self._metrics = QFontMetricsF(self._font)
        self.linkToView(frame)
        self.set_palette(palette)

    def set_palette(self, palette: Palette) -> None:
        """Draw in the colours of a theme."""
        self._ink, self._line = QColor(palette.muted), QColor(palette.faint)
        self.update()

    def boundingRect(self) -> QRectF:
        """Labels at the ends stand out a little."""
        size = self.size()
        return QRectF(-_LABEL_ROOM, -_GAP, size.width() + 2 * _LABEL_ROOM, size.height() + 2 * _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the axis as it stands now."""
        painter.setFont(self._font)
        painter.setPen(self._ink)
        self.draw(painter)


class HzAxis(_Axis):
    """Hertz at the heights where the mel filters have them."""

    def __init__(self, frame: pg.ViewBox, palette: Palette) -> None:
        super().__init__("left", frame, palette)
        self._scale = MelScale()
        self.setWidth(AXIS_WIDTH)

    def draw(self, painter: QPainter) -> None:
        """The labels for which there is room."""
        size = self.size()
        taken: list[float] = []
        for hz in HZ_TICKS:
            y = size.height() * (1 - self._scale.height(hz) / self._scale.top)
            if any(abs(y - other) < self._metrics.height() for other in taken):
                continue
            taken.append(y)
            painter.fillRect(QRectF(size.width() - _TICK, round(y), _TICK, 1), self._line)
            box = QRectF(0, y - 10, size.width() - _GAP, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hz_label(hz))


class TimeAxis(_Axis):
    """Minutes and seconds, as fine as the zoom wants."""

    def __init__(self, frame: pg.ViewBox, palette: Palette) -> None:
        super().__init__("bottom", frame, palette)
        self.setHeight(AXIS_HEIGHT)

    def draw(self, painter: QPainter) -> None:
        """The round times in sight."""
        width, (start, stop) = self.size().width(), self.range
        room = self._metrics.horizontalAdvance("0:00:00" if stop >= 3600 else "0:00.0") + _LABEL_ROOM
        for seconds, label in time_ticks(start, stop - start, int(width / room)):
            x = (seconds - start) / (stop - start) * width
            painter.fillRect(QRectF(round(x), 0, 1, _TICK), self._line)
            painter.drawText(QRectF(x - 50, _TICK + 2, 100, 16), Qt.AlignmentFlag.AlignCenter, label)


class ColourBar(QGraphicsWidget):
    """Which colour is how many decibels below the loudest."""

    def __init__(self, palette: Palette, parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self._font = axis_font()
        self.setMinimumWidth(BAR_WIDTH)
        self.setMaximumWidth(BAR_WIDTH)
        self.set_palette(palette)
        self.set_colour_map(DEFAULT_COLOUR_MAP)

    def set_palette(self, palette: Palette) -> None:
        """Draw in the colours of a theme."""
        self._ink = QColor(palette.muted)
        self.update()

    def set_colour_map(self, name: str) -> None:
        """Show another colour map."""
        colours = shades(name)
        self._image = QImage(1, len(colours), QImage.Format.Format_RGB32)
        for y, colour in enumerate(reversed(colours)):
            self._image.setPixel(0, y, colour)
        self.update()

    def boundingRect(self) -> QRectF:
        """Labels at the ends stand out a little."""
        return QRectF(0, 0, self.size().width(), self.size().height()).adjusted(0, -_GAP, 0, _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The bar with its labels."""
        height = self.size().height()
        painter.drawImage(QRectF(_BAR_LEFT, 0, _BAR, height), self._image)
        painter.setFont(self._font)
        painter.setPen(self._ink)
        for db in DB_TICKS[:: 1 if height > 100 else 4]:
            y = min(max(6.0, db / DB_TICKS[-1] * height), height - 6)  # the outermost stay beside the bar
            box = QRectF(_BAR_LEFT + _BAR, y - 10, BAR_WIDTH - _BAR_LEFT - _BAR, 20)
            label = str(db).replace("-", "−")
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
