"""What the audio thread does: from the decoded song to the frames that are heard next, with fades instead of clicks.

Everything is prepared in advance by other threads, and nothing here waits, decodes, or takes memory worth speaking
of. The other threads speak to the mixer by single assignments and one mailbox.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.playback.clock import PlaybackClock, Span
from mgc_desktop.playback.ring import RingBuffer

FADE: Final = 256  # frames; 5 to 6 ms: no click, no audible delay
_AHEAD: Final = 2.0  # seconds that are decoded ahead


class Stream:
    """The sound of a song from one place on, decoded ahead by one thread and played by another.

    `start`: seconds into the song of the first frame. `rate`: frames a second. `turn`: see `PlaybackClock`.
    `complete` is set when nothing more will be written.
    """

    __slots__ = ("complete", "generation", "rate", "ring", "song", "start")

    def __init__(self, song: object, start: float, rate: int, generation: int) -> None:
        self.song = song
        self.start = start
        self.rate = rate
        self.generation = generation
        self.ring = RingBuffer(round(_AHEAD * rate))
        self.complete = False

    @property
    def position(self) -> float:
        """Seconds into the song of the frame that is read next."""
        return self.start + self.ring.read / self.rate

    @property
    def over(self) -> bool:
        """Whether everything was read that there will ever be."""
        return self.complete and not self.ring.readable

    def span(self, when: float, position: float, frames: int) -> Span:
        """That `frames` from `position` on are heard at `when`."""
        return Span(when, position, frames / self.rate, self.song, self.generation)


class Mixer:
    """Gives the frames to be heard: the current take and what follows it, at the wanted volume.

    `playing` and `gain` (a factor) are set by others at will and take effect with a short ramp. `starved` counts the
    frames of silence that had to stand in for sound that was not decoded in time.
    """

    def __init__(self, clock: PlaybackClock) -> None:
        self.playing = False
        self.gain = 1.0
        self.starved = 0
        self._clock = clock
        self._stream: Stream | None = None
        self._following: Stream | None = None
        self._cuts: deque[Stream | None] = deque()
        self._rate = 0
        self._running = False  # what `playing` was ...
        self._level = 0.0  # ... and the factor that was in force when the last frame was made
        self._steps = np.arange(1, FADE + 1, dtype=np.float32)
        self._ramp = np.empty(FADE, np.float32)
        self._tail = np.empty((FADE, 2), np.float32)

    def cut_to(self, stream: Stream | None) -> None:
        """Go over to another take now, with a crossfade; None is silence. What was to follow does so no more."""
        self._following = None
        self._cuts.append(stream)

    def follow_with(self, stream: Stream | None) -> None:
        """Go on with this take, without a gap, when the current one is over."""
        self._following = stream

    def render(self, out: FloatArray, *, rate: int, when: float, now: float) -> None:
        """Fill `out` `(n, 2)` at `rate`, whose first frame is heard at `when`; times are of `time.perf_counter`.

        A take of another rate is not played; it is about to be replaced.
        """
        self._rate = rate
        changed = self._change(out[:FADE], when, now)
        rest = out[changed:]
        if not self._running:
            rest.fill(0.0)
        elif len(rest):
            self._fill(rest, when + changed / rate, now)
            if self._level != 1.0:
                rest *= self._level

    def _change(self, head: FloatArray, when: float, now: float) -> int:
        """Do what was asked for since the last call, in one short ramp; how many frames that took."""
        playing, cut = self.playing, bool(self._cuts)
        goal = self.gain if playing else 0.0
        if not cut and playing == self._running and goal == self._level:
            return 0
        level = self._level
        if cut:
            self._fade_out_old(self._tail[: len(head)])
            level = 0.0
        if playing or (self._running and not cut):
            if self._stream is not None and self._stream.start == 0.0 and not self._stream.ring.read:
                level = goal  # the very beginning of a song is as its makers wanted it
            self._fill(head, when, now)
            self._fade(head, level, goal)
        else:
            head.fill(0.0)
        if cut:
            head += self._tail[: len(head)]
        self._running, self._level = playing, goal
        return len(head)

    def _fade_out_old(self, tail: FloatArray) -> None:
        """Leave the last frames of the current take in `tail` and go over to the one that was asked for last."""
        count = self._stream.ring.read_into(tail) if self._running and self._stream is not None else 0
        tail[count:] = 0.0
        self._fade(tail, self._level, 0.0)
        while self._cuts:
            self._stream = self._cuts.popleft()

    def _fade(self, frames: FloatArray, start: float, end: float) -> None:
        ramp = self._ramp[: len(frames)]
        np.multiply(self._steps[: len(frames)], (end - start) / len(frames), out=ramp)
        ramp += start
        frames *= ramp[:, np.newaxis]

    def _fill(self, out: FloatArray, when: float, now: float) -> None:
        done = 0
        while done < len(out) and (stream := self._stream) is not None and stream.rate == self._rate:
            complete, position, following = stream.complete, stream.position, self._following
            count = stream.ring.read_into(out[done:])
            if count:
                self._clock.push(stream.span(when + done / self._rate, position, count), now)
            done += count
            if done < len(out):
                if not complete:
                    self.starved += len(out) - done
                if not complete or following is None or following is stream:
                    break
                self._stream = following
        out[done:] = 0.0
