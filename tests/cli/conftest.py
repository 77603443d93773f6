"""Every command works on a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the settings, the library and the journal."""
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
