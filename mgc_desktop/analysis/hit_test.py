"""Which points of a page are meant: the one at the pointer, the next one in a direction, those inside an outline."""

from __future__ import annotations

from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import BoolArray, FloatArray

_ASIDE: Final = 2.0  # how much farther than straight on a point seems that lies aside


def nearest(xy: FloatArray, seen: BoolArray, at: tuple[float, float], within: float) -> int | None:
    """The point of `xy` `(n, 2)` that is nearest to a place and no farther than `within`; of those `seen` `(n,)`."""
    if not len(xy):
        return None
    squares = np.square(xy - np.asarray(at, np.float32)).sum(axis=1)
    squares[~seen] = np.inf
    best = int(squares.argmin())
    return best if squares[best] <= within * within else None


def next_towards(xy: FloatArray, seen: BoolArray, start: int, direction: tuple[int, int]) -> int | None:
    """The point that one comes to from point `start` in a direction (`(1, 0)`: right, `(0, 1)`: down)."""
    away = xy - xy[start]
    along = away @ np.asarray(direction, np.float32)
    aside = np.abs(away @ np.asarray((direction[1], direction[0]), np.float32))
    ahead = seen & (along > 0) & (aside <= along)  # no farther aside than ahead
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
