"""What lies inside the picture's frame: the picture, the cursor, the crosshair. All in the frame's own pixels."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mgc_desktop.ui import fonts
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.colours import DEFAULT_COLOUR_MAP
from mgc_desktop.ui.widgets.spectrogram.tiles import TILE, TileCache

_CURSOR: Final = 2  # pixels wide
_SHADE: Final = 1  # on each side, so that the white line shows on white too
_SHADE_COLOUR: Final = QColor(0, 0, 0, 90)
_HAIRLINE: Final = QColor(255, 255, 255, 110)
_RING: Final = 2


class PictureItem(QGraphicsItem):
    """The stretch of the picture in sight, copied from tiles; the ground where there is nothing."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.tiles = TileCache()
        self._size = QSizeF()
        self._start, self._span = 0.0, 0.0
        self._scale = 1.0  # device pixels to one of ours, as last painted
        self._hint = ""
        self._map = DEFAULT_COLOUR_MAP
        self._ground = self._ink = QColor()

    def set_palette(self, palette: Palette) -> None:
        """Draw the ground and the hint in the colours of a theme."""
        self._ground, self._ink = QColor(palette.raised), QColor(palette.muted)
        self.set_colour_map(self._map)

    def set_colour_map(self, name: str) -> None:
        """Draw in another colour map."""
        self._map = name
        self.tiles.set_colours(name, self._ground)
        self.update()

    def set_size(self, size: QSizeF) -> None:
        """How large the frame is."""
        self.prepareGeometryChange()
        self._size = size

    def set_window(self, start: float, span: float) -> None:
        """The seconds in sight; a span of 0 shows the ground alone."""
        if (start, span) != (self._start, self._span):
            self._start, self._span = start, span
            self.update()

    def set_hint(self, text: str) -> None:
        """What to say while there is no song."""
        self._hint = text
        self.update()

    def x_at(self, seconds: float) -> float:
        """Where a moment is, in whole device pixels: a cursor that follows must not tremble."""
        pixels = (seconds - self._start) * self._ruler(self._scale)
        return round(round(pixels, 3)) / self._scale  # first without the noise in the last bits

    def boundingRect(self) -> QRectF:
        """The whole frame."""
        return QRectF(0, 0, self._size.width(), self._size.height())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Copy the tiles that lie under what is to be drawn anew."""
        if self._span <= 0:
            self._paint_ground(painter)
            return
        scale = self._scale = painter.deviceTransform().m11()
        ruler = self._ruler(scale)
        height = round(self._size.height() * scale)
        self.tiles.set_scale(ruler, height, round(self._size.width() * scale))
        origin = round(self._start * ruler)
        exposed: QRectF = option.exposedRect
        first, last = (int(x * scale + origin) // TILE for x in (exposed.left(), exposed.right()))
        for index in range(first, last + 1):
            target = QRectF((index * TILE - origin) / scale, 0, TILE / scale, height / scale)
            painter.drawImage(target, self.tiles.tile(index))

    def _ruler(self, scale: float) -> float:
        """Device pixels to a second."""
        return self._size.width() * scale / self._span

    def _paint_ground(self, painter: QPainter) -> None:
        painter.fillRect(self.boundingRect(), self._ground)
        painter.setFont(fonts.font())
        painter.setPen(self._ink)
        inner = self.boundingRect().adjusted(16, 16, -16, -16)
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)


class CursorLine(QGraphicsItem):
    """The moment now: a white line with a shade on both sides."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._height = 0.0
        self.setZValue(2)

    def set_height(self, height: float) -> None:
        """As high as the frame."""
        self.prepareGeometryChange()
        self._height = height

    def boundingRect(self) -> QRectF:
        """A narrow strip around x = 0."""
        half = _CURSOR / 2 + _SHADE
        return QRectF(-half, 0, 2 * half, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The line."""
        painter.fillRect(self.boundingRect(), _SHADE_COLOUR)
        painter.fillRect(QRectF(-_CURSOR / 2, 0, _CURSOR, self._height), Qt.GlobalColor.white)


class Crosshair(QGraphicsItem):
    """Where the pointer reads: one of two hairlines."""

    def __init__(self, parent: QGraphicsItem, *, upright: bool) -> None:
        super().__init__(parent)
        self._upright = upright
        self._length = 0.0
        self.setZValue(1)
        self.hide()

    def set_length(self, length: float) -> None:
        """As long as the frame is high or wide."""
        self.prepareGeometryChange()
        self._length = length

    def boundingRect(self) -> QRectF:
        """A narrow strip."""
        return QRectF(0, 0, 1, self._length) if self._upright else QRectF(0, 0, self._length, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The hairline."""
        painter.fillRect(self.boundingRect(), _HAIRLINE)


class FocusRing(QGraphicsItem):
    """A border around the picture while the keyboard acts on it."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._size = QSizeF()
        self._colour = QColor()
        self.setZValue(3)
        self.hide()

    def set_size(self, size: QSizeF) -> None:
        """How large the frame is."""
        self.prepareGeometryChange()
        self._size = size

    def set_colour(self, colour: QColor) -> None:
        """The accent of the theme."""
        self._colour = colour
        self.update()

    def boundingRect(self) -> QRectF:
        """The whole frame."""
        return QRectF(0, 0, self._size.width(), self._size.height())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The border, inside the frame."""
        pen = QPen(self._colour, _RING)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = _RING / 2
        painter.drawRect(self.boundingRect().adjusted(half, half, -half, -half))
