"""A sound card that anybody has: a PulseAudio server of the tests' own, and recordings of what it would have played.

A song in which every sample says where it comes from (`told_sound`) makes a recording readable: which place of the
song was heard when, what is missing, what came twice.

As a script, `python sound_card.py SOURCE FILE` records until it is told to end.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 44100
_BASE = 8000  # places are told in two digits to this base, left and right; 8000 * 4 still fits into 16 bits
_STEP = 4 / 32768
_SINKS = ("test", "control")
_START = 30.0  # seconds that a server or a recording may need to come up on a busy machine
NEEDED = ("pulseaudio", "pactl", "pacat", "parec")


def told_sound(seconds: float, *, first: int = 0) -> NDArray[np.float32]:
    """`(2, samples)` at RATE; each sample tells its place, exact also in 16 bits. `first`: the first place."""
    place = np.arange(first, first + round(seconds * RATE))
    return np.stack([place % _BASE + 1, place // _BASE + 1]).astype(np.float32) * np.float32(_STEP)


@dataclass(frozen=True)
class Recording:
    """What came out of the sink. `y`: `(samples, 2)`. `started`: when the first sample did, `time.perf_counter`."""

    y: NDArray[np.float32]
    started: float

    @property
    def places(self) -> NDArray[np.int64]:
        """`(samples,)`: which place of a told sound each sample is; -1 where it is silent, faded or mixed."""
        digits = self.y / _STEP
        whole = np.rint(digits)
        told = (np.abs(digits - whole) < 0.01).all(axis=1) & (whole >= 1).all(axis=1)
        return np.where(told, whole[:, 0] - 1 + _BASE * (whole[:, 1] - 1), -1).astype(np.int64)

    def index(self, when: float) -> int:
        """Which sample was heard at `when`."""
        return round((when - self.started) * RATE)


def stretches(places: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Where sound ran on without a fault: (index in the recording, place, samples) of each such stretch."""
    told = np.flatnonzero(places >= 0)
    if not len(told):
        return []
    breaks = np.flatnonzero((np.diff(told) != 1) | (np.diff(places[told]) != 1)) + 1
    return [(int(part[0]), int(places[part[0]]), len(part)) for part in np.split(told, breaks)]


class SoundCard:
    """A PulseAudio server with a sink that nobody hears, and the environment that leads PortAudio to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        config = folder / "asound.conf"
        config.write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder / "pulse"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_SERVER": f"unix:{folder}/pulse/native",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": str(config),
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server, and keep its sink awake: a sleeping one stalls the beginning of each stream."""
        sinks = [f"--load=module-null-sink sink_name={name} rate={RATE} channels=2 format=float32le" for name in _SINKS]
        self._run(
            *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit=yes", "--use-pid-file=no"),
            *(f"--load=module-native-protocol-unix socket={self._folder}/pulse/native", *sinks),
        )
        _wait(self._answers, "PulseAudio does not start")
        for sink in _SINKS:
            self._run("pacat", "-p", "-d", sink, "--latency-msec=20", "--raw", "/dev/zero")

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=os.environ | self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._processes.append(process)
        return process

    def _answers(self) -> bool:
        command = ["pactl", "list", "short", "sinks"]
        found = subprocess.run(command, env=os.environ | self.environment, capture_output=True, check=False)
        return all(sink.encode() in found.stdout for sink in _SINKS)

    def kill(self) -> None:
        """The sound card vanishes."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        self._processes.clear()

    def hang(self) -> None:
        """The server answers no more."""
        self._processes[0].send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """The server answers again."""
        self._processes[0].send_signal(signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        """Whether the server has not been ended."""
        return bool(self._processes)

    def play(self, path: Path, sink: str = "test") -> subprocess.Popen[bytes]:
        """Play a file of raw samples, float32, stereo, at RATE; the process ends with the file."""
        return self._run(
            *("pacat", "-p", "-d", sink, "--format=float32le", f"--rate={RATE}", "--channels=2"),
            *("--latency-msec=400", "--raw", str(path)),
        )

    def remove_sink(self, name: str) -> None:
        """A sound card is unplugged."""
        command = ["pactl", "list", "short", "modules"]
        environment = os.environ | self.environment
        modules = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        number = next(line.split("\t")[0] for line in modules.splitlines() if f"sink_name={name} " in line)
        subprocess.run(["pactl", "unload-module", number], env=environment, check=True)

    def streams(self) -> int:
        """How many programs are connected to the sink, besides the one that keeps it awake."""
        command = ["pactl", "list", "short", "sink-inputs"]
        found = subprocess.run(command, env=os.environ | self.environment, capture_output=True, check=True)
        return len(found.stdout.splitlines()) - len(_SINKS)

    @contextmanager
    def recording(self, sink: str = "test") -> Iterator[Recorder]:
        """Record the sink; the result is there afterwards."""
        path = self._folder / f"{sink}-{time.monotonic_ns()}.raw"
        recorder = Recorder(sink, path, os.environ | self.environment)
        try:
            yield recorder
        finally:
            recorder.stop()

    @contextmanager
    def disturbance(self, seconds: float) -> Iterator[Disturbance]:
        """Play and record a control beside: what even PulseAudio's own player cannot do is not asked of ours."""
        song = self._folder / "control.raw"
        song.write_bytes(told_sound(seconds).T.tobytes())
        command = ["pacat", "-p", "-d", "control", "--format=float32le", f"--rate={RATE}", "--channels=2"]
        disturbance = Disturbance()
        with self.recording("control") as recorder:
            control = self._run(*command, "--latency-msec=150", "--raw", str(song))
            yield disturbance
            control.kill()
            control.wait()
        disturbance.faults = max(0, len(stretches(recorder.result.places)) - 1)


