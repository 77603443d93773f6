"""The map as a picture: draws a scene, and changes what is seen of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.camera import ASLANT, FRONT, Camera
from mgc_desktop.analysis.colouring import Colouring
from mgc_desktop.analysis.scene import Scene
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.map.card import Facts, HoverCard
from mgc_desktop.ui.views.map.colours import Ink, inks
from mgc_desktop.ui.views.map.drawing import draw_links, draw_mark, draw_names, draw_playing, draw_points, playing_room
from mgc_desktop.ui.views.map.motion import Motion
from mgc_desktop.ui.views.map.sprites import Sprites, radius_for


class MapPicture(QWidget):
    """Songs are told by their rows in the scene. `facts` says what is to be known of one."""

    chosen_changed = Signal()

    def __init__(self, palette: Palette, facts: Callable[[int], Facts], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        self.motion = Motion(self.scene, self._renew, self)
        self.named = True
        self.facts = facts
        self.card = HoverCard(palette, self)
        self.hovered: int | None = None
        self.by_keys = False  # the current song was come to by keys, and is marked
        self.ringed = False  # the keys' focus is here
        self.outline: list[QPointF] = []  # what is being drawn around some songs
        self._palette = palette
        self._inks: tuple[Ink, ...] = ()
        self._sprites: Sprites | None = None
        self._layer: QPixmap | None = None  # the songs as they were drawn last; marks are drawn over it
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)

    # What is shown

    def show_songs(self, places: FloatArray, colouring: Colouring, *, flat: bool) -> None:
        """Other songs, seen as a whole."""
        self.motion.finish()
        self.scene.fill(places, colouring)
        self.hovered = None
        self.card.hide()
        self.scene.camera = FRONT if flat else ASLANT
        self.scene.camera = self.scene.show_all()
        self.recolour()

    def go(self, places: FloatArray, *, flat: bool, at_once: bool = False) -> None:
        """Bring the same songs to other places."""
        self.motion.finish()
        scene = self.scene
        camera = FRONT if flat else scene.camera if scene.camera.flat == 0 else ASLANT
        camera = camera.fitted(scene.extent(places, flat=flat), scene.size)
        self.motion.go(places, camera, at_once=at_once or not self.isVisible())

    def recolour(self, colouring: Colouring | None = None) -> None:
        """Put the songs in other groups, or draw them in other colours."""
        if colouring is not None:
            self.scene.colour(colouring)
        self._inks = inks(self.scene.colouring, self._palette)
        self._sprites = None
        self._renew()

    def hide_groups(self, names: frozenset[str]) -> None:
        """Show the songs of all groups but these."""
        self.scene.hide(names)
        self._renew()

    def stress(self, group: int | None) -> None:
        """Let a group stand out."""
        if group != self.scene.stressed:
            self.scene.stressed = group
            self._renew()

    def set_named(self, named: bool) -> None:
        """Whether the genres' names stand on the map."""
        self.named = named
        self._renew()

    def set_playing(self, song: int | None) -> None:
        """Mark the song that sounds."""
        self.scene.playing = song
        self.update()

    def show_similar(self, source: int | None, songs: NDArray[np.intp]) -> None:
        """Let a song and those like it stand out; None: none."""
        self.scene.source, self.scene.similar = source, songs
        self._renew()

    def set_current(self, song: int | None) -> None:
        """Put the keyboard's mark on a song, and say what it is."""
        self.scene.current = song
        if song is not None:
            spoken = self.facts(song).spoken
            self.setAccessibleDescription(spoken)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.recolour()

    def ink(self, group: int) -> Ink:
        """How a group is drawn."""
        return self._inks[group]

    # What is chosen

    def choose(self, songs: NDArray[np.intp], *, add: bool = False) -> None:
        """Choose songs."""
        self.scene.choose(songs, add=add)
        self._chosen()

    def toggle(self, song: int) -> None:
        """Choose a song, or leave it."""
        self.scene.toggle(song)
        self._chosen()

    def choose_nothing(self) -> None:
        """Leave all."""
        self.choose(np.zeros(0, np.intp))

    def choose_all(self) -> None:
        """All that are shown."""
        self.choose(np.flatnonzero(self.scene.visible))

    def _chosen(self) -> None:
        self._renew()
        self.chosen_changed.emit()

    # The camera

    def show_all(self) -> None:
        """See every song."""
        self.motion.finish()
        self.motion.go(self.scene.places, self.scene.show_all(), at_once=not self.isVisible())

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer, at a point of the page or its middle."""
        at = at if at is not None else QPointF(self.rect().center())
        self.look(lambda camera: camera.zoomed(factor, (at.x(), at.y()), self.scene.size))

    def shift(self, dx: float, dy: float) -> None:
        """Move a flat map, turn a cube."""
        if self.scene.camera.flat:
            self.look(lambda camera: camera.moved(dx, dy, self.scene.size))
        else:
            self.look(lambda camera: camera.turned(dx, dy))

    def look(self, change: Callable[[Camera], Camera]) -> None:
        """Change the camera."""
        self.motion.finish()
        self.scene.camera = change(self.scene.camera)
        self.card.hide()
        self._renew()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The songs as a picture, and the marks over it."""
        painter = QPainter(self)
        engine = painter.paintEngine()
        scale = painter.deviceTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if engine is None or engine.type() != QPaintEngine.Type.Raster:  # a file of shapes
            painter.fillRect(self.rect(), QColor(self._palette.panel))
            draw_points(painter, self.scene, self._sprites_for(scale), self._palette, shapes=True)
        elif scale != self.devicePixelRatioF():  # a picture finer than the screen
            painter.fillRect(self.rect(), QColor(self._palette.panel))
            draw_points(painter, self.scene, self._sprites_for(scale), self._palette)
        else:
            painter.drawPixmap(0, 0, self._songs())
        self._draw_marks(painter)

    def _songs(self) -> QPixmap:
        if self._layer is None:
            ratio = self.devicePixelRatioF()
            self._layer = QPixmap(self.size() * ratio)
            self._layer.setDevicePixelRatio(ratio)
            self._layer.fill(QColor(self._palette.panel))
            painter = QPainter(self._layer)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._sprites is None:
                self._sprites = self._sprites_for(ratio)
            draw_points(painter, self.scene, self._sprites, self._palette)
            painter.end()
        return self._layer

    def _sprites_for(self, scale: float) -> Sprites:
        return Sprites(self._inks, self._palette, radius_for(len(self.scene)), scale)

    def _draw_marks(self, painter: QPainter) -> None:
        scene, palette = self.scene, self._palette
        title = self.facts(scene.playing).title if scene.playing is not None else ""
        draw_links(painter, scene, palette)
        if self.named:
            draw_names(painter, scene, palette, playing_room(scene, title))
        draw_playing(painter, scene, title, palette)
        if scene.source is not None:
            draw_mark(painter, scene, scene.source, palette.accent, 11.0)
        if self.hovered is not None:
            draw_mark(painter, scene, self.hovered, palette.text, 9.0)
        if scene.current is not None and self.by_keys:
            draw_mark(painter, scene, scene.current, palette.text, 8.0)
            draw_mark(painter, scene, scene.current, palette.accent, 10.0)
        if self.outline:
            tint = QColor(palette.accent)
            painter.setPen(QPen(tint, 1.5, Qt.PenStyle.DashLine))
            tint.setAlphaF(0.12)
            painter.setBrush(tint)
            painter.drawPolygon(QPolygonF(self.outline))
        if self.ringed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _renew(self) -> None:
        self._layer = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page has another size."""
        super().resizeEvent(event)
        self.scene.size = (float(self.width()), float(self.height()))
        self.card.hide()
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """A screen of another scale needs other pictures."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._sprites = None
            self._renew()
