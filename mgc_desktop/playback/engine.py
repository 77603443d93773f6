"""The worker's part of the player: files, decoding ahead, and the audio output. All of it runs on one thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from time import perf_counter
from typing import Final

from mgc_desktop.errors import DecodeError, PlaybackError
from mgc_desktop.playback import devices
from mgc_desktop.playback.decoder import Decoder, LoadedSong
from mgc_desktop.playback.devices import Device
from mgc_desktop.playback.events import EventKind, PlayerEvent
from mgc_desktop.playback.output import LARGEST_LATENCY, LATENCY, DeviceOutput, SilentOutput, SoundOutput
from mgc_desktop.playback.timeout import within_timeout
from mgc_desktop.playback.transport import Transport

_IDLE: Final = 10.0  # seconds without playback after which the audio device is closed
_TOO_MANY_GAPS: Final = 3  # underruns in one stream after which a longer buffer is used
_USUAL_RATE: Final = 44100  # Hz, without a song
_GONE: Final = PlaybackError(
    "The sound output was disconnected, and the song runs on without sound. Choose another output, "
    "or press pause and play when it is back."
)


class PlaybackEngine:
    """Holds the song that is playing and the one that follows it, and decodes both ahead of playback."""

    def __init__(self, transport: Transport, emit: Callable[[PlayerEvent], None]) -> None:
        self._transport = transport
        self._mixer = transport.mixer
        self._emit = emit
        self._decoder: Decoder | None = None
        self._next: Decoder | None = None
        self._output: SoundOutput | None = None
        self._device: str | None = None
        self._latency = LATENCY
        self._silent = False
        self._devices_listed = False
        self._last_played = 0.0

    @property
    def silent(self) -> bool:
        """Whether the song runs without sound, because no device was available."""
        return self._silent

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until the next command."""
        return self._output is None and not self._mixer.playing

    # Commands of the user

    def load(self, song: LoadedSong, generation: int) -> None:
        """Open a song; emits LOADED or ERROR."""
        if not self._transport.is_current(song):
            return
        self._drop()
        try:
            self._decoder = Decoder(song, generation=generation, rate=self._output.rate if self._output else None)
        except DecodeError as error:
            self._transport.fail(song)
            self._emit(PlayerEvent(EventKind.ERROR, song.path, error))
            return
        self._cut()
        self._emit(PlayerEvent(EventKind.LOADED, song.path))

    def seek(self, song: LoadedSong, seconds: float, generation: int) -> None:
        """Continue from another position in the song."""
        if self._next is not None and self._next.song is song:
            self._advance(self._next)
        if generation == self._transport.generation and self._decoder is not None and self._decoder.song is song:
            self._decoder.start(seconds, generation=generation)
            self._cut()

    def follow(self, song: LoadedSong | None) -> None:
        """Prepare the song that follows; None: no song follows. One that cannot be opened does not follow."""
        if self._next is not None:
            self._next.release()
            self._next = None
        if song is not None and self._decoder is not None:
            with contextlib.suppress(DecodeError):
                self._next = Decoder(song, generation=self._decoder.stream.generation, rate=self._decoder.rate)
                self._next.feed()
        self._mixer.follow_with(self._next.stream if self._next else None)

    def wake(self) -> None:
        """Prepare for playback: open a device, and the file."""
        self.reopen()
        self._last_played = perf_counter()
        if not isinstance(self._output, DeviceOutput):
            self._connect()

    def choose(self, device: str | None) -> None:
        """Play through another device from now on; emits DEVICE or SILENT."""
        self._device = device
        if self._output is not None:
            self._connect(announce=True)

    def devices(self) -> list[Device]:
        """The audio outputs; newly connected ones appear once no device is in use."""
        if self._devices_listed and not isinstance(self._output, DeviceOutput):
            within_timeout(devices.refresh)
        self._devices_listed = True
        return within_timeout(devices.outputs)

    def release(self) -> None:
        """Close the files; decoded audio is still played."""
        for decoder in self._decoders():
            decoder.release()

    def reopen(self) -> None:
        """Open the files again."""
        for decoder in self._decoders():
            decoder.reopen()

    def discard(self) -> None:
        """Drop the songs after an unexpected error with them."""
        if self._decoder is not None:
            self._transport.fail(self._decoder.song)
        self._drop()

    def close(self) -> None:
        """Close files and device."""
        self._disconnect()
        self._drop()

    # Periodic work

    def work(self) -> bool:
        """Do the next piece of work; False if there is nothing to do for now."""
        now = perf_counter()
        self._watch_output(now)
        self._watch_song(now)
        return any(decoder.feed() for decoder in self._decoders())

    def _watch_song(self, now: float) -> None:
        audible, _ = self._transport.clock.audible(now)
        if self._next is not None and audible is self._next.song:
            self._advance(self._next)
        elif (
            self._decoder is not None
            and self._mixer.playing
            and self._transport.clock.silent(now)
            and all(decoder.stream.over for decoder in self._decoders())
        ):
            self._end(self._decoder)

    def _watch_output(self, now: float) -> None:
        if self._mixer.playing:
            self._last_played = now
        if self._output is None:
            return
        if not self._output.alive():
            self._disconnect()
            self._be_silent(_GONE)
        elif now - self._last_played > _IDLE:
            self._disconnect()
        elif self._output.gaps >= _TOO_MANY_GAPS and self._latency < LARGEST_LATENCY:
            self._latency *= 2
            self._connect(refresh=False)

    def _advance(self, following: Decoder) -> None:
        if self._decoder is not None:
            self._transport.advance(self._decoder.song, following.song)
            self._leave(self._decoder)
        self._decoder, self._next = following, None
        self._emit(PlayerEvent(EventKind.ADVANCED, following.song.path))

    def _end(self, decoder: Decoder) -> None:
        if self._transport.end(decoder.stream.generation):
            if decoder.error is not None:
                self._emit(PlayerEvent(EventKind.ERROR, decoder.song.path, decoder.error))
            self._emit(PlayerEvent(EventKind.ENDED, decoder.song.path))

    # Songs

    def _decoders(self) -> list[Decoder]:
        return [decoder for decoder in (self._decoder, self._next) if decoder is not None]

    def _cut(self) -> None:
        """Switch the mixer to the song's new stream, and after it to the song that follows."""
        if self._decoder is None:
            return
        self._decoder.feed()
        self._mixer.cut_to(self._decoder.stream)
        if self._next is not None:
            if self._next.stream.ring.read or self._next.rate != self._decoder.rate:
                self._next.start(0.0, generation=self._decoder.stream.generation, rate=self._decoder.rate)
            self._next.stream.generation = self._decoder.stream.generation
            self._mixer.follow_with(self._next.stream)

    def _leave(self, decoder: Decoder) -> None:
        decoder.release()
        if decoder.error is not None:
            self._emit(PlayerEvent(EventKind.ERROR, decoder.song.path, decoder.error))

    def _drop(self) -> None:
        for decoder in self._decoders():
            decoder.release()
        self._decoder = self._next = None
        self._mixer.cut_to(None)

    # The audio output

    def _connect(self, *, announce: bool = False, refresh: bool = True) -> None:
        """Open the chosen device, else run silently. Changes are emitted; with `announce` the result in any case."""
        was_silent = self._silent
        self._disconnect()
        rate = self._decoder.rate if self._decoder is not None else _USUAL_RATE
        refresh, self._devices_listed = refresh and self._devices_listed, True
        try:
            self._output = DeviceOutput(self._mixer, self._device, rate, latency=self._latency, refresh=refresh)
        except PlaybackError as error:
            self._be_silent(error, emit=announce or not was_silent)
            return
        self._silent = False
        if self._decoder is not None and self._decoder.rate != self._output.rate:
            _, position = self._transport.clock.audible(perf_counter())
            self._decoder.start(position, generation=self._decoder.stream.generation, rate=self._output.rate)
            self._cut()
        if announce or was_silent:
            self._emit(PlayerEvent(EventKind.DEVICE))

    def _be_silent(self, error: PlaybackError, *, emit: bool = True) -> None:
        rate = self._decoder.rate if self._decoder is not None else _USUAL_RATE
        self._output = SilentOutput(self._mixer, rate)
        self._silent = True
        if emit:
            self._emit(PlayerEvent(EventKind.SILENT, error=error))

    def _disconnect(self) -> None:
        if self._output is not None:
            self._output.close()
            self._output = None
