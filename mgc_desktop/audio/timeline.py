"""The position of decoded frames in the song, and gaps and damage in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

_LONGEST_GAP: Final = 30.0  # seconds; a longer jump is an error of the timestamps and not a gap


class Clock:
    """Converts timestamps to sample numbers. Sample 0 is the start of the first frame, at `first_pts`.

    `reliable` becomes False if timestamps are missing, run backwards or jump: a seek by them would be wrong.
    """

    def __init__(self, sr: int, time_base: Fraction | None, first_pts: int | None) -> None:
        self.reliable = time_base is not None and first_pts is not None
        self._sr = sr
        samples_per_tick = (time_base or Fraction(1, sr)) * sr
        self._scale = samples_per_tick.numerator, samples_per_tick.denominator
        self._first_pts = first_pts or 0
        self._missing = 0  # samples in all gaps so far

    def index(self, pts: int | None) -> int | None:
        """The sample number of a timestamp, None without one."""
        if pts is None or not self.reliable:
            return None
        up, down = self._scale
        return ((pts - self._first_pts) * up * 2 + down) // (down * 2)

    def pts(self, index: int) -> int:
        """The timestamp of a sample number."""
        up, down = self._scale
        return self._first_pts + index * down // up

    def gap(self, cursor: int, pts: int | None, tolerance: float) -> int:
        """The number of samples missing before a frame, if there were `cursor` samples before it; deviations up to
        `tolerance` seconds are rounding."""
        index = self.index(pts)
        if index is None:
            self.reliable = False
            return 0
        gap = index - cursor
        if abs(gap) <= tolerance * self._sr:
            return 0
        # All gaps together must not be much longer than the audio: else a small file could claim days of silence.
        if 0 < gap <= _LONGEST_GAP * self._sr and 2 * self._missing + gap <= cursor + 2 * _LONGEST_GAP * self._sr:
            self._missing += gap
            return gap
        self.reliable = False
        return 0


class Health:
    """Counts the damage in a file while it is read, and describes it in sentences for the user."""

    def __init__(self) -> None:
        self._passages = 0
        self._silence = 0
        self._reached = -1
        self._cut: str | None = None

    def add_damage(self, start: int, length: int) -> None:
        """Count damage at sample `start`, of which `length` samples became silence. Each place counts once."""
        if start < self._reached:
            return
        if start > self._reached:
            self._passages += 1
        self._silence += length
        self._reached = start + length

    def ended(self, duration: float, promised: float | None) -> bool:
        """The file ended after `duration` seconds; returns True if its header claims much more."""
        if promised is not None and duration < promised - max(1.0, 0.02 * promised):
            self._cut = (
                f"The file ends after {duration:.0f} s although its header says {promised:.0f} s: "
                "it was probably cut off while it was copied or downloaded."
            )
        return self._cut is not None

    def warnings(self, sr: int) -> tuple[str, ...]:
        """One sentence for each kind of damage."""
        sentences = []
        if self._passages:
            passages = f"{self._passages} damaged passage{'s were' if self._passages > 1 else ' was'}"
            sentences.append(f"{passages} skipped or silenced ({self._silence / sr:.2f} s in all).")
        if self._cut:
            sentences.append(self._cut)
        return tuple(sentences)