@dataclass
class Disturbance:
    """`faults`: how often the control broke off, known afterwards."""

    faults: int = 0


class Recorder:
    """A recording that runs in a process of its own, so that it costs the program under test nothing."""

    def __init__(self, sink: str, path: Path, environment: dict[str, str]) -> None:
        self._path = path
        self._process = subprocess.Popen([sys.executable, __file__, f"{sink}.monitor", str(path)], env=environment)
        _wait(lambda: path.exists() and path.stat().st_size > 0, "The recording does not start")

    def heard(self) -> NDArray[np.float32]:
        """`(samples, 2)` so far."""
        y = np.fromfile(self._path, np.float32)
        return y[: len(y) // 2 * 2].reshape(-1, 2)

    def wait_for(self, samples: int) -> None:
        """Let the recording run on until that many samples more are there."""
        enough = self._path.stat().st_size + samples * 8
        _wait(lambda: self._path.stat().st_size >= enough, "The recording stands still")

    def stop(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()

    @property
    def result(self) -> Recording:
        """What was recorded."""
        return Recording(self.heard(), float(self._path.with_suffix(".started").read_text()))


def _wait(until: object, otherwise: str) -> None:
    assert callable(until)
    deadline = time.monotonic() + _START
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.02)


def require_sound() -> None:
    """Skip the test where there is no PulseAudio to make a sound card of, or no PortAudio to play through."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"no virtual sound card: {', '.join(missing)} not found (apt install pulseaudio pulseaudio-utils)")
    try:
        importlib.import_module("sounddevice")
    except OSError:
        pytest.skip("PortAudio is missing (apt install libportaudio2 libasound2-plugins)")


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    """One sound card for all tests that do not break it."""
    require_sound()
    card = SoundCard(tmp_path_factory.mktemp("sound"))
    try:
        card.start()
        yield card
    finally:
        card.kill()


def _record(source: str, path: Path) -> None:
    """Write what `source` gives to `path`, and beside it when the first sample was there.

    Samples arrive late now and then, never early: the earliest arrival, counted back to the first sample, is right.
    """
    command = [
        "parec",
        "-d",
        source,
        "--format=float32le",
        f"--rate={RATE}",
        "--channels=2",
        "--latency-msec=5",
        "--raw",
    ]
    parec = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)
    signal.signal(signal.SIGTERM, lambda *_: parec.terminate())
    assert parec.stdout is not None
    size, started = 0, float("inf")
    with path.open("wb", buffering=0) as file:
        while data := os.read(parec.stdout.fileno(), 1 << 16):
            size += len(data)
            started = min(started, time.perf_counter() - size / 8 / RATE)
            file.write(data)
    path.with_suffix(".started").write_text(repr(started))


if __name__ == "__main__":
    _record(sys.argv[1], Path(sys.argv[2]))
