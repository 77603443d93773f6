"""Draws a `Scene`: the cube, the points, the names of the genres, and marks on single songs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from mgc_desktop.analysis.camera import CORNERS, EDGES
from mgc_desktop.analysis.scene import Scene
from mgc_desktop.ui.fonts import CAPTION, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.map.sprites import LEVELS, Look, Sprites, levels_of, radius_for

_PAD: Final = 5.0
_RING: Final = 14.0  # radius of the outer ring around the song that sounds
_FEW: Final = 100  # songs of a group; the name of a larger one lies over its crowd, whose shape shows what is hidden
_HIDDEN: Final = 0.1  # of a group's few songs that its name may lie over without giving way
_STEPS: Final = (0, -1, 1, -2, 2, -3, 3)  # to where a name gives way: up and down, in its own height


def draw_points(painter: QPainter, scene: Scene, sprites: Sprites, palette: Palette, *, shapes: bool = False) -> None:
    """The cube and all songs that are shown; `shapes`: as shapes, for files that keep them."""
    _draw_cube(painter, scene, palette)
    xy, depth = scene.project()
    order, rows = _arranged(scene, xy, depth)
    draw = sprites.outline if shapes else sprites.draw
    draw(painter, xy[order], scene.colouring.group[order], rows)


def _arranged(
    scene: Scene, xy: NDArray[np.float32], depth: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The songs on the page from the back to the front, and the row of each in the sprites."""
    width, height = scene.size
    near = scene.visible & (xy[:, 0] > -20) & (xy[:, 0] < width + 20) & (xy[:, 1] > -20) & (xy[:, 1] < height + 20)
    order = np.flatnonzero(near)
    looks = _looks(scene)[order]
    turned = scene.camera.flat < 1
    back_to_front = np.lexsort((depth[order], looks)) if turned else np.argsort(looks, kind="stable")
    order = order[back_to_front]
    return order, looks[back_to_front] * LEVELS + levels_of(depth[order])


def _looks(scene: Scene) -> NDArray[np.intp]:
    stressed = scene.chosen.copy()
    stressed[scene.similar] = True
    if scene.source is not None:
        stressed[scene.source] = True
    if scene.stressed is not None:
        return np.where(scene.colouring.group == scene.stressed, Look.USUAL, Look.FAINT)
    if stressed.any():
        return np.where(stressed, Look.CHOSEN, Look.FAINT)
    return np.full(len(scene), Look.USUAL, np.intp)


def _draw_cube(painter: QPainter, scene: Scene, palette: Palette) -> None:
    """The edges of the cube, as strong as it is one."""
    if scene.camera.flat >= 1:
        return
    corners, _ = scene.camera.project(CORNERS, scene.size)
    colour = QColor(palette.line)
    colour.setAlphaF(1 - scene.camera.flat)
    painter.setPen(QPen(colour, 1))
    points = [QPointF(x, y) for x, y in corners.tolist()]
    painter.drawLines([QLineF(points[a], points[b]) for a, b in EDGES])


def draw_names(painter: QPainter, scene: Scene, palette: Palette, free: QRectF) -> None:
    """Each genre's name where most of its songs are, beside them where they are few; no name over another or `free`."""
    painter.setFont(font(SMALL, QFont.Weight.DemiBold))
    metrics = QFontMetricsF(painter.font())
    page = QRectF(0, 0, *scene.size)
    points = scene.project()[0][scene.visible]
    radius = radius_for(len(scene))
    taken = [free]
    for group, (x, y) in scene.names():
        name = scene.colouring.names[group]
        box = QRectF(0, 0, metrics.horizontalAdvance(name) + 2 * _PAD, metrics.height() + 2)
        box.moveCenter(QPointF(x, y))
        count = scene.colouring.counts[group]
        around = [box.translated(0, step * box.height()) for step in (_STEPS if count <= _FEW else _STEPS[:1])]
        places = [place for place in around if page.contains(place) and not any(map(place.intersects, taken))]
        if not places:
            continue
        box = places[0] if count > _FEW else _clearest(places, points, radius, int(_HIDDEN * count))
        taken.append(box)
        ground = QColor(palette.panel)
        ground.setAlphaF(0.78)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(palette.genre_as_text(name)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)


def _clearest(places: Sequence[QRectF], points: NDArray[np.float32], radius: float, most: int) -> QRectF:
    """The first place with no more than `most` points under it, else that with the fewest."""

    def hidden(place: QRectF) -> int:
        left, right = place.left() - radius, place.right() + radius
        inside = points[(points[:, 0] > left) & (points[:, 0] < right), 1]
        return int(((inside > place.top() - radius) & (inside < place.bottom() + radius)).sum())

    return next((place for place in places if hidden(place) <= most), None) or min(places, key=hidden)


def draw_links(painter: QPainter, scene: Scene, palette: Palette) -> None:
    """Thin lines from a song to those that are like it."""
    if scene.source is None or not len(scene.similar):
        return
    xy, _ = scene.project()
    start = QPointF(*xy[scene.source].tolist())
    colour = QColor(palette.muted)
    colour.setAlphaF(0.45)
    painter.setPen(QPen(colour, 1))
    painter.drawLines(
        [QLineF(start, QPointF(x, y)) for x, y in xy[scene.similar[scene.visible[scene.similar]]].tolist()]
    )


def draw_mark(painter: QPainter, scene: Scene, song: int, colour: str, grown: float, width: float = 2.0) -> None:
    """A ring around a song, `grown` pixels from its middle."""
    if scene.visible[song]:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(QPointF(*scene.project()[0][song].tolist()), grown, grown)


def playing_room(scene: Scene, title: str) -> QRectF:
    """What the mark of the song that sounds takes up, with its title; null where none is seen."""
    box = _playing_box(scene, title)
    if scene.playing is None or box.isNull():
        return box
    x, y = scene.project()[0][scene.playing].tolist()
    return box.united(QRectF(x - _RING, y - _RING, 2 * _RING, 2 * _RING))


def _playing_box(scene: Scene, title: str) -> QRectF:
    song = scene.playing
    if song is None or not scene.visible[song]:
        return QRectF()
    metrics = QFontMetricsF(_playing_font())
    x, y = scene.project()[0][song].tolist()
    box = QRectF(0, 0, metrics.horizontalAdvance(_short(title, metrics)) + 2 * _PAD + 2, metrics.height() + 4)
    box.moveCenter(QPointF(x, y - 25))
    box.moveLeft(min(max(4.0, box.left()), scene.size[0] - box.width() - 4))
    if box.top() < 4:
        box.moveTop(y + 18)
    return box


def draw_playing(painter: QPainter, scene: Scene, title: str, palette: Palette) -> None:
    """Two rings around the song that sounds, and its title."""
    song, box = scene.playing, _playing_box(scene, title)
    if song is None or box.isNull():
        return
    draw_mark(painter, scene, song, palette.accent, 10.0)
    draw_mark(painter, scene, song, palette.accent, _RING, 1.0)
    painter.setFont(_playing_font())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.accent))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(palette.on_accent))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _short(title, QFontMetricsF(painter.font())))


def _playing_font() -> QFont:
    return font(CAPTION, QFont.Weight.Medium)


def _short(title: str, metrics: QFontMetricsF) -> str:
    return metrics.elidedText(title, Qt.TextElideMode.ElideRight, 180)
