"""The text that a user can copy when asking for help."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop import __version__, error_report


def test_it_tells_versions_and_system() -> None:
    text = error_report.compose(None)
    assert __version__ in text
    assert f"numpy {np.__version__}" in text
    assert "from source" in text
    assert "System: " in text
    assert "There is no log" in text


def test_it_holds_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "mgc-desktop.log"
    log.write_text("".join(f"line {number}\n" for number in range(1000)), encoding="utf-8")
    text = error_report.compose(log)
    assert "line 999" in text
    assert "line 100\n" not in text


def test_a_log_that_is_gone_does_not_break_it(tmp_path: Path) -> None:
    assert "cannot be read" in error_report.compose(tmp_path / "gone.log")


def test_it_does_not_tell_whose_home_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/zoë"))
    log = tmp_path / "mgc-desktop.log"
    log.write_text("cannot read /home/zoë/Music/song.mp3\n", encoding="utf-8")
    assert "zoë" not in error_report.compose(log)
    assert "~/Music/song.mp3" in error_report.compose(log)
