"""Lists of songs for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mutagen import File

from mgc_desktop.cli.main import main
from mgc_desktop.library.query import Query
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One song that the library knows, one that it does not."""
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    known = write_audio("music/a, b.flac", sounds.noise(1.0))  # type: ignore[attr-defined]
    tags = File(known)
    tags["title"], tags["artist"], tags["genre"] = ["Été"], ["Zoé"], ["Jazz", "Blues"]
    tags.save()
    write_audio("music/other/new.flac", sounds.noise(2.0, seed=1))  # type: ignore[attr-defined]
    with LibraryStore(tmp_path / "home/data/library.db") as store:
        scan([known.parent], store)
        store.forget([tmp_path / "music/other/new.flac"])
        store.set_state(store.ids(Query()), State.AGREES)
    return tmp_path / "music"


def test_a_table_as_csv(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(music), "--format", "csv"]) == 0
    known, new = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (known["title"], known["genres"], known["state"]) == ("Été", "Jazz; Blues", "agrees")
    assert (new["path"], new["state"]) == (str(music / "other/new.flac"), "new")


def test_a_table_as_json(music: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main(["export", str(music), "--format", "json", "--output", str(out)]) == 0
    known, new = json.loads(out.read_text("utf-8"))
    assert known["genres"] == ["Jazz", "Blues"]
    assert new["duration"] == pytest.approx(2.0, abs=0.01)
    assert new["heard"] is None


def test_a_playlist_of_one_genre(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(music), "--format", "m3u", "--genre", "jazz"]) == 0
    assert capsys.readouterr().out == f"#EXTM3U\n#EXTINF:1,Zoé - Été\n{music / 'a, b.flac'}\n"


def test_nothing_to_list_is_said(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(music), "--format", "csv", "--genre", "Polka"]) == 1
    assert "no such music" in capsys.readouterr().err


def test_without_a_format_one_trained_network_is_meant(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(music), str(music)]) == 2
    assert "--format" in capsys.readouterr().err
