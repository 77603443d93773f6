"""From the time of the audio stream to the position in the song that is audible now.

Audio is computed some time before it is audible. With every block the audio thread reports when the block will be
audible; the clock stores these spans and computes the audible position at any time. Silence (a pause, an empty buffer,
an underrun of the device) is not part of the song: between two spans the position does not move.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

_SLIP: Final = 0.03  # seconds; the clock of an audio device deviates less than this from block to block ...
_EASE: Final = 0.1  # ... and this share of the deviation is applied, so that the picture moves smoothly


@dataclass(frozen=True, slots=True)
class Span:
    """A block of a song on its way to the audio device.

    `when`: time at which its first frame is audible, in seconds of `time.perf_counter`. `position`: position of that
    frame in the song, seconds. `length`: seconds. `song`: the song. `generation`: grows with every seek or load.
    """

    when: float
    position: float
    length: float
    song: object
    generation: int

    @property
    def ends(self) -> float:
        """The time at which it ends, in the seconds of `when`."""
        return self.when + self.length

    def at(self, now: float) -> float:
        """The position in the song that is audible at `now`, clipped to the span."""
        return self.position + min(max(now - self.when, 0.0), self.length)


class PlaybackClock:
    """Computes the audible position. `push` is for the audio thread only, all else for any thread; without locks.

    Between two calls of `hold` the positions of one song never decrease.
    """

    def __init__(self) -> None:
        self._spans: tuple[Span, ...] = ()
        self._hold = Span(0.0, 0.0, 0.0, None, 0)

    def push(self, span: Span, now: float) -> None:
        """Report a block that will be audible. Small deviations from the block before are smoothed."""
        spans = self._spans
        if spans:
            span = _smoothed(spans[-1], span)
        while len(spans) > 1 and spans[1].when <= now:  # spans that have ended
            spans = spans[1:]
        self._spans = (*spans, span)

    def hold(self, song: object, position: float, generation: int) -> None:
        """Return `song` and `position` until the first block of this or a later generation is audible."""
        self._hold = Span(0.0, position, 0.0, song, generation)

    def audible(self, now: float) -> tuple[object, float]:
        """The song that is audible at `now`, and the position in it in seconds."""
        span = self._at(now)
        return span.song, span.at(now)

    def silent(self, now: float) -> bool:
        """Whether all reported spans have ended at `now`."""
        spans = self._spans
        return not spans or spans[-1].ends <= now

    def _at(self, now: float) -> Span:
        hold, spans = self._hold, self._spans
        for span in reversed(spans):
            if span.generation < hold.generation:
                break
            if span.when <= now:
                return span
        return hold


def _smoothed(before: Span, span: Span) -> Span:
    slip = span.when - before.ends
    when = before.ends + _EASE * slip if abs(slip) < _SLIP else span.when
    return replace(span, when=max(when, before.when))


class ClockOffset:
    """Seconds between the stream's own clock and `time.perf_counter`, from pairs of readings.

    The program reads its clock some time after the stream has read its own, because it waits for Python's global lock.
    The smallest difference of the last readings is the one with the least waiting.
    """

    _READINGS: Final = 64
    _STEP: Final = 1.0  # seconds; a larger change means that one of the two clocks was set

    def __init__(self) -> None:
        self._differences: deque[float] = deque(maxlen=self._READINGS)

    def update(self, stream_time: float, now: float) -> float:
        """Add a pair of readings; returns the best estimate of what to add to the stream's times."""
        difference = now - stream_time
        if self._differences and abs(difference - self._differences[-1]) > self._STEP:
            self._differences.clear()
        self._differences.append(difference)
        return min(self._differences)
