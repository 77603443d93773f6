"""The cover of the song, or something calm in its place."""

from __future__ import annotations

import colorsys
import hashlib

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from mgc_desktop.ui import icons
from mgc_desktop.ui.theme import Palette

SIZE = 54
_CORNER = 8.0


class Cover(QWidget):
    """A square with rounded corners. Without a picture: a quiet slope of colour that is the same for one album."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._image: QImage | None = None
        self._seed = ""
        self.setFixedSize(SIZE, SIZE)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def show_cover(self, image: QImage | None, seed: str) -> None:
        """Show a picture, or the placeholder that belongs to `seed`."""
        self._image, self._seed = image, seed
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture cropped to the square, or the placeholder."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(box, _CORNER, _CORNER)
        painter.setClipPath(clip)
        if self._image is not None and not self._image.isNull():
            side = min(self._image.width(), self._image.height())
            source = QRectF((self._image.width() - side) / 2, (self._image.height() - side) / 2, side, side)
            painter.drawImage(box, self._image, source)
        else:
            self._paint_placeholder(painter, box)

    def _paint_placeholder(self, painter: QPainter, box: QRectF) -> None:
        hue = hashlib.blake2b(self._seed.encode(), digest_size=1).digest()[0] / 256
        slope = QLinearGradient(QPointF(0, 0), QPointF(box.width(), box.height()))
        for at, lightness in ((0.0, 0.34), (1.0, 0.20)) if self._palette.dark else ((0.0, 0.86), (1.0, 0.76)):
            slope.setColorAt(at, QColor.fromRgbF(*colorsys.hls_to_rgb((hue + 0.08 * at) % 1.0, lightness, 0.30)))
        painter.fillRect(box, slope)
        ink = self._palette.text if self._palette.dark else self._palette.muted
        picture = icons.pixmap("note", ink, 24, self.devicePixelRatioF())
        painter.setOpacity(0.75)
        painter.drawPixmap(QPointF((SIZE - 24) / 2, (SIZE - 24) / 2), picture)
