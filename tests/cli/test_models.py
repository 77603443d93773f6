"""`mgc models` tells which models there are and what they were measured to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mgc_desktop.cli import main
from mgc_desktop.inference.registry import list_models
from mgc_desktop.paths import models_dir
from mgc_desktop.settings import MODEL, Settings


def test_every_model_is_named_with_its_role(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for entry in list_models(models_dir()):
        assert entry.metadata is not None
        line = next(line for line in lines if line.split()[:1] == [entry.name])
        assert entry.metadata.role in line


def test_measured_figures_come_with_their_interval_clips_and_artists(capsys: pytest.CaptureFixture[str]) -> None:
    measured = [
        e for e in list_models(models_dir()) if e.metadata is not None and "macro_accuracy" in e.metadata.figures
    ]
    if not measured:
        pytest.skip("no bundled model with such figures")
    main(["models"])
    shown = capsys.readouterr().out
    for entry in measured:
        assert entry.metadata is not None
        value, low, high = entry.metadata.figures["macro_accuracy"]
        assert f"{value:.2f} ({low:.2f}-{high:.2f})" in shown
        assert f"{entry.metadata.figures['artists']} artists" in shown


def test_a_damaged_model_is_listed_as_unusable_with_the_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    broken = tmp_path / "data" / "models" / "mine"
    shutil.copytree(models_dir() / "musicnn", broken)
    (broken / "metadata.json").write_text("{")
    assert main(["models"]) == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("mine"))
    assert "unusable" in line
    assert "metadata.json" in line


def test_the_model_that_is_set_is_marked_and_is_the_one_that_listens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_audio, sounds
) -> None:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    settings = Settings()
    settings[MODEL] = "cnn-sixteenth"
    settings.save()
    main(["models"])
    marked = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("(in use)")]
    assert marked == ["cnn-sixteenth"]
    song = write_audio("a.wav", sounds.noise(4.0))
    assert main(["analyze", "--json", str(song)]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "cnn-sixteenth"
    assert main(["analyze", "--json", "--model", "musicnn", str(song)]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "musicnn"


def test_a_model_that_is_set_and_gone_is_named_with_the_way_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_audio, sounds
) -> None:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    settings = Settings()
    settings[MODEL] = "mine"
    settings.save()
    assert main(["analyze", str(write_audio("a.wav", sounds.noise(4.0)))]) == 1
    error = capsys.readouterr().err
    assert "'mine'" in error
    assert "musicnn" in error
