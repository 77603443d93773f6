"""Lists of songs for other programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
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
    assert "no matching music" in capsys.readouterr().err


def test_without_a_format_one_trained_network_is_meant(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(music), str(music)]) == 2
    assert "--format" in capsys.readouterr().err


needs_any_name = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this system does not allow the name")


@needs_any_name
def test_a_name_that_is_no_utf8_spoils_no_list(music: Path, tmp_path: Path) -> None:
    odd = music / os.fsdecode(b"caf\xe9.flac")
    shutil.copy(music / "a, b.flac", odd)
    for kind in ("json", "csv", "m3u"):
        done = export(music, kind)
        done.stdout.decode("utf-8")
        out = tmp_path / f"list.{kind}"
        assert main(["export", str(music), "--format", kind, "--output", str(out)]) == (kind == "m3u")
        out.read_text("utf-8")
        assert done.stdout.replace(b"\r\n", b"\n") == out.read_bytes()
        assert (done.returncode, b"caf" in done.stdout) == ((1, False) if kind == "m3u" else (0, True))
        if kind == "json":
            assert str(odd) in [song["path"] for song in json.loads(done.stdout)]
        if kind == "m3u":
            assert rb"caf\udce9.flac: It is left out" in done.stderr
            assert done.stdout.count(b"#EXTINF") == 2


@needs_any_name
def test_a_line_break_in_a_name_splits_no_playlist(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(music / "a, b.flac", music / "two\n#lines.flac")
    assert main(["export", str(music), "--format", "m3u"]) == 1
    told = capsys.readouterr()
    assert told.out.count("\n") == 5
    assert "lines" not in told.out
    assert r"two\n#lines.flac: It is left out" in told.err


def test_a_missing_song_is_named_and_the_others_are_listed(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = music / "gone.mp3"
    assert main(["export", str(gone), str(music), "--format", "json"]) == 1
    told = capsys.readouterr()
    songs = json.loads(told.out)
    assert [song["error"] is None for song in songs] == [False, True, True]
    assert told.err == f"mgc: {gone}: The file is not there. Check its name and place.\n"


@pytest.mark.parametrize("place", ["gone/list.csv", "folder"])
def test_a_place_that_cannot_be_written_is_named(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "folder").mkdir()
    assert main(["export", str(music), "--format", "csv", "--output", str(tmp_path / place)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"mgc: {tmp_path / place}: ")
    assert "Choose another file with --output" in told


def test_no_song_is_overwritten_by_a_list(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = music / "a, b.flac"
    before = song.read_bytes()
    assert main(["export", str(music), "--format", "m3u", "--output", str(song)]) == 2
    assert "names a song" in capsys.readouterr().err
    assert song.read_bytes() == before


def test_no_cell_is_run_as_a_formula(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tags = File(music / "other/new.flac")
    tags["title"], tags["artist"], tags["album"] = ['=HYPERLINK("http://x")'], ["@SUM(A1)"], ["-1+2"]
    tags.save()
    assert main(["export", str(music / "other"), "--format", "csv"]) == 0
    (song,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [song[name][:2] for name in ("title", "artist", "album")] == ["'=", "'@", "'-"]


@needs_any_name
def test_no_name_reaches_the_terminal_raw(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does a tag."""
    song = music / "evil \x1b]0;x\x07\n.flac"
    shutil.copy(music / "a, b.flac", song)
    tags = File(song)
    tags["genre"] = ["Ja\x1b[2Jzz"]
    tags.save()
    for command in (
        ["analyze", str(song)],
        ["tag", "--dry-run", "--policy", "replace", str(song)],
        ["analyze", str(song) + "x"],
    ):
        main(command)
        told = capsys.readouterr()
        assert "\x1b" not in told.out + told.err
        assert "\x07" not in told.out + told.err
        assert r"evil \x1b]0;x\x07\n.flac" in told.out + told.err


def export(music: Path, kind: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mgc_desktop.cli", "export", str(music), "--format", kind]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize("more", [[], ["--name", "a"], ["--models", "b"], ["--format", "csv", "--name", "a"]])
def test_the_former_way_to_export_a_model_says_the_new_one(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), *more]) == 2
    said = capsys.readouterr().err
    assert "mgc export-model FOLDER" in said
    assert "Traceback" not in said
