"""The player, as the rest of the program uses it."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final, Literal, TypeVar

from mgc_desktop.playback.decoder import LoadedSong
from mgc_desktop.playback.devices import Device
from mgc_desktop.playback.engine import PlaybackEngine
from mgc_desktop.playback.events import PlayerEvent
from mgc_desktop.playback.transport import Transport

State = Literal["empty", "playing", "paused", "ended"]
T = TypeVar("T")

_log = logging.getLogger(__name__)
_TIMEOUT: Final = 10.0  # seconds to wait for a worker that is blocked by a disk or a sound service
_TICK: Final = 0.03  # seconds between two checks of the playing song


def _ignore(event: PlayerEvent) -> None:
    pass


def _nothing() -> None:
    pass


class Player:
    """Plays songs, through an audio device or, without one, silently in real time.

    Commands run on a thread of the player, and only `devices`, `release` and `close` wait for a file or a device.
    `on_event` is called on that thread. The methods may be called from one thread at a time.
    """

    def __init__(self, on_event: Callable[[PlayerEvent], None] = _ignore, *, device: str | None = None) -> None:
        self.on_event = on_event
        self._transport = Transport()
        self._engine = PlaybackEngine(self._transport, self._emit)
        self._engine.choose(device)
        self._device = device
        self._volume = 1.0
        self._commands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="player", daemon=True)
        self._worker.start()

    # The audible song

    @property
    def path(self) -> Path | None:
        """The song that is playing or loaded."""
        song = self._audible()[0]
        return song.path if song is not None else None

    @property
    def position(self) -> float:
        """The audible position in seconds; after a seek its target, until that is audible."""
        return self._audible()[1]

    @property
    def duration(self) -> float | None:
        """Duration of the song in seconds; None if unknown."""
        song = self._audible()[0]
        return song.duration if song is not None else None

    @property
    def state(self) -> State:
        """The state of the player: `ended` once the song was played to its end."""
        if self._audible()[0] is None:
            return "empty"
        if self._transport.ended:
            return "ended"
        return "playing" if self._transport.mixer.playing else "paused"

    def _audible(self) -> tuple[LoadedSong | None, float]:
        song, position = self._transport.clock.audible(perf_counter())
        assert song is None or isinstance(song, LoadedSong)
        return song, position

    # The song

    def load(self, path: str | os.PathLike[str]) -> None:
        """Open a song; it is paused at its start. LOADED or ERROR follows."""
        song = LoadedSong(Path(path))
        self._command(partial(self._engine.load, song, self._transport.open(song)))

    def preload(self, path: str | os.PathLike[str] | None) -> None:
        """The song that follows the loaded one without a gap; None: none does. ADVANCED is emitted when it starts."""
        self._command(partial(self._engine.follow, None if path is None else LoadedSong(Path(path))))

    def play(self) -> None:
        """Play the song; an ended one from its start."""
        if self.state == "empty":
            return
        if self.state == "ended":
            self.seek(0.0)
        self._transport.mixer.playing = True
        self._command(self._engine.wake)

    def pause(self) -> None:
        """Pause."""
        self._transport.mixer.playing = False

    def stop(self) -> None:
        """Pause at the start of the song."""
        self.pause()
        self.seek(0.0)

    def seek(self, seconds: float) -> None:
        """Continue from another position, exact to the sample. Of several calls in a row only the last counts."""
        song, _ = self._audible()
        if song is None:
            return
        seconds = min(max(seconds, 0.0), song.duration if song.duration is not None else seconds)
        self._command(partial(self._engine.seek, song, seconds, self._transport.jump(song, seconds)))

    @property
    def volume(self) -> float:
        """0 to 1 on a perceptual scale: the samples are multiplied by its third power."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(volume, 0.0), 1.0)
        self._transport.mixer.gain = self._volume**3

    # The audio device

    @property
    def device(self) -> str | None:
        """The chosen audio device, `Device.id`; None is the system's default."""
        return self._device

    @property
    def silent(self) -> bool:
        """Whether songs run without sound, because no device was available."""
        return self._engine.silent

    def devices(self) -> list[Device]:
        """The audio outputs, the system's default first. May take seconds. Raises PlaybackError.

        Newly connected ones appear when no device is in use: some seconds after playback has stopped.
        """
        return self._call(self._engine.devices)

    def set_device(self, device: str | None) -> None:
        """Play through another audio device, None: the system's default. During playback DEVICE or SILENT follows."""
        self._device = device
        self._command(partial(self._engine.choose, device))

    # The file

    def release(self) -> None:
        """Close the file, so that it can be written; decoded audio, about two seconds, is still played.

        Returns when it is closed. `reclaim` or `play` open it again.
        """
        self._call(self._engine.release)

    def reclaim(self) -> None:
        """Open the file again and continue at the same position."""
        self._command(self._engine.reopen)

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """A context in which the file is closed; it is opened again afterwards."""
        self.release()
        try:
            yield
        finally:
            self.reclaim()

    def close(self) -> None:
        """Stop the player and its threads. May be called more than once."""
        self._transport.mixer.playing = False
        self._commands.put(None)
        if threading.current_thread() is not self._worker:
            self._worker.join(_TIMEOUT)

    # The worker

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.put(command)

    def _call(self, question: Callable[[], T]) -> T:
        """Run a function on the worker; returns its result or raises its exception."""
        if threading.current_thread() is self._worker or not self._worker.is_alive():
            return question()
        answer: Future[T] = Future()

        def reply() -> None:
            try:
                answer.set_result(question())
            except BaseException as error:
                answer.set_exception(error)

        self._command(reply)
        return answer.result()

    def _work(self) -> None:
        busy = False
        while True:
            try:
                command = self._commands.get(timeout=0.0 if busy else None if self._engine.idle else _TICK)
            except queue.Empty:
                command = _nothing
            if command is None:
                break
            try:
                command()
                busy = self._engine.work()
            except Exception:  # after any error the player must go on
                _log.exception("Unexpected error in the player")
                self._engine.discard()
                busy = False
        self._engine.close()

    def _emit(self, event: PlayerEvent) -> None:
        try:
            self.on_event(event)
        except Exception:
            _log.exception("The handler of a player event failed")
