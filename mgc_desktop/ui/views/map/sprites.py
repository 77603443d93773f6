"""Twenty thousand points thirty times a second: each is a small picture, drawn once and copied from then on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from mgc_desktop.foundation.arrays import FloatArray, IndexArray
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.map.colours import Ink

LEVELS: Final = 7  # of depth: sizes and strengths
_EDGE: Final = 0.7  # pixels of the ground around each point, to tell neighbours apart


class Look(IntEnum):
    """How much a point is to be seen."""

    FAINT = 0
    USUAL = 1
    CHOSEN = 2


def radius_for(count: int) -> float:
    """Pixels: the more points, the smaller."""
    return min(6.0, max(2.2, 11.0 / (1.0 + 0.28 * math.log2(1 + count))))


def levels_of(depth: FloatArray) -> IndexArray:
    """`(n,)` depth of the camera to the number of a level, the middle one where all is flat."""
    levels: IndexArray = np.clip(np.rint(depth * (LEVELS / 1.5) + LEVELS // 2), 0, LEVELS - 1).astype(np.intp)
    return levels


class Sprites:
    """All looks of all groups in one picture. A column a group, a row a look and level."""

    def __init__(self, inks: Sequence[Ink], palette: Palette, radius: float, scale: float = 1.0) -> None:
        """`radius`: of a usual point in the middle, pixels. `scale`: pixels of the screen to one."""
        self._inks = tuple(inks)
        self._palette = palette
        self._scale = scale
        sizes = [(look, level) for look in Look for level in range(LEVELS)]
        self.radii = np.array([_radius(radius, look, level) for look, level in sizes])
        side = np.ceil((self.radii + _EDGE + 0.5) * scale) * 2
        self._side = side  # of each row's pictures, in pixels of the screen
        self._cell = int(side.max())
        self._array = internals.PrimitiveArray(QPainter.PixmapFragment, 10)
        self.pixmap = self._draw()

    def draw(self, painter: QPainter, xy: FloatArray, groups: NDArray[Any], rows: IndexArray) -> None:
        """Points at `(n, 2)` in their order. `groups` `(n,)`, and `rows` `(n,)`: look * LEVELS + level."""
        count = len(xy)
        if not count:
            return
        self._array.resize(count)
        fragments = self._array.ndarray()
        side = self._side[rows]
        # Whole pixels of the screen: pictures are copied then, not drawn anew.
        fragments[:, 0:2] = np.rint(xy * self._scale - 0.5 * side[:, np.newaxis]) + 0.5 * side[:, np.newaxis]
        fragments[:, 0:2] /= self._scale
        fragments[:, 2] = groups * self._cell
        fragments[:, 3] = rows * self._cell
        fragments[:, 4] = side
        fragments[:, 5] = side
        fragments[:, 6:8] = 1 / self._scale
        fragments[:, 8] = 0.0
        fragments[:, 9] = 1.0
        painter.drawPixmapFragments(*self._array.drawargs(), self.pixmap)  # type: ignore[call-arg]

    def outline(self, painter: QPainter, xy: FloatArray, groups: NDArray[Any], rows: IndexArray) -> None:
        """The same as shapes, for files that keep shapes."""
        for (x, y), group, row in zip(xy.tolist(), groups.tolist(), rows.tolist(), strict=True):
            self._point(painter, QPointF(x, y), group, row)

    def _draw(self) -> QPixmap:
        pixmap = QPixmap(QSize(max(1, len(self._inks)) * self._cell, len(self.radii) * self._cell))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        for row, side in enumerate(self._side.tolist()):
            for group in range(len(self._inks)):
                corner = QPointF(group * self._cell, row * self._cell)
                self._point(painter, (corner + QPointF(side / 2, side / 2)) / self._scale, group, row)
        painter.end()
        return pixmap

    def _point(self, painter: QPainter, centre: QPointF, group: int, row: int) -> None:
        look, level = divmod(row, LEVELS)
        ink, ground, radius = self._inks[group], QColor(self._palette.panel), float(self.radii[row])
        strength = (0.55 + 0.45 * min(1.0, level / (LEVELS // 2))) * (0.22 if look == Look.FAINT else 1.0)
        colour = _mixed(ground, QColor(ink.colour), strength)
        painter.setBrush(Qt.BrushStyle.NoBrush if ink.ring else colour)
        if ink.ring:
            width = max(1.1, 0.32 * radius)
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(centre, radius - width / 2, radius - width / 2)
        else:
            painter.setPen(QPen(ground, _EDGE))
            painter.drawEllipse(centre, radius + _EDGE / 2, radius + _EDGE / 2)
        if look == Look.CHOSEN:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._palette.text), 1.3))
            painter.drawEllipse(centre, radius, radius)


def _radius(usual: float, look: Look, level: int) -> float:
    nearness = (level - LEVELS // 2) / (LEVELS // 2)
    return usual * (1 + 0.38 * nearness) * (1.25 if look is Look.CHOSEN else 1.0)


def _mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    parts = zip(ground.getRgb()[:3], colour.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * share) for a, b in parts))
