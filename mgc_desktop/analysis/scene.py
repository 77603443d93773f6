"""The state of the map: which songs are visible, chosen and current, and where each one is on the page."""

from __future__ import annotations

from typing import Final

import numpy as np

from mgc_desktop.analysis.camera import CORNERS, FRONT, Camera, Point, Size
from mgc_desktop.analysis.colouring import Colouring
from mgc_desktop.analysis.hit_test import inside, nearest, next_towards
from mgc_desktop.foundation.arrays import BoolArray, FloatArray, IndexArray

_NOTHING: Final = np.zeros(0, np.intp)
_NAMED: Final = 0.012  # share of the songs; genres with fewer have no label on the map
_FEWEST: Final = 3


class Scene:
    """`n` songs at `places` `(n, 3)` in the `groups` of a colouring; songs are given by their row numbers.

    `size`: of the page in pixels. `current`: the song with the keyboard focus; `playing`: the song that is playing.
    `source`, `similar`: a song and those most similar to it. `stressed`: the group that is emphasised, if any.
    """

    def __init__(self) -> None:
        self.size: Size = (640.0, 480.0)
        self.camera: Camera = FRONT
        self.colouring = Colouring((), np.zeros(0, np.int16), (), 0)
        self.hidden: frozenset[str] = frozenset()
        self.chosen: BoolArray = np.zeros(0, bool)
        self.current: int | None = None
        self.playing: int | None = None
        self.source: int | None = None
        self.similar: IndexArray = _NOTHING
        self.stressed: int | None = None
        self._places: FloatArray = np.zeros((0, 3), np.float32)
        self._centres: FloatArray | None = None
        self._visible: BoolArray = np.zeros(0, bool)
        self._projected: tuple[tuple[Camera, Size], FloatArray, FloatArray] | None = None

    def __len__(self) -> int:
        return len(self._places)

    # Contents

    @property
    def places(self) -> FloatArray:
        """`(n, 3)` in the cube."""
        return self._places

    @places.setter
    def places(self, places: FloatArray) -> None:
        self._places = places
        self._projected = self._centres = None

    def fill(self, places: FloatArray, colouring: Colouring) -> None:
        """Replace the songs; none of them is chosen, current or playing."""
        self.places = places
        self.chosen = np.zeros(len(places), bool)
        self.current = self.playing = self.source = self.stressed = None
        self.similar = _NOTHING
        self.colour(colouring)

    def colour(self, colouring: Colouring) -> None:
        """Change the groups of the songs."""
        self.colouring = colouring
        self._centres = None
        self.hide(self.hidden)

    def hide(self, names: frozenset[str]) -> None:
        """Hide the groups with these names and show all others."""
        self.hidden = names
        shown = np.array([name not in names for name in self.colouring.names], bool)
        self._visible = shown[self.colouring.group] if len(shown) else np.zeros(0, bool)

    @property
    def visible(self) -> BoolArray:
        """`(n,)`: whether a song's group is shown."""
        return self._visible

    # Projection

    def project(self) -> tuple[FloatArray, FloatArray]:
        """`(n, 2)` pixels and `(n,)` depth of the songs."""
        key = (self.camera, self.size)
        if self._projected is None or self._projected[0] != key:
            self._projected = (key, *self.camera.project(self._places, self.size))
        return self._projected[1], self._projected[2]

    def show_all(self) -> Camera:
        """The camera that shows all visible songs."""
        return self.camera.fitted(self.extent(self._places, flat=self.camera.flat > 0), self.size)

    def extent(self, places: FloatArray, *, flat: bool) -> FloatArray:
        """The points that should be visible if the songs lie at `places`: visible songs and the corners of a cube."""
        shown = places[self._visible]
        return shown if flat else np.concatenate([shown, CORNERS])

    def names(self) -> list[tuple[int, Point]]:
        """The groups that get a label on the map, with its position on the page; the largest first."""
        if self._centres is None:
            self._centres = np.array([self._centre(group) for group in range(len(self.colouring.names))], np.float32)
        if not len(self._centres):
            return []
        fewest = max(_FEWEST, _NAMED * len(self))
        xy = self.camera.project(self._centres, self.size)[0].tolist()
        counts = self.colouring.counts
        labelled = [
            group
            for group in range(self.colouring.uncoloured_from)
            if counts[group] >= fewest and self.colouring.names[group] not in self.hidden
        ]
        return [(group, (xy[group][0], xy[group][1])) for group in sorted(labelled, key=lambda group: -counts[group])]

    def _centre(self, group: int) -> FloatArray:
        """The median place of a group's songs."""
        own = self._places[self.colouring.group == group]
        return np.median(own, axis=0) if len(own) else np.full(3, 0.5, np.float32)

    # Selection

    def at(self, point: Point, within: float) -> int | None:
        """The song nearest to a point of the page, at most `within` pixels away, else None."""
        return nearest(self.project()[0], self._visible, point, within)

    def within(self, outline: FloatArray) -> IndexArray:
        """The visible songs in an outline `(k, 2)` on the page."""
        return np.flatnonzero(inside(self.project()[0], outline) & self._visible)

    def step(self, direction: tuple[int, int]) -> int | None:
        """The next song in the direction of an arrow key, None if there is none."""
        xy, _ = self.project()
        if self.current is None or not self._visible[self.current]:
            return nearest(xy, self._visible, (self.size[0] / 2, self.size[1] / 2), np.inf)
        return next_towards(xy, self._visible, self.current, direction)

    def choose(self, songs: IndexArray, *, add: bool = False) -> None:
        """Select these songs; `add`: in addition to the present selection."""
        if not add:
            self.chosen = np.zeros(len(self), bool)
        self.chosen[songs] = True

    def toggle(self, song: int) -> None:
        """Select a song, or deselect it."""
        self.chosen[song] = not self.chosen[song]
