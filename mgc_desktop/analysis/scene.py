"""What is on the map now: which songs are seen, chosen, current, and where on the page each one is."""

from __future__ import annotations

from typing import Final

import numpy as np

from mgc_desktop.analysis.camera import CORNERS, FRONT, Camera, Point, Size
from mgc_desktop.analysis.colouring import Colouring
from mgc_desktop.analysis.hit_test import inside, nearest, next_towards
from mgc_desktop.foundation.arrays import BoolArray, FloatArray, IndexArray

_NOTHING: Final = np.zeros(0, np.intp)
_NAMED: Final = 0.012  # of the songs: rarer genres are not written on the map
_FEWEST: Final = 3


class Scene:
    """`n` songs at `places` `(n, 3)` in the `groups` of a colouring; songs are meant by their rows.

    `size`: of the page, pixels. `current`: where the keyboard is; `playing`: the song that sounds. `source`, `alike`:
    a song and those that are most like it. `stressed`: the group that is to stand out, if any.
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
        self._seen: BoolArray = np.zeros(0, bool)
        self._projected: tuple[tuple[Camera, Size], FloatArray, FloatArray] | None = None

    def __len__(self) -> int:
        return len(self._places)

    # What there is

    @property
    def places(self) -> FloatArray:
        """`(n, 3)` in the cube."""
        return self._places

    @places.setter
    def places(self, places: FloatArray) -> None:
        self._places = places
        self._projected = self._centres = None

    def fill(self, places: FloatArray, colouring: Colouring) -> None:
        """Other songs: nothing is chosen, current or playing among them yet."""
        self.places = places
        self.chosen = np.zeros(len(places), bool)
        self.current = self.playing = self.source = self.stressed = None
        self.similar = _NOTHING
        self.colour(colouring)

    def colour(self, colouring: Colouring) -> None:
        """Put the songs in other groups."""
        self.colouring = colouring
        self._centres = None
        self.hide(self.hidden)

    def hide(self, names: frozenset[str]) -> None:
        """Show the songs of all groups but these."""
        self.hidden = names
        shown = np.array([name not in names for name in self.colouring.names], bool)
        self._seen = shown[self.colouring.group] if len(shown) else np.zeros(0, bool)

    @property
    def seen(self) -> BoolArray:
        """`(n,)`: whether a song's group is shown."""
        return self._seen

    # Where it is

    def project(self) -> tuple[FloatArray, FloatArray]:
        """`(n, 2)` pixels and `(n,)` depth."""
        key = (self.camera, self.size)
        if self._projected is None or self._projected[0] != key:
            self._projected = (key, *self.camera.project(self._places, self.size))
        return self._projected[1], self._projected[2]

    def show_all(self) -> Camera:
        """The camera from which all that is shown is seen."""
        return self.camera.fitted(self.extent(self._places, flat=self.camera.flat > 0), self.size)

    def extent(self, places: FloatArray, *, flat: bool) -> FloatArray:
        """What is to be seen when the songs lie at these places: those that are shown, and in a cube its corners."""
        shown = places[self._seen]
        return shown if flat else np.concatenate([shown, CORNERS])

    def names(self) -> list[tuple[int, Point]]:
        """Groups that are worth a name on the map, with the place of it on the page; the largest first."""
        if self._centres is None:
            self._centres = np.array([self._centre(group) for group in range(len(self.colouring.names))], np.float32)
        if not len(self._centres):
            return []
        fewest = max(_FEWEST, _NAMED * len(self))
        xy = self.camera.project(self._centres, self.size)[0].tolist()
        counts = self.colouring.counts
        worthy = [
            group
            for group in range(self.colouring.plain_from)
            if counts[group] >= fewest and self.colouring.names[group] not in self.hidden
        ]
        return [(group, (xy[group][0], xy[group][1])) for group in sorted(worthy, key=lambda group: -counts[group])]

    def _centre(self, group: int) -> FloatArray:
        """The middle of a group's crowd."""
        own = self._places[self.colouring.group == group]
        return np.median(own, axis=0) if len(own) else np.full(3, 0.5, np.float32)

    # What is meant

    def at(self, point: Point, within: float) -> int | None:
        """The song at a point of the page."""
        return nearest(self.project()[0], self._seen, point, within)

    def within(self, outline: FloatArray) -> IndexArray:
        """The songs in an outline `(k, 2)` on the page."""
        return np.flatnonzero(inside(self.project()[0], outline) & self._seen)

    def step(self, direction: tuple[int, int]) -> int | None:
        """The song that an arrow key leads to, None where there is none."""
        xy, _ = self.project()
        if self.current is None or not self._seen[self.current]:
            return nearest(xy, self._seen, (self.size[0] / 2, self.size[1] / 2), np.inf)
        return next_towards(xy, self._seen, self.current, direction)

    def choose(self, songs: IndexArray, *, add: bool = False) -> None:
        """Choose these songs, besides those that are chosen already or instead of them."""
        if not add:
            self.chosen = np.zeros(len(self), bool)
        self.chosen[songs] = True

    def toggle(self, song: int) -> None:
        """Choose a song, or leave it."""
        self.chosen[song] = not self.chosen[song]
