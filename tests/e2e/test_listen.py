"""The main job, end to end: a song is dropped onto the real window, is heard, drawn and named, on a busy machine.

The song has clicks at uneven moments over a steady tone. The recording of the sound card tells when each click was
really heard; the tone tells whether anything was missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mgc_desktop.inference.genres import GENRES

SR = 44100
SECONDS = 24.0
CLICK = 0.008  # seconds that a click lasts
CLICKS = np.cumsum(np.random.default_rng(7).uniform(0.55, 1.3, 40))
CLICKS = CLICKS[CLICKS < SECONDS - 1]
ATTEMPTS = 4
PLAYS = 2  # of them that count: what goes wrong by chance does not do so twice
TOLERANCE = 0.025  # seconds between what is heard and what is drawn

LISTENING = """
import pathlib, sys
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze
classifier = load()
while True:
    analyze(pathlib.Path(sys.argv[1]), classifier)
"""

pytestmark = [pytest.mark.sound, pytest.mark.screen, pytest.mark.slow]


def clicking_song() -> NDArray[np.float32]:
    t = np.arange(round(SECONDS * SR)) / SR
    y = 0.1 * np.sin(2 * np.pi * 440 * t)
    for start in CLICKS:
        here = (t >= start) & (t < start + CLICK)
        y[here] += 0.8 * np.sin(2 * np.pi * 3000 * (t[here] - start)) * np.hanning(here.sum())
    return np.stack([y, y]).astype(np.float32)


@dataclass(frozen=True)
class Performance:
    """What was seen and what was heard of one play of the song."""

    frames: list[dict[str, Any]]
    platform: str
    screen: QImage
    y: NDArray[np.float32]  # (samples,) of the recording, from the first to the last sound
    clicks: NDArray[np.float64]  # when each was heard, time.perf_counter

    @property
    def gaps(self) -> NDArray[np.float64]:
        """Seconds in the recording at which the tone was missing."""
        window = round(0.004 * SR)  # longer than a period of the tone
        loudest = np.abs(self.y[: len(self.y) // window * window]).reshape(-1, window).max(axis=1)
        inner = loudest[25:-25]  # the fades at both ends are meant
        return np.flatnonzero(inner <= 0.9 * np.median(inner)) * 0.004 + 0.1

    @property
    def cursor_misses(self) -> NDArray[np.float64]:
        """Seconds between the place of each click and the cursor, when the click was heard."""
        shown = np.interp(self.clicks, [f["when"] for f in self.frames], [f["cursor"] for f in self.frames])
        return np.abs(shown - (CLICKS + CLICK / 2)[: len(shown)])

    @property
    def picture_misses(self) -> NDArray[np.float64]:
        """Seconds between each click in the picture and the cursor; infinite where the picture showed none."""
        when = np.array([frame["when"] for frame in self.frames])
        misses = []
        for predicted in self.clicks:
            frame = self.frames[int(np.argmin(np.abs(when - predicted)))]
            cursor_then = frame["cursor"] + (predicted - frame["when"])
            misses.append(np.inf if frame["click"] is None else abs(frame["click"] - cursor_then))
        return np.array(misses)

    @property
    def flawless(self) -> bool:
        """Whether nothing was missing and all was in its place."""
        misses = np.concatenate([self.cursor_misses, self.picture_misses])
        return not len(self.gaps) and bool((misses <= TOLERANCE).all())


@pytest.fixture(scope="module")
def performance(screen: str, sound_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Performance:
    """The song played in the real program, while other processes listen to songs on all cores.

    This machine may be shared by others who are busy, too. A control, played beside by the sound server's own player,
    tells whether it could do it at all just then; and what goes wrong by chance does not do so twice.
    """
    played, plays = None, 0
    for _ in range(ATTEMPTS):
        with sound_server.disturbance(120.0) as control:
            attempt = _play(screen, sound_server, tmp_path_factory.mktemp("performance"))
        if not control.faults:
            played, plays = attempt, plays + 1
            if played.flawless or plays == PLAYS:
                break
    if played is None:
        pytest.skip(f"even the sound server's own player stuttered here, {ATTEMPTS} times")
    return played


def _play(screen: str, sound_server: Any, folder: Path) -> Performance:
    from conftest import KINDS, encode  # the tests' own encoder, in tests/conftest.py

    song = folder / "clicks, tone & ünïcode.mp3"
    encode(song, clicking_song(), SR, KINDS["mp3"])
    environment = os.environ | sound_server.environment
    environment |= {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "MGC_HOME": str(folder / "home")}
    environment.pop("WAYLAND_DISPLAY", None)
    busy = [subprocess.Popen([sys.executable, "-c", LISTENING, str(song)]) for _ in range(os.cpu_count() or 1)]
    try:
        with sound_server.recording() as recorder:
            program = [sys.executable, str(Path(__file__).with_name("watched_program.py")), str(song), str(folder)]
            finished = subprocess.run(
                program, env=environment, capture_output=True, text=True, timeout=300, check=False
            )
            assert finished.returncode == 0, finished.stderr
    finally:
        for process in busy:
            process.kill()
            process.wait()
    recording = recorder.result
    mono = recording.y.mean(axis=1)
    sounding = np.flatnonzero(np.abs(mono) > 0.01)
    first, last = sounding[0], sounding[-1]
    seen = json.loads((folder / "seen.json").read_text())
    return Performance(
        frames=seen["frames"],
        platform=seen["platform"],
        screen=QImage(str(folder / "window.png")),
        y=mono[first : last + 1],
        clicks=recording.started + _onsets(mono) / SR,
    )


def _onsets(mono: NDArray[np.float32]) -> NDArray[np.float64]:
    """Samples at which clicks have their middle."""
    loud = np.flatnonzero(np.abs(mono) > 0.4)
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > 0.2 * SR) + 1)
    return np.array([(group[0] + group[-1]) / 2 for group in groups])


def test_it_was_the_real_window(performance: Performance) -> None:
    assert performance.platform == "xcb"


def test_every_click_was_heard_in_its_place_and_nothing_is_missing(performance: Performance) -> None:
    assert len(performance.clicks) == len(CLICKS)
    np.testing.assert_allclose(np.diff(performance.clicks), np.diff(CLICKS), atol=0.002)


def test_the_tone_has_no_gap(performance: Performance) -> None:
    assert performance.gaps.tolist() == []


def test_the_cursor_stands_where_the_ear_is(performance: Performance) -> None:
    assert performance.cursor_misses.max() <= TOLERANCE


def test_the_picture_at_the_cursor_shows_what_is_heard(performance: Performance) -> None:
    assert performance.picture_misses.max() <= TOLERANCE


def test_the_genres_appeared_while_it_played(performance: Performance) -> None:
    predicted = [frame["heard"] for frame in performance.frames]
    assert predicted[-1] == pytest.approx(SECONDS, abs=0.2)
    assert performance.frames[-1]["most_probable"] in GENRES


def test_the_window_was_on_the_screen(performance: Performance, tmp_path: Path) -> None:
    assert not performance.screen.isNull()
    small = performance.screen.scaled(140, 90)
    colours = {small.pixel(x, y) for x in range(140) for y in range(90)}
    assert len(colours) > 200  # a spectrogram, not a bare window
