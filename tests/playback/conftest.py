"""Players, with a sound card, without one, and with one that may vanish."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.errors import PlaybackError
from mgc_desktop.playback import devices
from mgc_desktop.playback.events import EventKind, PlayerEvent
from mgc_desktop.playback.player import Player

sys.path.append(str(Path(__file__).parents[1]))
from sound_card import SoundCard, require_sound, sound_server, told_sound

__all__ = ["sound_server"]

_TIMEOUT = 30.0  # seconds; a test that needs them all has failed


class Listener:
    """Collects what a player tells."""

    def __init__(self) -> None:
        self.events: list[PlayerEvent] = []
        self._news = threading.Condition()

    def __call__(self, event: PlayerEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    def wait(self, kind: EventKind, count: int = 1) -> PlayerEvent:
        """The `count`th event of this kind, as soon as it is there."""

        def found() -> list[PlayerEvent]:
            return [event for event in self.events if event.kind is kind][count - 1 : count]

        with self._news:
            assert self._news.wait_for(found, _TIMEOUT), f"no {kind} in {self.kinds()}"
            return found()[0]


def _until(condition: Callable[[], bool], what: str = "it did not happen") -> None:
    deadline = time.monotonic() + _TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


@pytest.fixture
def until() -> Callable[..., None]:
    """`until(condition)` waits for something that happens sooner or later."""
    return _until


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    _until(lambda: set(threading.enumerate()) <= before, f"threads are left: {threading.enumerate()}")


def _enter(card: SoundCard, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in card.environment.items():
        monkeypatch.setenv(name, value)
    devices.refresh()


@pytest.fixture
def sound_card(sound_server: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """A sound card, shared with other tests."""
    _enter(sound_server, monkeypatch)
    return sound_server


@pytest.fixture
def frail_sound_card(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    """A sound card that may be killed."""
    require_sound()
    card = SoundCard(tmp_path_factory.mktemp("frail"))
    try:
        card.start()
        _enter(card, monkeypatch)
        yield card
    finally:
        card.kill()


@pytest.fixture
def no_sound_card(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any: what leads to a sound card leads nowhere."""
    with contextlib.suppress(PlaybackError):  # without PortAudio it is silent as well
        _enter(SoundCard(tmp_path_factory.mktemp("nothing")), monkeypatch)
        if devices.outputs():
            pytest.skip("the sound card of this machine cannot be hidden")


@pytest.fixture
def player(listener: Listener) -> Iterator[Player]:
    player = Player(listener)
    yield player
    player.close()


@pytest.fixture
def told_song(write_audio: Callable[..., Path]) -> Callable[..., Path]:
    """`told_song(seconds, name="song.wav", first=0)`: a file in which every sample tells its place."""

    def write(seconds: float, name: str = "song.wav", first: int = 0) -> Path:
        return write_audio(name, told_sound(seconds, first=first))

    return write
