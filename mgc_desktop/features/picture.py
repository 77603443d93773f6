"""The spectrogram picture of a song: all its mel columns in bounded memory, sampled for drawing at any zoom.

A column holds a run of frames. Above the finest columns is a pyramid of longer runs, so that a picture as wide as the
screen costs the same for three minutes and for ten hours. The finest columns, and runs of up to a fifth of a second,
hold their maximum, so that single clicks and melodies stay visible in the overview of a song. Longer runs hold the mean
of these, because the maximum of half a minute is always high and would show hours as one bright band.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.features.config import REPORT, MelConfig

Levels = NDArray[np.uint8]

UNKNOWN: Final = 0  # the level of what has not been decoded
FLOOR_DB: Final = -80.0  # the value of level 1: about the noise of 16 bits in one mel band
STEP_DB: Final = 0.5  # 254 steps reach from there to +47 dB, more than a full-scale sine gives
RANGE_DB: Final = 80.0  # the range that is shown below the maximum

MAX_COLUMNS: Final = 152 * 1024  # an hour, frame by frame: 20 MB, and as much again for the pyramid
_LOUDEST_UP_TO: Final = 8  # runs of at most so many frames show their maximum; longer ones show the mean
_LADDER: Final = 10  # halvings above the finest columns
_ROUND: Final = 1 << _LADDER  # column counts are a multiple of this, so that each halving is an integer


class SpectrogramPicture:
    """Is filled with blocks of decibels in any order; samples columns of levels for drawing; returns single values.

    Times are in seconds; frame `i` is at `i * hop_length / sr`. Levels are bytes: `UNKNOWN`, or
    `1 + (decibels - FLOOR_DB) / STEP_DB`. Decibels that are returned are relative to the maximum so far.
    Not thread-safe: only the thread that draws may use it.
    """

    def __init__(
        self, duration: float | None = None, *, config: MelConfig = REPORT, max_columns: int = MAX_COLUMNS
    ) -> None:
        """`duration`: expected seconds; a wrong or missing value only costs some copying."""
        self._config = config
        self._max_columns = max(_ROUND, max_columns // _ROUND * _ROUND)
        self._frames = 0
        self._loudest = UNKNOWN
        frames = 1 + round((duration or 0.0) / config.frame_seconds)
        self._shift = 0
        while frames > self._max_columns << self._shift:
            self._shift += 1
        self._ladder = self._empty(frames >> self._shift)

    @property
    def n_mels(self) -> int:
        """Rows of the picture, the lowest frequency first."""
        return self._config.n_mels

    @property
    def frame_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self._config.frame_seconds

    @property
    def frames_per_column(self) -> int:
        """Frames in one of the finest columns: 1 up to an hour, then 2, 4, ..."""
        return 1 << self._shift

    @property
    def column_seconds(self) -> float:
        """Seconds from one of the finest columns to the next."""
        return self.frame_seconds * self.frames_per_column

    @property
    def end(self) -> float:
        """End of the decoded part in seconds; 0 if there is none."""
        return self._frames * self.frame_seconds

    @property
    def loudest(self) -> int:
        """The highest level so far; `UNKNOWN` if there is none."""
        return self._loudest

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return sum(level.nbytes for level in self._ladder)

    def add(self, start_frame: int, db: NDArray[np.float32]) -> tuple[float, float]:
        """Add `db`, `(n_mels, k)` decibels relative to full scale, whose first column is frame `start_frame`.

        Returns start and end of the changed part in seconds.
        """
        count = db.shape[1]
        if not count:
            return (0.0, 0.0)
        stop = start_frame + count
        self._grow(stop)
        self._frames = max(self._frames, stop)
        levels = _levels(db)
        self._loudest = max(self._loudest, int(levels.max()))
        first, last = start_frame >> self._shift, (stop - 1) >> self._shift
        runs = np.maximum((np.arange(first, last + 1) << self._shift) - start_frame, 0)
        columns = np.maximum.reduceat(levels, runs, axis=0) if self._shift else levels
        target = self._ladder[0][first : last + 1]
        np.maximum(target, columns, out=target)
        self._carry_up(first, last + 1)
        run = self.column_seconds
        return ((first - 0.5) * run, (last + 1.5) * run)

    def db_at(self, seconds: float, row: int) -> float | None:
        """Decibels below the maximum, `-RANGE_DB` to 0, at a time and in a row; None where it is unknown."""
        column = self._column(seconds)
        level = int(column[row]) if column is not None else UNKNOWN
        return None if level == UNKNOWN else self.relative_db(level)

    def loudest_row(self, seconds: float) -> int | None:
        """The row of the loudest tone at a time; None where it is unknown or all is silent."""
        column = self._column(seconds)
        return int(column.argmax()) if column is not None and column.max() > UNKNOWN + 1 else None

    def relative_db(self, level: int) -> float:
        """Decibels below the maximum for a level; the lowest level counts as silence."""
        below = (level - self._loudest) * STEP_DB if level > UNKNOWN + 1 else -RANGE_DB
        return max(-RANGE_DB, below)

    def sample(self, first: int, count: int, pixels_per_second: float) -> Levels:
        """Levels for `count` pixels, `(count, n_mels)`, from pixel `first` of a time axis that starts with the song.

        Pixel `p` covers the seconds from `p / pixels_per_second` to `(p + 1) / pixels_per_second`.
        """
        per_pixel = 1 / (pixels_per_second * self.frame_seconds)
        edges = np.arange(first, first + count + 1) * per_pixel + 0.5  # in frames; frame `i` covers [i, i + 1)
        level = int(np.clip(np.log2(per_pixel) - self._shift, 0, _LADDER))
        run = self.frames_per_column << level
        if run <= min(per_pixel, _LOUDEST_UP_TO):
            return _loudest_of(self._ladder[level], edges / run)
        return _blend(self._ladder[level], (edges[:-1] + per_pixel / 2) / run - 0.5)

    def _column(self, seconds: float) -> Levels | None:
        index = round(seconds / self.frame_seconds) >> self._shift
        base = self._ladder[0]
        return base[index] if 0 <= index < len(base) else None

    def _empty(self, columns: int) -> list[Levels]:
        size = -(-max(1, columns) // _ROUND) * _ROUND
        return [np.zeros((size >> level, self.n_mels), np.uint8) for level in range(_LADDER + 1)]

    def _grow(self, frames: int) -> None:
        """Make space for `frames`: by more columns up to the limit, then by longer columns."""
        while frames > len(self._ladder[0]) << self._shift:
            old = self._ladder
            if len(old[0]) < self._max_columns:
                self._ladder = self._empty(min(2 * len(old[0]), self._max_columns))
                keep = old[0]
            else:
                self._shift += 1
                self._ladder = self._empty(self._max_columns)
                keep = np.maximum(old[0][::2], old[0][1::2])
            self._ladder[0][: len(keep)] = keep
            self._carry_up(0, len(keep))

    def _carry_up(self, start: int, stop: int) -> None:
        """Update the pyramid above the finest columns `[start, stop)`."""
        run = self.frames_per_column
        for fine, coarse in zip(self._ladder, self._ladder[1:], strict=False):
            start, stop, run = start >> 1, (stop + 1) >> 1, 2 * run
            left, right = fine[2 * start : 2 * stop : 2], fine[2 * start + 1 : 2 * stop : 2]
            np.maximum(left, right, out=coarse[start:stop])
            if run > _LOUDEST_UP_TO:
                both = (left != UNKNOWN) & (right != UNKNOWN)
                mean = (left.astype(np.uint16) + right + 1) >> 1
                np.copyto(coarse[start:stop], mean, where=both, casting="unsafe")


def _levels(db: NDArray[np.float32]) -> Levels:
    """`(n_mels, k)` decibels as `(k, n_mels)` levels."""
    steps = np.rint((db.T - FLOOR_DB) / STEP_DB) + 1
    levels: Levels = np.clip(steps, 1, 255).astype(np.uint8)
    return levels


def _blend(columns: Levels, positions: NDArray[np.float64]) -> Levels:
    """Columns at fractional positions, linearly between their centres; unknown where the nearest is unknown."""
    last = len(columns) - 1
    within = np.clip(positions, 0, last)
    left = within.astype(np.int64)
    right = np.minimum(left + 1, last)
    weight = np.rint((within - left) * 256).astype(np.uint16)[:, None]
    known = columns[:, 0] != UNKNOWN
    visible = known[np.where(weight[:, 0] < 128, left, right)] & (positions < last + 0.5)
    left, right = np.where(known[left], left, right), np.where(known[right], right, left)
    mixed = (columns[left] * (256 - weight) + columns[right] * weight + 128) >> 8
    mixed[~visible] = UNKNOWN
    return mixed.astype(np.uint8)


def _loudest_of(columns: Levels, edges: NDArray[np.float64]) -> Levels:
    """The maximum of the columns between neighbouring edges; each column is at least half as wide as a pixel."""
    first = np.floor(edges[:-1]).astype(np.int64)
    final = np.ceil(edges[1:]).astype(np.int64) - 1
    last = len(columns) - 1
    low, middle, high = (np.clip(index, 0, last) for index in (first, (first + final) >> 1, final))
    loudest: Levels = np.maximum(np.maximum(columns[low], columns[middle]), columns[high])
    loudest[first > last] = UNKNOWN
    return loudest
