"""A short journey from one look of the map to the next, so that the eye can follow the songs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from mgc_desktop.analysis.camera import Camera
from mgc_desktop.analysis.scene import Scene
from mgc_desktop.foundation.arrays import FloatArray

_MS: Final = 420


class Motion(QObject):
    """Moves a scene's places and camera; `moved` is called at each step."""

    def __init__(self, scene: Scene, moved: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._scene = scene
        self._moved = moved
        self._from: tuple[FloatArray, Camera] = (scene.places, scene.camera)
        self._to = self._from
        self._clock = QVariantAnimation(self)
        self._clock.setDuration(_MS)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._clock.valueChanged.connect(self._at)

    @property
    def moving(self) -> bool:
        """Whether the journey is under way."""
        return self._clock.state() == QVariantAnimation.State.Running

    @property
    def goal(self) -> Camera:
        """The camera at the end."""
        return self._to[1] if self.moving else self._scene.camera

    def go(self, places: FloatArray, camera: Camera, *, at_once: bool = False) -> None:
        """Bring the songs to these places, seen by this camera; there must be as many as before."""
        self._clock.stop()
        self._from, self._to = (self._scene.places, self._scene.camera), (places, camera)
        if at_once or len(places) != len(self._scene):
            self._at(1.0)
        else:
            self._clock.start()

    def finish(self) -> None:
        """Be at the end."""
        if self.moving:
            self._clock.stop()
            self._at(1.0)

    def _at(self, share: float) -> None:
        (places, camera), (there, goal) = self._from, self._to
        if share >= 1:
            self._scene.places, self._scene.camera = there, goal
        else:
            if there is not places:
                self._scene.places = places + (there - places) * np.float32(share)
            self._scene.camera = camera.towards(goal, share)
        self._moved()
