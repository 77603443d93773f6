"""The picture with its rulers, put together from pyqtgraph's parts; shown by the view and printed by the export."""

from __future__ import annotations

from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsSimpleTextItem, QGraphicsWidget

from mgc_desktop.features.picture import SpectrogramPicture
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.axes import (
    AXIS_HEIGHT,
    AXIS_WIDTH,
    BAR_WIDTH,
    ColourBar,
    HzAxis,
    TimeAxis,
    axis_font,
)
from mgc_desktop.ui.widgets.spectrogram.items import Crosshair, CursorLine, FocusRing, PictureItem
from mgc_desktop.ui.widgets.spectrogram.scales import MelScale

_HEAD: Final = 8  # room for the upper half of the topmost label


class SpectrogramPlot(QGraphicsWidget):
    """Draws what it is told: a picture, a stretch of it, a cursor. It is made once and never rebuilt."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._scale = MelScale()
        self._start, self._span = 0.0, 0.0
        self._cursor_at: float | None = None
        self._frame = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._frame.disableAutoRange()
        self._frame.setYRange(0, self._scale.top, padding=0)
        self._image = PictureItem(self._frame)
        self._cursor = CursorLine(self._frame)
        self._upright = Crosshair(self._frame, upright=True)
        self._level = Crosshair(self._frame, upright=False)
        self._ring = FocusRing(self._frame)
        self._hz, self._time = HzAxis(self._frame, palette), TimeAxis(self._frame, palette)
        self._bar = ColourBar(palette)
        self._units = [QGraphicsSimpleTextItem(text, self) for text in ("Hz", "dB")]
        self._lay_out()
        self._time.hide()
        self.set_palette(palette)

    @property
    def box(self) -> QRectF:
        """Where the picture is, in our pixels."""
        geometry: QRectF = self._frame.geometry()
        return geometry

    def set_picture(self, picture: SpectrogramPicture) -> None:
        """Another song's picture."""
        self._image.tiles.set_picture(picture)
        self._image.update()

    def refresh(self, start: float, stop: float) -> None:
        """The picture has changed between these seconds."""
        self._image.tiles.refresh(start, stop)
        self._image.update()

    def set_window(self, start: float, span: float) -> None:
        """Show `span` seconds from `start`; a span of 0 is no song."""
        if (start, span) == (self._start, self._span):
            return
        self._start, self._span = start, span
        self._image.set_window(start, span)
        # Not setVisible: only pyqtgraph's own show and hide give the axis its height back.
        (self._time.show if span > 0 else self._time.hide)()
        if span > 0:
            self._frame.setXRange(start, start + span, padding=0)
        self.set_cursor(self._cursor_at)

    def set_cursor(self, seconds: float | None) -> None:
        """Draw the cursor at a moment; None for none."""
        self._cursor_at = seconds
        visible = seconds is not None and self._span > 0 and 0 <= seconds - self._start <= self._span
        self._cursor.setVisible(visible)
        if seconds is not None and visible:
            self._cursor.setX(self._image.x_at(seconds))

    def set_crosshair(self, at: QPointF | None) -> None:
        """Draw the crosshair at a point of ours; None for none."""
        for line in (self._upright, self._level):
            line.setVisible(at is not None)
        if at is not None:
            self._upright.setX(at.x() - self.box.left())
            self._level.setY(at.y() - self.box.top())

    def set_focus_ring(self, visible: bool) -> None:
        """Show that the keyboard acts here."""
        self._ring.setVisible(visible)

    def set_hint(self, text: str) -> None:
        """What to say while there is no song."""
        self._image.set_hint(text)

    def set_palette(self, palette: Palette) -> None:
        """Draw in the colours of a theme."""
        self._image.set_palette(palette)
        self._ring.set_colour(QColor(palette.accent))
        for part in (self._hz, self._time, self._bar):
            part.set_palette(palette)
        for unit in self._units:
            unit.setBrush(QColor(palette.muted))

    def set_colour_map(self, name: str) -> None:
        """Draw in another colour map, one of `COLOUR_MAPS`."""
        self._bar.set_colour_map(name)
        self._image.set_colour_map(name)

    def seconds_at(self, x: float) -> float:
        """The moment at one of our x."""
        return self._start + (x - self.box.left()) / max(1.0, self.box.width()) * self._span

    def hz_at(self, y: float) -> float:
        """The frequency at one of our y."""
        return self._scale.hz(self._height_at(y))

    def row_at(self, y: float) -> int:
        """The mel filter at one of our y."""
        return self._scale.row(self._height_at(y))

    def hz_of_row(self, row: int) -> float:
        """The centre frequency of a mel filter."""
        return self._scale.hz(row + 1)

    def _height_at(self, y: float) -> float:
        part = (self.box.bottom() - y) / max(1.0, self.box.height())
        return min(max(part, 0.0), 1.0) * self._scale.top

    def _lay_out(self) -> None:
        grid = QGraphicsGridLayout(self)
        grid.setContentsMargins(0, _HEAD, 0, 0)
        grid.setSpacing(0)
        grid.addItem(self._hz, 0, 0)
        grid.addItem(self._frame, 0, 1)
        grid.addItem(self._bar, 0, 2)
        grid.addItem(self._time, 1, 1)
        for column, width in ((0, AXIS_WIDTH), (2, BAR_WIDTH)):
            grid.setColumnFixedWidth(column, width)
        grid.setRowFixedHeight(1, AXIS_HEIGHT)
        for unit in self._units:
            unit.setFont(axis_font())
        self._frame.sigResized.connect(self._fit)

    def _fit(self) -> None:
        """The frame has another size."""
        box = self.box
        self._image.set_size(box.size())
        self._ring.set_size(box.size())
        self._cursor.set_height(box.height())
        self._upright.set_length(box.height())
        self._level.set_length(box.width())
        hz, db = self._units
        hz.setPos(0, box.bottom() + 6)
        db.setPos(self.size().width() - db.boundingRect().width(), box.bottom() + 6)
        self.set_cursor(self._cursor_at)
