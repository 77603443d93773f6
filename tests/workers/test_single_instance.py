"""One window for each user and data folder: who is first, what a second start hands over, what a crash leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.settings import Settings
from mgc_desktop.workers.single_instance import Claim, SingleInstance

# Starts, says what became of it, and prints the files it is handed, until it is killed or told to end.
OTHER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from mgc_desktop.workers.single_instance import SingleInstance
app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]))
claimed = instance.claim([Path(name) for name in sys.argv[2:]], wait=20)
print(claimed.name, flush=True)
if claimed.name == "FIRST":
    instance.requested.connect(lambda paths: print([str(path) for path in paths], flush=True))
    instance.listen()
    app.exec()
"""

Process = subprocess.Popen[str]


def start(folder: Path, *files: str) -> Process:
    command = [sys.executable, "-c", OTHER, str(folder), *files]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "minimal"}
    )


def said(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Process]:
    """Another program that was the first and listens."""
    process = start(tmp_path)
    assert said(process) == "FIRST"
    wait_for(tmp_path / "window.address")
    yield process
    process.kill()
    process.wait()


def wait_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert path.exists()


def test_a_second_start_hands_its_files_over(other: Process, tmp_path: Path, qapp: object) -> None:
    odd = Path(os.fsdecode(b"/m/\xff odd & long " + b"x" * 100 + b".mp3"))
    second = SingleInstance(tmp_path)
    assert second.claim([Path("relative.mp3"), Path("/m/Größe.mp3"), odd]) is Claim.HANDED_OVER
    assert said(other) == str([str(Path("relative.mp3").absolute()), "/m/Größe.mp3", str(odd)])
    assert SingleInstance(tmp_path).claim([]) is Claim.HANDED_OVER
    assert said(other) == "[]"


def test_another_folder_has_a_window_of_its_own(other: Process, tmp_path: Path, qapp: object) -> None:
    instance = SingleInstance(tmp_path / "another")
    assert instance.claim([]) is Claim.FIRST
    instance.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_after_a_crash_the_next_start_is_the_first(other: Process, tmp_path: Path, qtbot: QtBot) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert (tmp_path / "window.address").exists()  # it leads nowhere
    instance = SingleInstance(tmp_path)
    assert instance.claim([]) is Claim.FIRST
    instance.listen()
    third = start(tmp_path, "/m/a.mp3")
    with qtbot.waitSignal(instance.requested, timeout=30_000) as requested:
        assert said(third) == "HANDED_OVER"
    assert requested.args == [[Path("/m/a.mp3")]]
    third.wait()
    instance.close()
    assert not list(tmp_path.glob("*.address")) + list(tmp_path.glob("*.socket"))
    assert not [thread for thread in threading.enumerate() if thread.name == "single-instance"]


def test_of_many_starts_at_once_one_is_the_first_and_gets_all_files(tmp_path: Path) -> None:
    starts = [start(tmp_path, f"/m/{number}.mp3") for number in range(6)]
    try:
        outcomes = {said(process): process for process in starts}
        assert set(outcomes) == {"FIRST", "HANDED_OVER"}
        first = outcomes["FIRST"]
        handed = {said(first) for _ in range(5)}
        index = starts.index(first)
        assert handed == {str([f"/m/{number}.mp3"]) for number in range(6) if number != index}
    finally:
        for process in starts:
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_one_that_hangs_is_given_up(other: Process, tmp_path: Path, qapp: object) -> None:
    other.send_signal(signal.SIGSTOP)
    try:
        assert SingleInstance(tmp_path).claim([Path("/m/a.mp3")], wait=1.0) is Claim.NO_ANSWER
    finally:
        other.send_signal(signal.SIGCONT)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_where_nothing_can_be_written_each_start_has_a_window(tmp_path: Path, qapp: object) -> None:
    tmp_path.chmod(0o500)
    assert SingleInstance(tmp_path / "data").claim([]) is Claim.FIRST


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"address": "/nowhere/window.socket", "key": "00"}', '{"address": 1}']
)
def test_a_damaged_address_leads_nowhere_and_removes_nothing(tmp_path: Path, qapp: object, text: str) -> None:
    (tmp_path / "window.address").write_text(text, encoding="ascii")
    first = SingleInstance(tmp_path)
    assert first.claim([]) is Claim.FIRST
    first.listen()
    assert json.loads((tmp_path / "window.address").read_text(encoding="ascii"))["key"]
    if os.name != "nt":
        assert (tmp_path / "window.address").stat().st_mode & 0o077 == 0
    first.close()


def test_the_real_window_gets_the_files_and_the_queue_stays(tmp_path: Path, write_audio: Any, sounds: Any) -> None:
    """Two starts: the second ends at once, and what it was given stands in the first one's queue beside what was in it
    before."""
    songs = [write_audio(f"{name}.wav", sounds.noise(2.0, 16000, seed=i), sr=16000) for i, name in enumerate("abc")]
    home = tmp_path / "home"
    kept = Settings(home / "config" / "settings.json")
    kept[s.QUEUE], kept[s.QUEUE_INDEX] = [str(songs[0])], 0
    kept.save()
    environment = {**os.environ, "MGC_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "mgc_desktop"]
    first = subprocess.Popen([*command, songs[1]], env=environment)
    try:
        wait_for(home / "data" / "window.address")
        second = subprocess.run([*command, songs[2].name], env=environment, cwd=tmp_path, timeout=60, check=False)
        assert second.returncode == 0
        assert first.poll() is None
        log, end = home / "log" / "mgc-desktop.log", time.monotonic() + 60
        while songs[2].name not in log.read_text(encoding="utf-8") and time.monotonic() < end:
            time.sleep(0.05)  # it is found, played and analysed
    finally:
        first.terminate()
        assert first.wait(60) == 0
    assert set(Settings(home / "config" / "settings.json")[s.QUEUE]) == {str(song) for song in songs}
