"""The ribbon as numbers: stacked bands of probability, and where their names fit. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import DoubleArray
from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.inference.vocabularies import LARGE, vocabulary_of

OTHERS: Final = "Other genres"
_KERNEL: Final = np.array([0.25, 0.5, 0.25])


def folded(timeline: Timeline, most: int = 12) -> Timeline:
    """The same by broad genres where the vocabulary is large; of more than `most` of them the rarest as one."""
    if len(timeline.genres) <= LARGE:
        return timeline
    vocabulary = vocabulary_of(timeline.genres)
    broad = [vocabulary.broad(name) for name in timeline.genres]
    names = list(dict.fromkeys(broad))
    shares = np.zeros((len(timeline), len(names)), np.float32)
    for column, name in enumerate(broad):
        shares[:, names.index(name)] += timeline.probabilities[:, column]
    if len(names) > most:
        order = np.argsort(-shares.sum(axis=0), kind="stable")
        kept, rest = np.sort(order[: most - 1]), order[most - 1 :]
        shares = np.concatenate([shares[:, kept], shares[:, rest].sum(axis=1, keepdims=True)], axis=1)
        names = [*(names[i] for i in kept), OTHERS]
    return Timeline(tuple(names), timeline.times, shares)


def columns(timeline: Timeline, duration: float, width: int) -> tuple[DoubleArray, int]:
    """The probabilities `(width, genres)` at each column of the whole song's picture, how many are known."""
    if not len(timeline) or duration <= 0 or width <= 0:
        return np.zeros((max(0, width), len(timeline.genres))), 0
    centres = timeline.times.mean(axis=1).astype(float)
    rows = timeline.probabilities.astype(float)
    if len(rows) > 2 * width:  # many segments to a column: average them first
        bins = np.minimum((centres / duration * width).astype(int), width - 1)
        counts = np.bincount(bins, minlength=width)
        sums = np.stack([np.bincount(bins, weights=column, minlength=width) for column in rows.T], axis=1)
        filled = counts > 0
        rows = sums[filled] / counts[filled, None]
        centres = (np.flatnonzero(filled) + 0.5) * duration / width
    if len(rows) > 2:
        padded = np.pad(rows, ((1, 1), (0, 0)), mode="edge")
        rows = sum(weight * padded[i : i + len(rows)] for i, weight in enumerate(_KERNEL))
    at = (np.arange(width) + 0.5) * duration / width
    smooth = np.stack([np.interp(at, centres, column) for column in rows.T], axis=1)
    known = int(np.clip(np.ceil(float(timeline.times[-1, 1]) / duration * width), 0, width))
    return smooth, known


def covered(timeline: Timeline, duration: float, width: int) -> NDArray[np.bool_]:
    """`(width,)`: at which columns there was something to analyse, or no farther from it than a segment is long."""
    if not len(timeline) or duration <= 0:
        return np.zeros(width, bool)
    at = (np.arange(width) + 0.5) * duration / width
    starts, ends = timeline.times.astype(float).T
    slack = float((ends - starts).max())
    before = np.searchsorted(starts, at, side="right") - 1
    after = np.minimum(before + 1, len(starts) - 1)
    behind = np.where(before >= 0, at - ends[np.maximum(before, 0)], np.inf)
    mask: NDArray[np.bool_] = (behind <= slack) | (np.abs(starts[after] - at) <= slack)
    return mask


def edges(values: DoubleArray, order: tuple[int, ...]) -> DoubleArray:
    """`(width, genres + 1)`: the heights, 0 to 1 from the bottom, between which the genres of `order` lie."""
    stacked = np.cumsum(values[:, list(order)], axis=1)
    total = np.maximum(stacked[:, -1:], 1e-9)
    return np.concatenate([np.zeros((len(values), 1)), stacked / total], axis=1)


def picture(bands: DoubleArray, colours: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """`(height, width, 3)` RGB of the bands that `edges` gave, colours `(genres, 3)` in the same order."""
    tops = height * (1.0 - bands)  # in pixels from the top, falling along axis 1
    rows = np.arange(height, dtype=float)[:, None]
    blend = np.zeros((height, len(bands), 3))
    for band, colour in enumerate(colours):
        upper, lower = tops[:, band + 1], tops[:, band]
        cover = np.clip(np.minimum(lower, rows + 1) - np.maximum(upper, rows), 0.0, 1.0)
        blend += cover[:, :, None] * colour.astype(float)
    return np.rint(blend).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Placed:
    """A name inside its band: index in the order, centre in columns and as a height from the bottom, 0 to 1."""

    band: int
    x: float
    y: float


def places(bands: DoubleArray, widths: list[float], height: int, *, least: float = 22.0) -> list[Placed]:
    """Where names, `widths` columns wide with their margins, fit into the bands; at most two a band."""
    placed: list[Placed] = []
    for band, name_width in enumerate(widths):
        span = max(1, int(np.ceil(name_width)))
        if span > len(bands):
            continue
        low = np.lib.stride_tricks.sliding_window_view(bands[:, band], span).max(axis=1)
        high = np.lib.stride_tricks.sliding_window_view(bands[:, band + 1], span).min(axis=1)
        room = (high - low) * height
        for _ in range(2):
            best = int(np.argmax(room))
            if room[best] < least:
                break
            placed.append(Placed(band, best + span / 2, float(low[best] + high[best]) / 2))
            # The next one well away, so that a name is not said twice side by side.
            room[max(0, best - 5 * span) : best + 5 * span] = 0
    return placed
