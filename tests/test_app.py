"""The command `mgc-desktop` in a process of its own."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop import __version__

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, no screen."""
    return {**os.environ, "MGC_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run the program to its end."""

    def start(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mgc_desktop", *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    return start


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"MGC Desktop {__version__}\n")


def test_wrong_usage(run: Run) -> None:
    assert run("--no-such-thing").returncode == 2


def test_a_screenshot_without_a_screen(run: Run, write_audio: Any, sounds: Any, tmp_path: Path) -> None:
    song = write_audio("song.mp3", sounds.chirp(8.0, 22050), sr=22050)
    out = tmp_path / "window.png"
    done = run("--screenshot", out, "--seconds", "2", song)
    assert done.returncode == 0, done.stderr
    width, height = struct.unpack(">II", out.read_bytes()[16:24])
    assert (width, height) == (1360, 820)
    assert "MGC Desktop" in (tmp_path / "home" / "log" / "mgc-desktop.log").read_text(encoding="utf-8")


def test_a_screenshot_of_a_broken_file(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no music")
    done = run("--screenshot", tmp_path / "window.png", broken)
    assert done.returncode == 1
    assert "broken.mp3" in done.stderr


HEAVY = {"numpy", "pyqtgraph", "av", "onnxruntime", "sounddevice"}
NEEDED_LATER = {"onnxruntime", "sounddevice", "torch", "librosa", "scipy", "sklearn"}


@pytest.mark.parametrize(("moment", "loaded"), [("shown", HEAVY | NEEDED_LATER), ("furnished", NEEDED_LATER)])
def test_heavy_libraries_wait_until_the_window_is_there(
    environment: dict[str, str], moment: str, loaded: set[str]
) -> None:
    code = (
        "import sys\n"
        "from mgc_desktop import app\n"
        "from mgc_desktop.ui.main_window import MainWindow\n"
        "seen = {}\n"
        "attach_services = MainWindow.attach_services\n"
        "def note(window, parts):\n"
        "    attach_services(window, parts)\n"
        "    seen['furnished'] = set(sys.modules)\n"
        "make_parts = app._make_parts\n"
        "def before(*arguments):\n"
        "    seen['shown'] = set(sys.modules)\n"
        "    return make_parts(*arguments)\n"
        "MainWindow.attach_services, app._make_parts = note, before\n"
        "program = app.build_app(show=True)\n"
        "assert program.window.isVisible()\n"
        "program.window.close()\n"
        f"print(*sorted(seen[{moment!r}] & {loaded!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], "loaded too early"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_told_to_while_it_works(
    environment: dict[str, str], write_audio: Any, sounds: Any, tmp_path: Path, number: signal.Signals
) -> None:
    song = write_audio("song.wav", sounds.noise(900.0, 16000), sr=16000)
    program = subprocess.Popen([sys.executable, "-m", "mgc_desktop", song], env=environment, stderr=subprocess.PIPE)
    log = tmp_path / "home" / "log" / "mgc-desktop.log"
    end = time.monotonic() + 60
    while not (log.exists() and "model" in log.read_text(encoding="utf-8")) and time.monotonic() < end:
        time.sleep(0.05)
    program.send_signal(number)
    _, errors = program.communicate(timeout=30)
    assert program.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert (tmp_path / "home" / "config" / "settings.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize(
    ("number", "moment"),
    [(signal.SIGTERM, "_show"), (signal.SIGINT, "_make_parts"), (signal.SIGTERM, "Interrupts.close")],
)
def test_it_ends_cleanly_when_it_is_told_to_while_it_starts(
    environment: dict[str, str], number: signal.Signals, moment: str
) -> None:
    """Told just before that part of the program runs, as if by somebody who thought better of it."""
    code = (
        "import signal, sys\n"
        "from mgc_desktop import app\n"
        f"told, number = {moment!r}.split('.'), signal.Signals({int(number)})\n"
        "owner = getattr(app, told[0]) if len(told) > 1 else app\n"
        "real = getattr(owner, told[-1])\n"
        "def told_to_end(*arguments):\n"
        "    setattr(owner, told[-1], real)\n"
        "    signal.raise_signal(number)\n"
        "    return real(*arguments)\n"
        "setattr(owner, told[-1], told_to_end)\n"
        "sys.exit(app.main([]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_it_ends_although_a_task_hangs(environment: dict[str, str], tmp_path: Path) -> None:
    """As with a decoder that comes to no end in a damaged file, or a network drive that does not answer."""
    code = (
        "import sys, time\n"
        "from PySide6.QtCore import QTimer\n"
        "from mgc_desktop import app\n"
        "start = app.Program.start\n"
        "def start_and_hang(program, paths):\n"
        "    start(program, paths)\n"
        "    program.parts.reader.run(lambda cancel: time.sleep(600))\n"
        "    QTimer.singleShot(500, program.window.close)\n"
        "app.Program.start = start_and_hang\n"
        "sys.exit(app.main([]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "a task that hangs" in (tmp_path / "home" / "log" / "mgc-desktop.log").read_text(encoding="utf-8")
    assert (tmp_path / "home" / "config" / "settings.json").exists()
