"""A sound card for live input, sounds to play into it, and the bundled model."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.registry import load
from mgc_desktop.paths import models_dir

sys.path.append(str(Path(__file__).parents[1]))
from live_listener import Heard
from sound_card import SoundCard, require_sound, sound_server

__all__ = ["sound_server"]

_TIMEOUT = 60.0  # seconds; a test that needs them all has failed


def wait_until(condition: Callable[[], bool], what: str = "it did not happen") -> None:
    """Wait for something that happens sooner or later."""
    deadline = time.monotonic() + _TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="session")
def musicnn() -> Classifier:
    return load("musicnn", models_dir())


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    wait_until(lambda: set(threading.enumerate()) <= before, f"threads are left: {threading.enumerate()}")


@pytest.fixture
def card(sound_server: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    """The sound card that all tests share; nothing may break it."""
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    return sound_server


@pytest.fixture
def frail_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    """A sound card of the test's own, which may be broken."""
    require_sound()
    card = SoundCard(tmp_path / "sound")
    try:
        card.start()
        for name, value in card.environment.items():
            monkeypatch.setenv(name, value)
        yield card
    finally:
        if card.is_running:
            card.go_on()
        card.kill()
