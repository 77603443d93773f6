"""A picture of the window, for machines without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from mgc_desktop.ui.screenshot import Screenshot
from mgc_desktop.ui.theme import DARK


def test_it_shows_a_song_that_was_heard_to_its_end(
    program: Any, write_audio: Any, sounds: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = write_audio("song.wav", sounds.chirp(10.0, 16000), sr=16000)
    out = tmp_path / "out" / "window.png"
    program.parts.appearance.set_theme("dark")
    assert Screenshot(program.window, program.parts).take([song], out, seconds=4.0) == 0
    picture = QImage(str(out))
    assert (picture.width(), picture.height()) == (1360, 820)
    assert picture.pixelColor(70, 5).name() == DARK.window.lower()
    assert program.parts.playback.position == pytest.approx(4.0, abs=0.05)
    assert program.window.listen.prediction.analysed_seconds == pytest.approx(10.0, abs=0.1)
    assert not program.parts.playback.playing
    assert capsys.readouterr().err == ""


def test_a_song_that_cannot_be_heard_is_said_and_counts_as_failure(
    program: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = tmp_path / "broken.mp3"
    song.write_bytes(b"no music")
    out = tmp_path / "window.png"
    assert Screenshot(program.window, program.parts).take([song], out) == 1
    assert "broken.mp3" in capsys.readouterr().err
    assert out.exists()


def test_a_place_that_cannot_be_written(program: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Screenshot(program.window, program.parts).take([], tmp_path / "picture.of_no_kind") == 1
    assert "could not be saved" in capsys.readouterr().err
