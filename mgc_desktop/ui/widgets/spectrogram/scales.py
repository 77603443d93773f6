"""What the numbers along the picture mean: mel height and hertz, notes, times, decibels. Free of Qt."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.mel import mel_frequencies
from mgc_desktop.features.picture import RANGE_DB

HZ_TICKS: Final = (1000, 8000, 4000, 2000, 500, 250, 100)  # the most important first: where room is short, they win
DB_TICKS: Final = (0, -20, -40, -60, -80)
NO_READING: Final = ""

_TIME_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_NOTES: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_LOWEST_NOTE_HZ: Final = 16.0  # C0: nobody hears a pitch below
_FIGURE_SPACE: Final = "\N{FIGURE SPACE}"


class MelScale:
    """Heights in the picture, in filters: 0 is `fmin`, `top` is `fmax`, filter `row` is centred at `row + 1`."""

    def __init__(self, config: MelConfig = REPORT) -> None:
        self._hz = np.array([config.fmin, *mel_frequencies(config), config.fmax])
        self._heights = np.arange(len(self._hz))
        self.top = config.n_mels + 1  # the filters' triangles overlap by half, so one more than there are filters

    def hz(self, height: float) -> float:
        """The frequency at a height."""
        return float(np.interp(height, self._heights, self._hz))

    def height(self, hz: float) -> float:
        """The height of a frequency."""
        return float(np.interp(hz, self._hz, self._heights))

    def row(self, height: float) -> int:
        """The filter whose centre is nearest."""
        return min(max(round(height), 1), self.top - 1) - 1


def hz_label(hz: int) -> str:
    """`500`, `4 k`."""
    return f"{hz // 1000} k" if hz >= 1000 else str(hz)


def note_name(hz: float) -> str:
    """The nearest note of the equal temperament at A4 = 440 Hz, `F♯6`; a dash where no pitch is heard."""
    if hz < _LOWEST_NOTE_HZ:
        return "–"
    number = round(69 + 12 * math.log2(hz / 440))
    return f"{_NOTES[number % 12]}{number // 12 - 1}"


def time_label(seconds: float, decimals: int = 0) -> str:
    """`0:58`, `0:58.3`, `1:02:03`."""
    ticks = round(max(0.0, seconds) * 10**decimals)
    whole, part = divmod(ticks, 10**decimals)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"{clock}.{part:0{decimals}d}" if decimals else clock


def time_ticks(start: float, span: float, most: int) -> list[tuple[float, str]]:
    """Round times between `start` and `start + span` seconds with their labels, at most about `most` of them."""
    step = next((s for s in _TIME_STEPS if span / s <= max(1, most)), _TIME_STEPS[-1])
    decimals = 1 if step < 1 else 0
    first, last = math.ceil(start / step - 1e-6), math.floor((start + span) / step + 1e-6)
    return [(index * step, time_label(index * step, decimals)) for index in range(first, last + 1)]


def decibel_label(db: float) -> str:
    """`−23 dB`, with a true minus sign; `≤ −80 dB` at the floor."""
    number = f"{abs(round(db))}".rjust(2, _FIGURE_SPACE)
    sign = "≤ −" if db <= -RANGE_DB else "−" if round(db) else _FIGURE_SPACE
    return f"{sign}{number} dB"


def reading(seconds: float, hz: float, db: float | None) -> str:
    """One line for a point of the picture: `0:58.3   1,480 Hz   F♯6   −23 dB`; without decibels where unknown.

    Numbers are padded with figure spaces, so that the line does not jump about under the pointer.
    """
    parts = [time_label(seconds, 1), f"{round(hz):,}".rjust(5, _FIGURE_SPACE) + " Hz"]
    parts.append(note_name(hz).ljust(3, _FIGURE_SPACE))
    if db is not None:
        parts.append(decibel_label(db))
    return "   ".join(parts)
