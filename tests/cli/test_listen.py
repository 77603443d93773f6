"""`mgc listen`: lists sources, names what is playing, and says in a sentence what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.capture import portaudio, pulse
from mgc_desktop.cli.main import main

sys.path.append(str(Path(__file__).parents[1]))
from sound_card import SoundCard, sound_server

__all__ = ["sound_server"]

pytestmark = pytest.mark.sound


@pytest.fixture
def card(sound_server: SoundCard, monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    return sound_server


def test_the_sources_are_listed(card: SoundCard, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "--list"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Null Output  (what the computer plays, default)"
    assert main(["listen", "--list", "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"id": "pulse/test.monitor", "name": "Null Output", "kind": "computer", "default": True}


def test_what_is_playing_is_named(
    card: SoundCard, capsys: pytest.CaptureFixture[str], tmp_path: Path, sounds: Any
) -> None:
    raw = tmp_path / "noise.raw"
    raw.write_bytes(sounds.noise(20.0, channels=2).T.tobytes())
    playing = card.play(raw)
    try:
        assert main(["listen", "--seconds", "6", "--json"]) == 0
    finally:
        playing.kill()
        playing.wait()
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert objects[-1]["seconds"] == 6.0
    assert objects[-1]["source"] == "Null Output"
    assert sum(entry["probability"] for entry in objects[-1]["recent"]["genres"]) == pytest.approx(1.0, abs=1e-3)


def test_silence_is_said(card: SoundCard, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "--device", "control.monitor", "--seconds", "1"]) == 0
    assert capsys.readouterr().out == "0:01   now: silence                  last minutes: silence\n"


def test_wrong_wishes_are_sentences(card: SoundCard, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "--device", "horn"]) == 1
    assert "There is no source of sound named “horn”" in capsys.readouterr().err
    assert main(["listen", "--seconds", "-1"]) == 2
    assert main(["listen", "--seconds", "nan"]) == 2
    assert main(["listen", "--genres", "nonsense"]) == 2


def test_no_source_at_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pulse, "is_installed", lambda: False)
    monkeypatch.setattr(portaudio, "sources", list)
    assert main(["listen", "--list"]) == 1
    assert main(["listen"]) == 1
    assert "No microphone" in capsys.readouterr().err


def test_no_window_library_is_loaded() -> None:
    code = "import sys, mgc_desktop.cli.listen, mgc_desktop.capture.listen; print('PySide6' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_ctrl_c_ends_it_with_the_last_verdict(card: SoundCard, tmp_path: Path) -> None:
    """GIVEN `mgc listen` in a terminal WHEN Ctrl-C goes to all its processes THEN it ends well, and leaves none."""
    environment = os.environ | card.environment | {"MGC_HOME": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-m", "mgc_desktop.cli", "listen", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert program.stdout is not None
    first = program.stdout.readline()
    os.killpg(program.pid, signal.SIGINT)
    rest, said = program.communicate(timeout=60)
    assert program.returncode == 0, said
    assert json.loads(first)["source"] == "Null Output"
    assert json.loads(rest.splitlines()[-1])["seconds"] >= json.loads(first)["seconds"]
    assert said == ""
