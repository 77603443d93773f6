"""Nothing leaves the machine: the real program, with a home folder that is new, watched by strace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from traced import Trace, require_strace

from mgc_desktop.paths import resources_dir

DEMO = resources_dir() / "demo"
TIMEOUT = 240.0  # seconds; watched programs are slow
AFTERWARDS = 5.0  # seconds in which a library that sends its events from time to time would begin to

pytestmark = pytest.mark.slow


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Watches a program that has a new home."""
    require_strace()
    home = tmp_path / "home"
    home.mkdir()
    return Trace(tmp_path / "trace", home)


def run(trace: Trace, *arguments: object, **extra: str) -> subprocess.CompletedProcess[str]:
    command = trace.command([sys.executable, *arguments])
    return subprocess.run(
        command, env=trace.environment(extra), capture_output=True, text=True, timeout=TIMEOUT, check=False
    )


# The watch itself: it sees what it is there for


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))", "AF_INET"),
        ("import socket; socket.socket(socket.AF_INET6)", "AF_INET6"),
        ("import socket\ntry: socket.getaddrinfo('example.invalid', 443)\nexcept OSError: pass", "resolv"),
        ("import pathlib; pathlib.Path.home().joinpath('.cache', 'Maker').mkdir(parents=True)", "Maker"),
        ("import pathlib; pathlib.Path('/tmp/.mgc-test').write_text('x')", "/tmp/.mgc-test"),
        ("import os, sys\nif not os.fork(): open(os.path.expanduser('~/x'), 'w')\nelse: os.wait()", "/x"),
    ],
)
def test_the_watch_sees(trace: Trace, code: str, told: str) -> None:
    try:
        assert run(trace, "-c", code).returncode == 0
        assert any(told in fault for fault in trace.faults()), trace.faults()
    finally:
        Path("/tmp/.mgc-test").unlink(missing_ok=True)


def test_the_watch_leaves_the_programs_own_folders_alone(trace: Trace) -> None:
    code = "from mgc_desktop import paths\nfor f in (paths.config_dir(), paths.cache_dir()): f.mkdir(parents=True)"
    assert run(trace, "-c", code).returncode == 0
    assert trace.faults() == []


# The program


def test_worker_processes_keep_to_themselves(trace: Trace) -> None:
    done = run(trace, "-m", "mgc_desktop.cli", "analyze", "--json", "--jobs", "2", DEMO)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["error"] for line in done.stdout.splitlines()] == [None] * 4
    assert trace.faults() == []


@pytest.mark.sound
def test_live_input_is_not_recorded(trace: Trace, sound_server: Any) -> None:
    """The trace has every file that is written, by `pactl` and `parec` as well."""
    trace = replace(trace, allowed=(Path(sound_server.environment["XDG_RUNTIME_DIR"]),))
    done = run(trace, "-m", "mgc_desktop.cli", "listen", "--seconds", "4", "--json", **sound_server.environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["seconds"] == 4.0
    assert trace.faults() == []
    sound = [path for path in trace.home.rglob("*") if path.is_file() and path.stat().st_size > 100_000]
    assert sound == []


@pytest.mark.sound
@pytest.mark.screen
def test_the_window_keeps_to_itself(trace: Trace, screen: str, sound_server: Any) -> None:
    sound_server_folder = Path(sound_server.environment["XDG_RUNTIME_DIR"])
    trace = replace(trace, allowed=(sound_server_folder,))
    environment = trace.environment({"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", **sound_server.environment})
    command = trace.command([sys.executable, "-m", "mgc_desktop", *sorted(DEMO.glob("*.mp3"))])
    log = trace.home / ".local/state/mgc-desktop/log/mgc-desktop.log"
    program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_for(lambda: program.poll() is not None or (log.exists() and "heard " in log.read_text(encoding="utf-8")))
        time.sleep(AFTERWARDS)
        (child,) = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGTERM)  # strace itself would not hand it on
        said, _ = program.communicate(timeout=TIMEOUT)
        assert program.returncode == 0, said
    finally:
        program.kill()
        program.communicate()
    assert trace.faults() == []


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("from mgc_desktop.inference.registry import load; load()", id="model"),
        pytest.param("import benchmarks.bench_backbone as b; b.load_onnxruntime()", id="benchmarks"),
        pytest.param(
            "from mgc_desktop.training.product.backbone.measure import onnx_run, made_patches\n"
            "from mgc_desktop.paths import models_dir\n"
            "onnx_run((models_dir() / 'musicnn' / 'model.onnx').read_bytes())(made_patches(2))",
            id="training",
            marks=pytest.mark.train,
        ),
    ],
)
def test_whatever_loads_onnx_runtime_leaves_nothing_in_the_home_folder(tmp_path: Path, code: str) -> None:
    """No matter whose process it is: the window's, a worker's, one of a cluster. This needs no strace."""
    trace = Trace(tmp_path, tmp_path / "home")
    trace.home.mkdir()
    if "training" in code or "benchmarks" in code:
        pytest.importorskip("torch", reason="needs the extra [train]")
    # Also where the user's own environment switches it on.
    environment = trace.environment({"ORT_DISABLE_TELEMETRY": "0"})
    code += "\nimport os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(trace.home.rglob("*")) == []


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)
