"""Progress of a run over many songs: counts, speed, remaining time, and a switch that pauses it."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from mgc_desktop.library.song import Song

_WINDOW: Final = 60.0  # seconds over which the speed is measured


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The progress of a run. `per_minute`: songs; `remaining`: seconds, None while unknown; `now`: the latest song."""

    done: int
    total: int
    failed: int
    per_minute: float
    remaining: float | None
    now: Song | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class JobReport:
    """The end of a run. `cancelled`: it was stopped before all of `total` songs were done."""

    done: int
    failed: int
    total: int
    cancelled: bool


class Pause:
    """A switch that pauses a run between two songs; thread-safe."""

    def __init__(self) -> None:
        self._running = threading.Event()
        self._running.set()

    def pause(self) -> None:
        """Start no more songs; those that are being analysed are finished."""
        self._running.clear()

    def resume(self) -> None:
        """Start songs again."""
        self._running.set()

    @property
    def paused(self) -> bool:
        """Whether the run is paused."""
        return not self._running.is_set()


class Meter:
    """Counts songs, and measures the speed over the last minute."""

    def __init__(self, total: int) -> None:
        """`total`: the number of songs; may be changed during the run."""
        self.total = total
        self.done = 0
        self.failed = 0
        self.now: Song | None = None
        self._ends = deque([time.monotonic()])

    def count(self, *, failed: bool) -> None:
        """Count one more finished song."""
        self.done += 1
        self.failed += failed
        self._ends.append(time.monotonic())
        while len(self._ends) > 2 and self._ends[-1] - self._ends[0] > _WINDOW:
            self._ends.popleft()

    def progress(self, *, paused: bool = False) -> JobProgress:
        """The progress so far."""
        elapsed = self._ends[-1] - self._ends[0]
        speed = (len(self._ends) - 1) / elapsed if elapsed > 0 else 0.0
        remaining = (self.total - self.done) / speed if speed > 0 and not paused else None
        return JobProgress(self.done, self.total, self.failed, 60 * speed, remaining, self.now, paused)

    def report(self, *, cancelled: bool) -> JobReport:
        """The report at the end of the run."""
        return JobReport(self.done, self.failed, self.total, cancelled)
