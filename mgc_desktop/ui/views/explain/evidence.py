"""The patch with what speaks in it: blocks over the picture, bands at its right, moments below, and the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.ui.fonts import CAPTION, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.explain.picture import PatchPicture
from mgc_desktop.ui.views.explain.shades import ON_DARK, ON_LIGHT, Diverging, reach
from mgc_desktop.ui.widgets.spectrogram.scales import time_label
from mgc_desktop.ui.wording import percent

_SIDE: Final = 34.0  # pixels for the bars of the bands
_UNDER: Final = 26.0  # pixels for the bars of the moments
_SPACE: Final = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What covering parts did to one genre: its probability, and what it lost by block, by band and by moment.

    `hz`: the frequencies between which the bands lie, `(bands + 1,)`.
    """

    genre: str
    uncovered: float
    blocks: FloatArray
    bands: FloatArray
    moments: FloatArray
    hz: tuple[float, ...]

    @property
    def reach(self) -> float:
        """Where the scale of the colours ends."""
        return reach(self.blocks)

    @property
    def strongest(self) -> tuple[int, int]:
        """The block (band, moment) without which the genre changes most."""
        band, moment = np.unravel_index(int(np.abs(self.blocks).argmax()), self.blocks.shape)
        return int(band), int(moment)


def diverging(palette: Palette) -> Diverging:
    """The two colours that are seen on this theme."""
    return ON_DARK if palette.dark else ON_LIGHT


class EvidencePicture(PatchPicture):
    """The picture in grey, so that the colours mean one thing only."""

    def __init__(self, name: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(name, palette, parent)
        self.set_colours("grey")
        self._evidence: Evidence | None = None
        self._overlay: QImage | None = None

    def set_colours(self, name: str) -> None:
        """It stays grey, whichever map the others have."""
        super().set_colours("grey")

    def show_evidence(self, evidence: Evidence | None) -> None:
        """Lay this over the picture; None while nothing is known."""
        self._evidence, self._overlay = evidence, None
        self.update()

    @property
    def evidence(self) -> Evidence | None:
        """What is laid over the picture."""
        return self._evidence

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._overlay = None
        super().set_palette(palette)

    def area(self) -> QRectF:
        """Where the points are: beside the bars."""
        return super().area().adjusted(0, 0, -_SIDE - _SPACE, -_UNDER - _SPACE)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """The blocks over the points, and the bars."""
        if self._evidence is None:
            return
        if self._overlay is None:
            self._overlay = self._coloured(self._evidence.blocks / self._evidence.reach)
        painter.drawImage(area, self._overlay)
        self._paint_bars(painter, area, self._evidence)

    def _paint_seconds(self, painter: QPainter, shown: object) -> None:
        painter.save()
        painter.translate(0, _UNDER + _SPACE)
        super()._paint_seconds(painter, shown)  # type: ignore[arg-type]
        painter.restore()

    def reading(self, at: QPointF) -> str:
        """What covering the block under the pointer does."""
        place, evidence = self._place(at), self._evidence
        if place is None or evidence is None or self.shown is None:
            return ""
        bands, moments = evidence.blocks.shape
        return self.block_words(int(place[1] * bands), int(place[0] * moments))

    def block_words(self, band: int, moment: int) -> str:
        """0:31.2–0:31.5, 700–1,300 Hz: without it and its neighbours Jazz goes from 83 % to 41 %."""
        evidence, shown = self._evidence, self.shown
        if evidence is None or shown is None:
            return ""
        step = (shown.end - shown.start) / evidence.blocks.shape[1]
        start = shown.start + moment * step
        low, high = evidence.hz[band], evidence.hz[band + 1]
        after = evidence.uncovered - float(evidence.blocks[band, moment])
        return (
            f"{time_label(start, 1)}–{time_label(start + step, 1)}, {low:,.0f}–{high:,.0f} Hz: without it and its "
            f"neighbours {evidence.genre} goes from {percent(evidence.uncovered)} to {percent(max(0.0, after))}"
        )

    def _coloured(self, share: FloatArray) -> QImage:
        rgba = np.ascontiguousarray(diverging(self._palette).rgba(share[::-1]))
        height, width = share.shape
        return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def _paint_bars(self, painter: QPainter, area: QRectF, evidence: Evidence) -> None:
        colours = diverging(self._palette)
        scale = reach(np.concatenate([evidence.bands, evidence.moments]))
        side = QRectF(area.right() + _SPACE, area.top(), _SIDE, area.height())
        under = QRectF(area.left(), area.bottom() + _SPACE, area.width(), _UNDER)
        painter.setPen(QPen(QColor(self._palette.faint), 1))
        painter.drawLine(QPointF(side.center().x(), side.top()), QPointF(side.center().x(), side.bottom()))
        painter.drawLine(QPointF(under.left(), under.center().y()), QPointF(under.right(), under.center().y()))
        for i, lost in enumerate(evidence.bands):
            step, length = side.height() / len(evidence.bands), float(lost) / scale * side.width() / 2
            top = side.bottom() - (i + 1) * step
            bar = QRectF(side.center().x(), top + 1, length, step - 2).normalized()
            painter.fillRect(bar, QColor(colours.for_ if lost > 0 else colours.against))
        for i, lost in enumerate(evidence.moments):
            step, length = under.width() / len(evidence.moments), float(lost) / scale * under.height() / 2
            bar = QRectF(under.left() + i * step + 1, under.center().y(), step - 2, -length).normalized()
            painter.fillRect(bar, QColor(colours.for_ if lost > 0 else colours.against))


class EvidenceLegend(QWidget):
    """From "speaks against" to "speaks for", with the numbers at which the colours are full."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._genre = ""
        self._reach = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(260, 18)

    def minimumSizeHint(self) -> QSize:
        """A line."""
        return QSize(120, 18)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def show_scale(self, genre: str, limit: float) -> None:
        """For this genre the colours are full at a change of probability of `limit`."""
        self._genre, self._reach = genre, limit
        words = f"Orange speaks for {genre}, blue against it; full colour is a change of {100 * limit:.0f} points"
        self.setAccessibleName(words if genre else "")
        self.setToolTip(words if genre else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words, the strip, words."""
        if not self._genre:
            return
        painter = QPainter(self)
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(self._palette.muted))
        left, right = f"against  −{100 * self._reach:.0f}", f"+{100 * self._reach:.0f} points  for {self._genre}"
        metrics = painter.fontMetrics()
        start, end = metrics.horizontalAdvance(left) + 8, metrics.horizontalAdvance(right) + 8
        middle = Qt.AlignmentFlag.AlignVCenter
        width = max(24.0, min(110.0, self.width() - start - end))
        painter.drawText(QRectF(0, 0, start, self.height()), middle | Qt.AlignmentFlag.AlignLeft, left)
        strip = QRectF(start, self.height() / 2 - 4, width, 8)
        painter.fillRect(strip, self._gradient(strip))
        painter.drawText(QRectF(strip.right() + 8, 0, end, self.height()), middle | Qt.AlignmentFlag.AlignLeft, right)

    def _gradient(self, strip: QRectF) -> QLinearGradient:
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        steps = np.linspace(-1, 1, 21, dtype=np.float32)
        colours = diverging(self._palette).rgba(steps).tolist()
        for share, (red, green, blue, opacity) in zip(steps, colours, strict=True):
            gradient.setColorAt((float(share) + 1) / 2, QColor(red, green, blue, opacity))
        return gradient
