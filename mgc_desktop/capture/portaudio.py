"""Live sound through PortAudio: inputs on every system, and on Windows what an output plays, where that is offered."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from mgc_desktop.capture.source import Source
from mgc_desktop.capture.stream import SILENT_DEVICE_SECONDS, CaptureStream
from mgc_desktop.errors import CaptureError, PlaybackError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.playback import devices
from mgc_desktop.playback.devices import Device
from mgc_desktop.playback.timeout import within_timeout

PREFIX: Final = "portaudio/"
_LATENCY: Final = 0.1  # seconds
_END_SECONDS: Final = 1.0  # that a stream gets to end by itself
_LOOPBACK: Final = "[Loopback]"  # how PortAudio marks the sound of a WASAPI output among the inputs
_REFUSED: Final = (
    "Close other programs that use it, and allow this program to use the microphone in the system's privacy settings."
)


def sources() -> list[Source]:
    """Inputs, and the sound of outputs where there is any, the system's own first. Raises CaptureError."""
    try:
        found = within_timeout(_inputs)
    except PlaybackError as error:
        raise CaptureError(error.message) from error
    return [_source(device) for device, _ in found]


class PortAudioCapture(CaptureStream):
    """An input, in its own rate; the first two channels of more. Raises CaptureError."""

    def __init__(self, source: Source) -> None:
        try:
            found = within_timeout(_inputs)
        except PlaybackError as error:
            raise CaptureError(error.message) from error
        info = next((info for device, info in found if PREFIX + device.id == source.id), None)
        if info is None:
            raise CaptureError(f"“{source.name}” is not connected. Connect it, or choose another source.")
        super().__init__(source, round(info["default_samplerate"]), min(2, info["max_input_channels"]))
        self._stream: Any = None
        self._closing = False
        self._received = threading.Event()
        self._ended = threading.Event()
        self._over = threading.Event()
        try:
            within_timeout(lambda: self._open(info))
        except PlaybackError as error:
            self._closing = True  # should it be opened after all, too late
            raise CaptureError(error.message) from error
        self._watch = threading.Thread(target=self._watch_for_standstill, name="capture timeout", daemon=True)
        self._watch.start()

    def close(self) -> None:
        """End it. Safe to call more than once."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        self._closing = True
        self._ended.set()
        self._watch.join()
        try:
            within_timeout(lambda: self._shut(stream))
        except PlaybackError:
            return  # the thread that waits inside PortAudio cannot be ended; PortAudio is not started anew any more
        with devices.RESTART:
            devices.captures.discard(self)

    def _open(self, info: Mapping[str, Any]) -> None:
        library = devices.sounddevice()
        self._abort = library.CallbackAbort
        with devices.RESTART:
            try:
                stream = library.InputStream(
                    samplerate=self.sr,
                    device=info["index"],
                    channels=self.channels,
                    dtype="float32",
                    latency=_LATENCY,
                    callback=self._callback,
                    finished_callback=self._finished,
                )
            except library.PortAudioError as error:
                raise CaptureError(f"“{self.source.name}” cannot be opened ({error.args[0]}). {_REFUSED}") from error
            devices.captures.add(self)
            try:
                stream.start()
            except library.PortAudioError as error:
                stream.close(ignore_errors=True)
                devices.captures.discard(self)
                raise CaptureError(f"“{self.source.name}” cannot be opened ({error.args[0]}). {_REFUSED}") from error
        self._stream = stream

    def _callback(self, y: FloatArray, frames: int, time: Any, status: Any) -> None:
        if self._closing:
            raise self._abort
        self._received.set()
        self._deliver(np.ascontiguousarray(y.T))

    def _finished(self) -> None:
        self._over.set()
        if not self._closing:
            self._fail(CaptureError(f"“{self.source.name}” is gone. Connect it again, or choose another source."))

    def _watch_for_standstill(self) -> None:
        if self.source.kind == "computer":
            return  # WASAPI delivers nothing while nothing plays
        while not self._ended.wait(SILENT_DEVICE_SECONDS):
            if not self._received.is_set():
                self._fail(
                    CaptureError(
                        f"No sound comes from “{self.source.name}” any more. "
                        "Connect it again, or choose another source."
                    )
                )
                return
            self._received.clear()

    def _shut(self, stream: Any) -> None:
        # As for playback, a stream must end by itself, by its callback: PortAudio kills the thread of a running one.
        self._over.wait(_END_SECONDS)
        stream.stop(ignore_errors=True)
        stream.close(ignore_errors=True)


def _inputs() -> list[tuple[Device, Mapping[str, Any]]]:
    library = devices.sounddevice()
    try:
        return devices.select(library.query_devices(), library.query_hostapis(), "input")
    except library.PortAudioError as error:
        raise CaptureError(
            f"The sound inputs cannot be listed ({error.args[0]}). Restart the program, or the system's sound service."
        ) from error


def _source(device: Device) -> Source:
    loopback = _LOOPBACK in device.name
    name = device.name.replace(_LOOPBACK, "").strip()
    return Source(PREFIX + device.id, name, "computer" if loopback else "input", device.default)
