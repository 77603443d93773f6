"""`mgc heads`, and --head."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.cli import main
from mgc_desktop.inference import user_heads
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.registry import base_model
from mgc_desktop.inference.user_heads import LabelledSong, UserHead
from mgc_desktop.library.labels import labelled_heads, labels
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import HEAD, Settings


def made(name: str = "Mine", *, made_for: str = base_model("musicnn").identity) -> UserHead:
    """A head that calls everything Fado."""
    bias = np.zeros(11, np.float32)
    bias[10] = 40.0
    adapter = HeadAdapter(
        ("Fado",), np.full((1, 10), 0.1, np.float32), np.zeros(400, np.float32), np.ones(400, np.float32),
        np.zeros((11, 400), np.float32), bias,
    )  # fmt: skip
    example = LabelledSong("00", "Fado", "Lágrima", "Amália", np.full(10, 0.1, np.float32), np.zeros(400, np.float32))
    measured = {"songs": 10, "artists": 4, "taught": 0.9, "bundled": 0.2}
    return UserHead(name, made_for, adapter, (example,), measured)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_there_are_none_at_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["heads"]) == 0
    assert "no heads yet" in capsys.readouterr().out


def test_they_are_listed_with_genres_figures_and_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    user_heads.save_head(made())
    user_heads.save_head(made("Old", made_for="musicnn@0.1"))
    settings = Settings()
    settings[HEAD] = "Mine"
    settings.save()
    assert main(["heads", "list"]) == 1
    mine, old = capsys.readouterr().out.splitlines()
    assert mine == "Mine  Fado  90 % right (bundled head: 20 %), 10 songs of 4 artists  (in use)"
    assert "unusable" in old
    assert "musicnn@0.1" in old


def test_one_goes_to_another_computer_with_its_marks(home: Path, tmp_path: Path, monkeypatch: Any) -> None:
    user_heads.save_head(made())
    assert main(["heads", "export", "Mine", str(tmp_path / "mine.json")]) == 0
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "other"))
    assert main(["heads", "import", str(tmp_path / "mine.json")]) == 0
    assert user_heads.load_head("Mine") == made()
    with LibraryStore(tmp_path / "other" / "data" / "library.db") as store:
        assert [each.example.title for each in labels(store, "Mine")] == ["Lágrima"]


def test_renaming_and_deleting(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    user_heads.save_head(made())
    settings = Settings()
    settings[HEAD] = "Mine"
    settings.save()
    assert main(["heads", "rename", "Mine", "Ours"]) == 0
    assert Settings()[HEAD] == "Ours"
    assert main(["heads", "delete", "Ours"]) == 2, "without a terminal it must be said with --yes"
    assert main(["heads", "delete", "Ours", "--yes"]) == 0
    assert Settings()[HEAD] == ""
    assert user_heads.list_heads() == []
    with LibraryStore(home / "data" / "library.db") as store:
        assert labelled_heads(store) == []


def test_a_damaged_one_can_be_deleted(home: Path) -> None:
    user_heads.save_head(made()).write_text("{", encoding="utf-8")
    assert main(["heads", "delete", "Mine", "--yes"]) == 0
    assert user_heads.list_heads() == []


def test_names_that_are_not_there_are_mistakes_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    user_heads.save_head(made())
    assert main(["heads", "delete", "Nobody", "--yes"]) == 2
    assert main(["analyze", "--head", "Nobody", "x.mp3"]) == 2
    assert "Mine" in capsys.readouterr().err


def test_songs_are_named_by_a_head(capsys: pytest.CaptureFixture[str], write_audio: Any, sounds: Any) -> None:
    user_heads.save_head(made())
    song = write_audio("a.wav", sounds.noise(6.0, 16000), sr=16000)
    assert main(["analyze", "--json", "--head", "Mine", str(song)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["genre"] == "Fado"
    assert len(said["genres"]) == 11
    assert main(["analyze", "--json", str(song)]) == 0
    assert len(json.loads(capsys.readouterr().out)["genres"]) == 10


@pytest.mark.slow
def test_songs_are_tagged_by_a_head_in_other_processes(
    capsys: pytest.CaptureFixture[str], write_audio: Any, sounds: Any
) -> None:
    user_heads.save_head(made())
    songs = [write_audio(f"m/{i}.flac", sounds.noise(5.0, seed=i)) for i in range(2)]
    assert main(["tag", "--yes", "--json", "--jobs", "2", "--head", "Mine", str(songs[0].parent)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["new"] for line in lines if line["result"] == "written"] == [["Fado"], ["Fado"]]


def test_a_head_for_another_model_is_refused_with_the_way_out(
    capsys: pytest.CaptureFixture[str], write_audio: Any, sounds: Any
) -> None:
    user_heads.save_head(made(made_for="musicnn@0.1"))
    song = write_audio("a.wav", sounds.noise(4.0, 16000), sr=16000)
    assert main(["analyze", "--head", "Mine", str(song)]) == 1
    assert "made for musicnn@0.1" in capsys.readouterr().err
