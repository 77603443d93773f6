"""The camera of the map: the projection of a cube of side 1, with rotation, zoom and pan, to a page of pixels.

A flat map is the same cube with all songs in its middle plane, seen from the front and stretched to fill the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray

Size = tuple[float, float]  # width and height of the page, pixels
Point = tuple[float, float]  # on the page, pixels

_DISTANCE: Final = 3.2  # of the camera from the centre of the cube, in sides of the cube
_MARGIN: Final = 0.07  # free share of the page on each side
_WIDEST: Final = 1.8  # largest ratio of the sides of a flat map
_TURN: Final = 0.008  # radians for a pixel
_NEAREST, _FARTHEST = 60.0, 0.05  # zoom


@dataclass(frozen=True, slots=True)
class Camera:
    """`yaw`, `pitch`: radians, 0 from the front. `zoom`: 1 shows the cube. `pan`: the position of its centre, in sides
    of the cube from the centre of the page, to the right and up. `flat`: 1 for a flat map, 0 for a cube, or between."""

    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    flat: float = 1.0

    def project(self, places: FloatArray, size: Size) -> tuple[FloatArray, FloatArray]:
        """`(n, 3)` places to `(n, 2)` pixels and `(n,)` depth, larger is nearer, about -0.9 to 0.9."""
        turned = np.asarray((places - np.float32(0.5)) @ self._rotation().T, np.float32)
        depth: FloatArray = turned[:, 2]
        near = np.float32(_DISTANCE) / (np.float32(_DISTANCE) - np.minimum(depth, np.float32(0.8 * _DISTANCE)))
        across, down = self._scale(size)
        xy = np.empty((len(places), 2), np.float32)
        xy[:, 0] = size[0] / 2 + (turned[:, 0] * near * self.zoom + self.pan[0]) * across
        xy[:, 1] = size[1] / 2 - (turned[:, 1] * near * self.zoom + self.pan[1]) * down
        return xy, depth

    def zoomed(self, factor: float, at: Point, size: Size) -> Camera:
        """The camera zoomed by `factor`, with the point `at` of the page fixed."""
        zoom = min(_NEAREST, max(_FARTHEST, self.zoom * factor))
        real = zoom / self.zoom
        across, down = self._scale(size)
        x, y = (at[0] - size[0] / 2) / across, (size[1] / 2 - at[1]) / down
        return replace(self, zoom=zoom, pan=(x - (x - self.pan[0]) * real, y - (y - self.pan[1]) * real))

    def moved(self, dx: float, dy: float, size: Size) -> Camera:
        """The camera after the page was dragged by so many pixels."""
        across, down = self._scale(size)
        return replace(self, pan=(self.pan[0] + dx / across, self.pan[1] - dy / down))

    def turned(self, dx: float, dy: float) -> Camera:
        """The camera after the cube was turned by a drag of so many pixels."""
        pitch = min(math.pi / 2, max(-math.pi / 2, self.pitch + dy * _TURN))
        return replace(self, yaw=math.remainder(self.yaw + dx * _TURN, math.tau), pitch=pitch)

    def fitted(self, places: FloatArray, size: Size) -> Camera:
        """The camera with the same direction that shows all places."""
        plain = replace(self, zoom=1.0, pan=(0.0, 0.0))
        if not len(places):
            return plain
        xy, _ = plain.project(places, size)
        (left, top), (right, bottom) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        across, down = self._scale(size)
        zoom = min(across / max(right - left, 1.0), down / max(bottom - top, 1.0))
        zoom = min(_NEAREST, max(_FARTHEST, zoom))
        x, y = (left + right - size[0]) / 2 / across, (size[1] - top - bottom) / 2 / down
        return replace(self, zoom=zoom, pan=(-x * zoom, -y * zoom))

    def towards(self, other: Camera, share: float) -> Camera:
        """The camera between this one and another, `share` 0..1."""

        def between(a: float, b: float) -> float:
            return a + (b - a) * share

        return Camera(
            between(self.yaw, self.yaw + math.remainder(other.yaw - self.yaw, math.tau)),
            between(self.pitch, other.pitch),
            math.exp(between(math.log(self.zoom), math.log(other.zoom))),
            (between(self.pan[0], other.pan[0]), between(self.pan[1], other.pan[1])),
            between(self.flat, other.flat),
        )

    def _scale(self, size: Size) -> tuple[float, float]:
        """Pixels for one side of the cube, horizontally and vertically."""
        width, height = (max(1.0, length) * (1 - 2 * _MARGIN) for length in size)
        side = min(width, height)
        flat = min(width, _WIDEST * side), min(height, _WIDEST * side)
        across, down = (side + (length - side) * self.flat for length in flat)
        return across, down

    def _rotation(self) -> FloatArray:
        """The rotation about the vertical axis, then about the horizontal one; the third row points to the camera."""
        cy, sy, cp, sp = math.cos(self.yaw), math.sin(self.yaw), math.cos(self.pitch), math.sin(self.pitch)
        return np.array([[cy, 0, sy], [sp * sy, cp, -sp * cy], [-cp * sy, sp, cp * cy]], np.float32)


FRONT: Final = Camera()
ASLANT: Final = Camera(yaw=0.6, pitch=0.38, flat=0.0)  # the default view of a cube, from a corner
EDGES: Final = tuple(
    (a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b) in (1, 2, 4)
)  # of the cube, between its `CORNERS`
CORNERS: Final = np.array([[(i >> k) & 1 for k in range(3)] for i in range(8)], np.float32)
