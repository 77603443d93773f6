"""Outputs of the mixed audio: an audio device or, without one, a thread that consumes it in real time."""

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

# The measurements for these values are in docs/decisions/0003-playback.md. Latency: seconds between computing a frame
# and its playback; as short as a moderately loaded machine allows, longer where underruns occur.
LATENCY: Final = 0.15
LARGEST_LATENCY: Final = 0.6
_SWITCH_INTERVAL: Final = 0.001  # seconds that another Python thread may delay the audio thread, instead of 0.005
_LONGEST_SILENCE: Final = 3.0  # seconds; a device that requested no audio for so long is disconnected
_GAP: Final = 0.05  # seconds; a later frame than expected by this much is an underrun
_STEP: Final = 0.02  # seconds of audio that are mixed at a time without a device, and ...
_LEAD: Final = 0.06  # ... how far ahead, so that a delayed thread does no harm


class SoundOutput(Protocol):
    """Requests `rate` frames a second from the mixer, in real time, from its creation until it is closed.

    `gaps`: the number of underruns.
    """

    rate: int
    gaps: int

    def alive(self) -> bool:
        """Whether it is running."""

    def close(self) -> None:
        """Stop; audio that was written before is still played. May be called more than once."""


class SilentOutput:
    """Consumes the audio in real time if there is no audio device."""

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
            due = max(due, now - 1.0)  # after a delay of more than a second, do not catch up
            self._mixer.render(frames, rate=self.rate, when=due, now=now)
            due += length

    def alive(self) -> bool:
        """Whether it is running."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Stop. May be called more than once."""
        self._closing.set()
        self._thread.join()


class DeviceOutput:
    """Plays through an audio device.

    `device`: its `id`, None for the system's default. `rate`: the requested frames a second; the attribute has the
    actual rate, which is the device's own if it does not support that. `gaps`: the number of underruns.
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
        """`latency`: seconds; `refresh`: search for devices before, which needs that no other stream is open."""
        self.rate = rate
        self.gaps = 0
        self._latency = latency
        self._expected = 0.0
        self._mixer = mixer
        self._offset = ClockOffset()
        self._closing = False
        self._abandoned = False
        self._finished = threading.Event()
        self._stereo = np.zeros((0, 2), np.float32)
        self._stream: Any = None
        self._last_call = perf_counter()
        self._switch_interval = sys.getswitchinterval()
        try:
            within_timeout(lambda: self._open(device, refresh))
        except PlaybackError:
            self._abandoned = True  # if it is opened later, it is closed again
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
        if self._abandoned:
            out.fill(0.0)
            raise self._abort
        self._last_call = now = perf_counter()
        when = self._playback_time(time, now)
        if status.output_underflow or (self._expected and when - self._expected > _GAP):
            self.gaps += 1
        self._expected = when + frames / self.rate
        self._mixer.render(out, rate=self.rate, when=when, now=now)
        if self._closing:
            out *= np.linspace(1.0, 0.0, frames, dtype=np.float32)[:, np.newaxis]
            raise self._stop

    def _playback_time(self, time: Any, now: float) -> float:
        if time.outputBufferDacTime <= 0.0:  # the driver does not report it
            return now + self._latency
        playback_time: float = time.outputBufferDacTime + self._offset.update(time.currentTime, now)
        return playback_time

    def _mono_callback(self, out: FloatArray, frames: int, time: Any, status: Any) -> None:
        if len(self._stereo) < frames:
            self._stereo = np.zeros((frames, 2), np.float32)
        try:
            self._callback(self._stereo[:frames], frames, time, status)
        finally:
            np.mean(self._stereo[:frames], axis=1, keepdims=True, out=out)

    def alive(self) -> bool:
        """Whether the device still requests audio."""
        return not self._finished.is_set() and perf_counter() - self._last_call < _LONGEST_SILENCE

    def close(self) -> None:
        """Stop; audio that was written before is still played. May be called more than once."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        sys.setswitchinterval(self._switch_interval)
        self._closing = True
        try:
            within_timeout(lambda: self._shut(stream))
        except PlaybackError:
            # The thread that waits inside PortAudio cannot be ended. It must not delay the program's exit as well.
            self._abandoned = True
            atexit.unregister(devices.sounddevice()._exit_handler)

    def _shut(self, stream: Any) -> None:
        # The stream must have ended by itself: PortAudio stops a running one by killing its thread, which may hold
        # Python's global lock at that moment, or wait for it.
        if self.alive():
            self._finished.wait(_LONGEST_SILENCE)
        stream.stop(ignore_errors=True)
        stream.close(ignore_errors=True)
