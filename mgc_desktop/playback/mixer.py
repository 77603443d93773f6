"""The mixer, which runs on the audio thread: from decoded audio to the next frames, with fades instead of clicks.

Other threads prepare everything in advance; the mixer does not wait, decode or allocate much memory. The other threads
communicate with it by atomic assignments and one slot for requests.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.playback.clock import PlaybackClock, Span
from mgc_desktop.playback.ring import RingBuffer

FADE: Final = 256  # frames; 5 to 6 ms, which is too short to be noticed and avoids clicks
_AHEAD: Final = 2.0  # seconds that are decoded ahead


class Stream:
    """The audio of a song from one position on, decoded ahead by one thread and played by another.

    `start`: position of the first frame in the song, seconds. `rate`: frames a second. `generation`: see
    `PlaybackClock`. `complete` is set when nothing more will be written.
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
        """Position in the song of the frame that is read next, seconds."""
        return self.start + self.ring.read / self.rate

    @property
    def over(self) -> bool:
        """Whether the stream is complete and all of it was read."""
        return self.complete and not self.ring.readable

    def span(self, when: float, position: float, frames: int) -> Span:
        """The span of `frames` from `position` on that is audible at `when`."""
        return Span(when, position, frames / self.rate, self.song, self.generation)


class Mixer:
    """Renders the frames to play: the current stream and the one that follows it, at the chosen volume.

    `playing` and `gain` (a factor) may be set by other threads at any time and take effect with a short ramp. `starved`
    counts the frames of silence that replaced audio which was not decoded in time.
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
        self._running = False  # the value of `playing` ...
        self._level = 0.0  # ... and the factor at the last frame
        self._steps = np.arange(1, FADE + 1, dtype=np.float32)
        self._ramp = np.empty(FADE, np.float32)
        self._tail = np.empty((FADE, 2), np.float32)

    def cut_to(self, stream: Stream | None) -> None:
        """Switch to another stream now, with a crossfade; None is silence. No stream follows any more."""
        self._following = None
        self._cuts.append(stream)

    def follow_with(self, stream: Stream | None) -> None:
        """Continue with this stream, without a gap, when the current one is over."""
        self._following = stream

    def render(self, out: FloatArray, *, rate: int, when: float, now: float) -> None:
        """Fill `out` `(n, 2)` at `rate`, whose first frame is audible at `when`; times are of `time.perf_counter`.

        A stream of another rate is not played; it is about to be replaced.
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
        """Apply the requests since the last call in one short ramp; returns its length in frames."""
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
                level = goal  # the start of a song is not faded in
            self._fill(head, when, now)
            self._fade(head, level, goal)
        else:
            head.fill(0.0)
        if cut:
            head += self._tail[: len(head)]
        self._running, self._level = playing, goal
        return len(head)

    def _fade_out_old(self, tail: FloatArray) -> None:
        """Write the last frames of the current stream to `tail`, and switch to the stream requested last."""
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
