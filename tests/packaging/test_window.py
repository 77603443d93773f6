"""The installed program with its window: on a real (virtual) screen, heard by a real (virtual) sound card."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage
from screens import colours, look
from traced import Trace, require_strace

pytestmark = [pytest.mark.package, pytest.mark.screen]

TIMEOUT = 60.0  # seconds
USABLE = "the window can be used"


@pytest.fixture
def seen(installed: Any, screen: str) -> Any:
    """The program with a screen."""
    return replace(installed, extra={"DISPLAY": screen})


def wait_for(done: Callable[[], Any], otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


@contextmanager
def running(program: Any, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The program, once its window can be used; it is told to end afterwards and must do so cleanly."""
    before = program.log.count(USABLE)
    process = program.gui(*arguments)
    try:
        wait_for(lambda: program.log.count(USABLE) > before or process.poll() is not None, lambda: program.log)
        assert process.poll() is None, process.communicate()[1]
        yield process
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


def errors_in(log: str) -> list[str]:
    return [line for line in log.splitlines() if " ERROR " in line or " CRITICAL" in line]


@pytest.mark.sound
@pytest.mark.flaky(reruns=2)  # sound in real time, on machines that others share
def test_it_shows_and_plays_a_song(seen: Any, screen: str, sound_server: Any, tmp_path: Path) -> None:
    """Each sample that the sound card got tells its place in the song: it was this song, in order, without a gap."""
    from conftest import KINDS, encode  # the tests' own encoder, in tests/conftest.py
    from sound_card import RATE, stretches, told_sound

    settings = seen.home / ".config/mgc-desktop/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"version": 1, "values": {"volume": 1.0}}), encoding="utf-8")
    song = tmp_path / "told, ünïcode.wav"
    encode(song, told_sound(6.0), RATE, KINDS["wav-float"])
    playing = replace(seen, extra=seen.extra | sound_server.environment)
    with sound_server.recording() as recorder, running(playing, song):
        wait_for(lambda: (np.abs(recorder.heard()) > 0).any(axis=1).sum() > 4 * RATE, lambda: playing.log)
        picture = look(screen, tmp_path)
    assert colours(picture) > 30
    heard = stretches(recorder.result.places)
    longest = max(heard, key=lambda stretch: stretch[2])
    assert longest[2] > 2 * RATE, heard[:9]
    assert errors_in(playing.log) == []


def test_a_song_is_drawn_and_named(seen: Any, screen: str, demo: Path, tmp_path: Path) -> None:
    with running(seen, *sorted(demo.glob("*.mp3"))):
        wait_for(lambda: f"heard {demo}" in seen.log, lambda: seen.log)
        wait_for(lambda: colours(look(screen, tmp_path)) > 200, lambda: f"no song is drawn\n{seen.log}")
    assert errors_in(seen.log) == []


def test_a_picture_without_a_screen(installed: Any, demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "window.png"
    process = installed.gui("--screenshot", out, "--seconds", "20", next(demo.glob("Sectoid*")))
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, errors
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1360, 820)
    assert colours(image) > 200


def test_without_a_screen_it_says_so(installed: Any) -> None:
    process = installed.gui()
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert "needs a screen" in errors
    assert "Traceback" not in errors


def test_a_second_start_hands_over_to_the_first_window(seen: Any) -> None:
    with running(seen) as first:
        second = seen.gui()
        _, errors = second.communicate(timeout=TIMEOUT)
        assert (first.poll(), second.returncode) == (None, 0), errors
    assert errors_in(seen.log) == []


def test_offline(seen: Any, demo: Path, apart: Any) -> None:
    apart("net")  # only root can take the network away
    alone = replace(seen, before=("unshare", "--net"))
    with running(alone, *demo.glob("Kenta*")):
        time.sleep(2)
    assert errors_in(alone.log) == []


def test_nothing_leaves_the_machine(seen: Any, demo: Path, tmp_path: Path) -> None:
    """The window opens local sockets only and writes nothing outside of the program's own folders."""
    require_strace()
    trace = Trace(tmp_path / "trace", seen.home)
    own = {"TMPDIR": str(trace.temporary)}
    trace.temporary.mkdir(parents=True)
    watched = replace(seen, before=tuple(trace.command([])), extra={**seen.extra, **own})
    process = watched.gui(*sorted(demo.glob("*.mp3")))
    try:
        wait_for(lambda: f"heard {demo}" in watched.log or process.poll() is not None, lambda: watched.log)
        time.sleep(5)
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGTERM)  # strace itself would not hand it on
        _, errors = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0, errors
    finally:
        process.kill()
        process.communicate()
    assert trace.faults() == []


def test_a_library_is_listened_to_by_worker_processes(seen: Any, demo: Path, tmp_path: Path) -> None:
    """The window and the command line share the library; what one has heard the other knows."""
    music = tmp_path / "music"
    shutil.copytree(demo, music)
    assert seen.mgc("tag", "--dry-run", "--jobs", "2", music).returncode == 0
    with running(seen):
        time.sleep(1)
    assert errors_in(seen.log) == []


# When something breaks


def test_a_crash_of_a_library_is_told_at_the_next_start(seen: Any, screen: str, tmp_path: Path) -> None:
    process = seen.gui()
    wait_for(lambda: USABLE in seen.log, lambda: seen.log)
    process.send_signal(signal.SIGSEGV)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGSEGV
    with running(seen):
        wait_for(lambda: "crashed at" in seen.log, lambda: seen.log)
    assert "Segmentation fault" in seen.log
    assert "most recent call first" in seen.log  # the trace, of whichever thread the signal hit
    before = seen.log.count("crashed at")
    with running(seen):
        pass
    assert seen.log.count("crashed at") == before


def test_a_failure_before_the_window_is_said_in_one(copy: Path, seen: Any, screen: str, tmp_path: Path) -> None:
    """A folder that lost its icons: the program says what is wrong instead of not appearing."""
    shutil.rmtree(copy / "_internal/resources/icons")
    broken = replace(seen, folder=copy)
    process = broken.gui()
    try:
        wait_for(lambda: "cannot be made" in broken.log, lambda: broken.log)
        wait_for(lambda: colours(look(screen, tmp_path)) > 2, lambda: "no window says it")
        assert process.poll() is None  # it waits until somebody has read it
        assert "Traceback" in broken.log
    finally:
        process.kill()
        _, errors = process.communicate()
    assert "cannot start" in errors


def test_a_missing_model_does_not_keep_the_window_shut(copy: Path, seen: Any, demo: Path) -> None:
    (copy / "_internal/models/musicnn/model.onnx").unlink()
    spoiled = replace(seen, folder=copy)
    with running(spoiled, next(demo.glob("*.mp3"))):
        wait_for(lambda: "model.onnx" in spoiled.log, lambda: spoiled.log)
