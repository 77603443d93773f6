"""Where the mixed sound goes: a sound device, or, without one, nowhere, in real time."""

from __future__ import annotations

import atexit
import sys
import threading
from time import perf_counter
from typing import Any, Final, Protocol

import numpy as np

from mgc_desktop.errors import PlaybackError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.playback import devices
from mgc_desktop.playback.clock import ClockOffset
from mgc_desktop.playback.mixer import Mixer
from mgc_desktop.playback.timeout import within_timeout

# docs/decisions/0003-playback.md has the measurements behind these. Latency is the seconds between computing a frame
# and hearing it: as few as a machine with some work to do can bear, more where it turns out that it cannot.
LATENCY: Final = 0.15
LARGEST_LATENCY: Final = 0.6
_SWITCH_INTERVAL: Final = 0.001  # seconds a busy Python thread may keep the audio thread waiting, instead of 0.005
_LONGEST_SILENCE: Final = 3.0  # seconds; a device that has asked for nothing for so long is gone
_GAP: Final = 0.05  # seconds by which a frame is heard later than the one before it promised
_STEP: Final = 0.02  # seconds of sound that are mixed at once where nobody hears it, and ...
_LEAD: Final = 0.06  # ... how long before they would be heard: a thread that comes late now and then does no harm


class SoundOutput(Protocol):
    """Asks the mixer for `rate` frames a second, as they are heard, from its creation until it is closed.

    `gaps`: how often it ran out of sound.
    """

    rate: int
    gaps: int

    def alive(self) -> bool:
        """Whether it still runs."""

    def close(self) -> None:
        """End it; what it was given before is still heard. Safe to call more than once."""


class SilentOutput:
    """Lets the song run in real time where there is no sound device."""

    def __init__(self, mixer: Mixer, rate: int) -> None:
        self.rate = rate
        self.gaps = 0
        self._mixer = mixer
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="silent output", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        frames = np.zeros((round(self.rate * _STEP), 2), np.float32)
        length = len(frames) / self.rate
        due = perf_counter() + _LEAD
        while not self._closing.wait(max(0.0, due - _LEAD - perf_counter())):
            now = perf_counter()
            due = max(due, now - 1.0)  # after more than a second of standstill, do not run after the time lost
            self._mixer.render(frames, rate=self.rate, when=due, now=now)
            due += length

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End it. Safe to call more than once."""
        self._closing.set()
        self._thread.join()


class DeviceOutput:
    """Plays through a sound device.

    `device`: its `id`, None for the system's own. `rate`: frames a second that are wanted; the attribute says what it
    became, the device's own rate where it cannot do that. `gaps`: how often the device ran out of sound.
    Raises PlaybackError.
    """

    def __init__(
        self,
        mixer: Mixer,
        device: str | None,
        rate: int,
        *,
        latency: float = LATENCY,
        refresh: bool = False,
    ) -> None:
        """`latency`: seconds; `refresh`: look for devices anew before; no other stream may be open then."""
        self.rate = rate
        self.gaps = 0
        self._latency = latency
        self._expected = 0.0
        self._mixer = mixer
        self._offset = ClockOffset()
        self._closing = False
        self._given_up = False
        self._finished = threading.Event()
        self._stereo = np.zeros((0, 2), np.float32)
        self._stream: Any = None
        self._last_call = perf_counter()
        self._switch_interval = sys.getswitchinterval()
        try:
            within_timeout(lambda: self._open(device, refresh))
        except PlaybackError:
            self._given_up = True  # should it be opened after all, too late
            raise
        sys.setswitchinterval(min(self._switch_interval, _SWITCH_INTERVAL))

    def _open(self, device: str | None, refresh: bool) -> None:
        library = devices.sounddevice()
        if refresh:
            devices.refresh()
        self._stop, self._abort = library.CallbackStop, library.CallbackAbort
        target = devices.find(device)
        rates = [self.rate] if self.rate == target.rate else [self.rate, target.rate]
        for rate in rates:
            try:
                self._start(library, target, rate)
                return
            except library.PortAudioError as error:
                reason = error
        raise PlaybackError(
            f"The sound output cannot be opened ({reason.args[0]}). "
            "Close other programs that use it, or choose another output."
        ) from reason

    def _start(self, library: Any, target: devices.Output, rate: int) -> None:
        self.rate = rate
        stream = library.OutputStream(
            samplerate=rate,
            device=target.index,
            channels=target.channels,
            dtype="float32",
            latency=self._latency,
            callback=self._callback if target.channels == 2 else self._mono_callback,
            finished_callback=self._finished.set,
        )
        try:
            stream.start()
        except library.PortAudioError:
            stream.close()
            raise
        self._stream = stream

    def _callback(self, out: FloatArray, frames: int, time: Any, status: Any) -> None:
        if self._given_up:
            out.fill(0.0)
            raise self._abort
        self._last_call = now = perf_counter()
        when = self._analysed_at(time, now)
        if status.output_underflow or (self._expected and when - self._expected > _GAP):
            self.gaps += 1
        self._expected = when + frames / self.rate
        self._mixer.render(out, rate=self.rate, when=when, now=now)
        if self._closing:
            out *= np.linspace(1.0, 0.0, frames, dtype=np.float32)[:, np.newaxis]
            raise self._stop

    def _analysed_at(self, time: Any, now: float) -> float:
        if time.outputBufferDacTime <= 0.0:  # a driver that does not say
            return now + self._latency
        heard_at: float = time.outputBufferDacTime + self._offset.update(time.currentTime, now)
        return heard_at

    def _mono_callback(self, out: FloatArray, frames: int, time: Any, status: Any) -> None:
        if len(self._stereo) < frames:
            self._stereo = np.zeros((frames, 2), np.float32)
        try:
            self._callback(self._stereo[:frames], frames, time, status)
        finally:
            np.mean(self._stereo[:frames], axis=1, keepdims=True, out=out)

    def alive(self) -> bool:
        """Whether the device still takes sound."""
        return not self._finished.is_set() and perf_counter() - self._last_call < _LONGEST_SILENCE

    def close(self) -> None:
        """End it; what it was given before is still heard. Safe to call more than once."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        sys.setswitchinterval(self._switch_interval)
        self._closing = True
        try:
            within_timeout(lambda: self._shut(stream))
        except PlaybackError:
            # The thread that waits inside PortAudio cannot be ended. It must not hold up the program's end, too.
            self._given_up = True
            atexit.unregister(devices.sounddevice()._exit_handler)

    def _shut(self, stream: Any) -> None:
        # The stream must have ended by itself: PortAudio ends a running one by killing its thread, which may at that
        # moment hold Python's lock, or be waiting for it.
        if self.alive():
            self._finished.wait(_LONGEST_SILENCE)
        stream.stop(ignore_errors=True)
        stream.close(ignore_errors=True)
