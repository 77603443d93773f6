"""Finds points on a page: the one at the pointer, the next one in a direction, those inside an outline."""

from __future__ import annotations

from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import BoolArray, FloatArray

_ASIDE: Final = 2.0  # factor by which distance to the side counts more than distance ahead


def nearest(xy: FloatArray, visible: BoolArray, at: tuple[float, float], within: float) -> int | None:
    """The point of `xy` `(n, 2)` with `visible` `(n,)` that is nearest to `at`, at most `within` away, else None."""
    if not len(xy):
        return None
    squares = np.square(xy - np.asarray(at, np.float32)).sum(axis=1)
    squares[~visible] = np.inf
    best = int(squares.argmin())
    return best if squares[best] <= within * within else None


def next_towards(xy: FloatArray, visible: BoolArray, start: int, direction: tuple[int, int]) -> int | None:
    """The next visible point from point `start` in a direction (`(1, 0)`: right, `(0, 1)`: down), else None."""
    away = xy - xy[start]
    along = away @ np.asarray(direction, np.float32)
    aside = np.abs(away @ np.asarray((direction[1], direction[0]), np.float32))
    ahead = visible & (along > 0) & (aside <= along)  # at most 45 degrees from the direction
    ahead[start] = False
    if not ahead.any():
        return None
    return int(np.where(ahead, along + _ASIDE * aside, np.inf).argmin())


def inside(xy: FloatArray, outline: FloatArray) -> BoolArray:
    """`(n,)`: which points of `xy` `(n, 2)` lie inside a closed outline `(k, 2)`, by the even-odd rule."""
    found = np.zeros(len(xy), bool)
    if len(outline) < 3:
        return found
    near = np.flatnonzero(((xy >= outline.min(axis=0)) & (xy <= outline.max(axis=0))).all(axis=1))
    x, y = xy[near, 0], xy[near, 1]
    hit = np.zeros(len(near), bool)
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            hit ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    found[near] = hit
    return found
