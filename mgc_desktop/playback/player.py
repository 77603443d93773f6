"""The player as the rest of the program sees it."""

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
_TIMEOUT: Final = 10.0  # seconds to wait for a worker that is held up by a disk or a sound service
_TICK: Final = 0.03  # seconds between two looks at the song that plays


def _ignore(event: PlayerEvent) -> None:
    pass


def _nothing() -> None:
    pass


class Player:
    """Plays songs, through a sound device or, without one, silently in real time.

    Wishes are fulfilled by a thread of the player's own, and nothing waits for a file or a device save `devices`,
    `release` and `close`. `on_event` is called on that thread. The methods are for any one thread at a time.
    """

    def __init__(self, on_event: Callable[[PlayerEvent], None] = _ignore, *, device: str | None = None) -> None:
        self.on_event = on_event
        self._transport = Transport()
        self._engine = PlaybackEngine(self._transport, self._tell)
        self._engine.choose(device)
        self._device = device
        self._volume = 1.0
        self._commands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="player", daemon=True)
        self._worker.start()

    # What is heard

    @property
    def path(self) -> Path | None:
        """The song that is heard, or stands ready."""
        song = self._heard()[0]
        return song.path if song is not None else None

    @property
    def position(self) -> float:
        """Seconds into the song of what is heard at this moment; after a jump its target, until that is heard."""
        return self._heard()[1]

    @property
    def duration(self) -> float | None:
        """Seconds of the song; None while it is not known."""
        song = self._heard()[0]
        return song.duration if song is not None else None

    @property
    def state(self) -> State:
        """What the player does: it is `ended` when the song was heard to its end."""
        if self._heard()[0] is None:
            return "empty"
        if self._transport.ended:
            return "ended"
        return "playing" if self._transport.mixer.playing else "paused"

    def _heard(self) -> tuple[LoadedSong | None, float]:
        song, position = self._transport.clock.heard(perf_counter())
        assert song is None or isinstance(song, LoadedSong)
        return song, position

    # The song

    def load(self, path: str | os.PathLike[str]) -> None:
        """Open a song; it stands ready at its beginning. LOADED or ERROR tells how that went."""
        song = LoadedSong(Path(path))
        self._command(partial(self._engine.load, song, self._transport.open(song)))

    def preload(self, path: str | os.PathLike[str] | None) -> None:
        """The song that follows the loaded one without a gap; None: none does. ADVANCED tells when it is heard."""
        self._command(partial(self._engine.follow, None if path is None else LoadedSong(Path(path))))

    def play(self) -> None:
        """Let the song be heard; an ended one from its beginning."""
        if self.state == "empty":
            return
        if self.state == "ended":
            self.seek(0.0)
        self._transport.mixer.playing = True
        self._command(self._engine.wake)

    def pause(self) -> None:
        """Stand still."""
        self._transport.mixer.playing = False

    def stop(self) -> None:
        """Stand still at the beginning of the song."""
        self.pause()
        self.seek(0.0)

    def seek(self, seconds: float) -> None:
        """Go on from another place, exact to the sample. Of several in a row the last counts."""
        song, _ = self._heard()
        if song is None:
            return
        seconds = min(max(seconds, 0.0), song.duration if song.duration is not None else seconds)
        self._command(partial(self._engine.seek, song, seconds, self._transport.jump(song, seconds)))

    @property
    def volume(self) -> float:
        """0 to 1, as the ear judges it: the samples are multiplied by the third power."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(volume, 0.0), 1.0)
        self._transport.mixer.gain = self._volume**3

    # The sound device

    @property
    def device(self) -> str | None:
        """The chosen sound device, `Device.id`; None is the system's own."""
        return self._device

    @property
    def silent(self) -> bool:
        """Whether songs run without sound, because no device was to be had."""
        return self._engine.silent

    def devices(self) -> list[Device]:
        """The sound outputs, the system's own first. Takes up to seconds. Raises PlaybackError.

        Newly connected ones appear when no device is in use: some seconds after the music has stopped.
        """
        return self._ask(self._engine.devices)

    def set_device(self, device: str | None) -> None:
        """Play through another sound device, None: the system's own. While songs run, DEVICE or SILENT follows."""
        self._device = device
        self._command(partial(self._engine.choose, device))

    # The file

    def release(self) -> None:
        """Close the file, so that it can be written; what was decoded, about two seconds, goes on to be heard.

        Returns when it is closed. `reclaim` or `play` open it again.
        """
        self._ask(self._engine.release)

    def reclaim(self) -> None:
        """Open the file again and go on where it was left."""
        self._command(self._engine.take_up)

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """With this the file is closed, and opened again afterwards."""
        self.release()
        try:
            yield
        finally:
            self.reclaim()

    def close(self) -> None:
        """End the player and its threads. Safe to call more than once."""
        self._transport.mixer.playing = False
        self._commands.put(None)
        if threading.current_thread() is not self._worker:
            self._worker.join(_TIMEOUT)

    # The worker

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.put(command)

    def _ask(self, question: Callable[[], T]) -> T:
        """What the worker answers, or raises."""
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
            except Exception:  # whatever it is, the window must not be left with a dead player
                _log.exception("The player stumbled")
                self._engine.give_up()
                busy = False
        self._engine.close()

    def _tell(self, event: PlayerEvent) -> None:
        try:
            self.on_event(event)
        except Exception:
            _log.exception("A listener to the player failed")
