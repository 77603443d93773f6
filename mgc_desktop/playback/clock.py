"""From the stream's clock to the place in the song that is heard now.

Sound is computed some time before it is heard. With every piece it hands over, the audio thread says when that piece
will be heard; the clock keeps these promises until they are due, and answers what is heard at any moment. Silence (a
pause, an empty buffer, a sink that ran dry) is no part of the song: between two pieces the position stands still.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

_SLIP: Final = 0.03  # seconds; a sound card's clock wanders less than this from one piece to the next ...
_EASE: Final = 0.1  # ... and of such wandering this share is followed at once, so that the picture does not tremble


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a song on its way to the ear.

    `when`: seconds of `time.perf_counter` at which its first frame is heard. `position`: that frame's place in the
    song, seconds. `length`: seconds. `song`: which song, for whoever asks. `turn`: grows with every jump.
    """

    when: float
    position: float
    length: float
    song: object
    generation: int

    @property
    def ends(self) -> float:
        """When it is over, in the seconds of `when`."""
        return self.when + self.length

    def at(self, now: float) -> float:
        """The place in the song that is heard at `now`; the nearest of its ends when that is outside."""
        return self.position + min(max(now - self.when, 0.0), self.length)


class PlaybackClock:
    """Knows what is heard. `push` is for the audio thread alone, all else for any thread; nobody waits for a lock.

    Between two calls of `hold` the positions that `heard` gives for one song never go back.
    """

    def __init__(self) -> None:
        self._spans: tuple[Span, ...] = ()
        self._hold = Span(0.0, 0.0, 0.0, None, 0)

    def push(self, span: Span, now: float) -> None:
        """Promise that a piece of a song will be heard. Small deviations from the piece before are smoothed out."""
        spans = self._spans
        if spans:
            span = _smoothed(spans[-1], span)
        while len(spans) > 1 and spans[1].when <= now:  # what came before is over
            spans = spans[1:]
        self._spans = (*spans, span)

    def hold(self, song: object, position: float, generation: int) -> None:
        """Answer `song` and `position` until the first sound of this turn, or of a later one, is heard."""
        self._hold = Span(0.0, position, 0.0, song, generation)

    def heard(self, now: float) -> tuple[object, float]:
        """The song that is heard at `now`, and where in it, seconds."""
        span = self._at(now)
        return span.song, span.at(now)

    def silent(self, now: float) -> bool:
        """Whether at `now` all is over that was promised."""
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

    The program reads its clock some time after the stream has read its own, because Python's lock must be waited
    for. The smallest difference of the last readings is the one with the least waiting in it.
    """

    _READINGS: Final = 64
    _STEP: Final = 1.0  # no wait is this long: one of the two clocks was set

    def __init__(self) -> None:
        self._differences: deque[float] = deque(maxlen=self._READINGS)

    def update(self, stream_time: float, now: float) -> float:
        """A new pair of readings; the best estimate so far of what to add to the stream's times."""
        difference = now - stream_time
        if self._differences and abs(difference - self._differences[-1]) > self._STEP:
            self._differences.clear()
        self._differences.append(difference)
        return min(self._differences)
