"""Runs over many songs: results are kept, and a crash, a hang, Ctrl-C or a library that cannot be used cost little."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from mgc_desktop.cli import main
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.registry import find, identify
from mgc_desktop.library.query import Query
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.store import LibraryStore

MGC = [sys.executable, "-c", "import sys; from mgc_desktop.cli import main; sys.exit(main())"]
MODEL = identify(find())
posix = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")


@pytest.fixture
def song(sounds: Any, write_audio: Callable[..., Path]) -> Path:
    return write_audio("music/song.flac", sounds.chirp(5.0, channels=2) + sounds.noise(5.0, channels=2))


def analyse(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    main(["analyze", "--json", *map(str, arguments)])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def store_of(home: Path) -> LibraryStore:
    return LibraryStore(home / "data" / "library.db")


def test_a_kept_analysis_is_the_same_to_the_last_digit(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = analyse(capsys, song)
    assert first[0]["segments"] and first[0]["error"] is None
    assert analyse(capsys, song) == first == analyse(capsys, "--no-cache", song)


def test_it_is_found_again_under_another_name_and_adds_no_song(
    song: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    analyse(capsys, song)
    with store_of(home) as store:
        assert len(store.ids(Query())) == 0
        store.db.execute("UPDATE whole_analysis SET confidence = 0.125")
    other = song.rename(song.with_name("other.flac"))
    (found,) = analyse(capsys, other)
    assert (found["path"], found["confidence"]) == (str(other), 0.125)
    (fresh,) = analyse(capsys, "--no-cache", other)
    assert fresh["confidence"] != 0.125


def test_an_analysis_never_replaces_the_verdict_that_the_library_has(
    song: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["tag", "--dry-run", str(song)])
    capsys.readouterr()
    with store_of(home) as store:
        store.db.execute("UPDATE analysis SET confidence = 0.125")
    analyse(capsys, song)
    with store_of(home) as store:
        assert store.select("SELECT confidence FROM analysis") == [(0.125,), (0.125,)]  # of both vocabularies


def test_what_tag_finds_is_kept_and_used_again_by_the_library(
    song: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tag", "--dry-run", "--json", str(song)]) == 0
    first = json.loads(capsys.readouterr().out)
    with store_of(home) as store:
        assert len(store.ids(Query())) == 0
        scan([song.parent], store)
        certain = np.array([genre == "Jazz" for genre in REPORT_GENRES], "<f4").tobytes()
        changed = store.db.execute(
            "UPDATE analysis SET genre = 'Jazz', outcome = 'genre', confidence = 1, probabilities = ? "
            "WHERE (model, version) = (?, ?)",
            (certain, *MODEL),
        )
        assert changed.rowcount == 1
    assert main(["tag", "--dry-run", "--json", str(song)]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["new"] == ["Jazz"]
    assert first["path"] == again["path"]


@pytest.mark.parametrize("command", [["analyze"], ["tag", "--dry-run"]])
def test_without_a_library_that_can_be_opened_it_works_and_says_so_once(
    command: list[str], song: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "data").write_text("a file where a folder should be")
    assert main([*command, str(song), str(song)]) == 0
    assert capsys.readouterr().err.count("results are not stored") == 1


def test_a_library_that_is_damaged_is_left_to_the_window(
    song: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = home / "data" / "library.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database " * 1000)
    assert main(["analyze", str(song)]) == 0
    assert "damaged" in capsys.readouterr().err
    assert database.read_bytes() == b"no database " * 1000


def test_a_library_that_is_locked_does_not_stop_it(song: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with store_of(home) as other:
        other.db.execute("BEGIN IMMEDIATE")
        assert main(["analyze", str(song)]) == 0
        other.db.execute("ROLLBACK")
    assert capsys.readouterr().err.count("results are not stored") == 1


def worker_reading(process: psutil.Process, path: Path) -> psutil.Process:
    """The worker process that has a file open."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for child in process.children():
            try:
                if any(Path(file.path) == path for file in child.open_files()):
                    return child
            except psutil.Error:
                continue
        time.sleep(0.01)
    raise AssertionError("no worker opened it")


@pytest.fixture
def long(sounds: Any, write_audio: Callable[..., Path]) -> Path:
    """A song that takes its time."""
    return write_audio("music/long.wav", sounds.noise(1800.0, 16000), sr=16000)


def started(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*MGC, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.slow
@posix
@pytest.mark.parametrize("command", [("analyze", "--json"), ("tag", "--dry-run", "--json")])
def test_a_decoder_that_crashes_costs_one_song_also_with_one_job(
    command: tuple[str, ...], long: Path, song: Path
) -> None:
    with started(*command, long, song) as process:
        worker_reading(psutil.Process(process.pid), long).send_signal(signal.SIGSEGV)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 1
    lines = {line["path"]: line for line in map(json.loads, out.splitlines())}
    bad, good = lines[str(long)], lines[str(song)]
    assert "crashed" in (bad.get("error") or bad.get("reason"))
    assert "crashed" not in (good.get("error") or good.get("reason") or "")
    assert "Traceback" not in err


@pytest.mark.slow
@posix
def test_a_decoder_that_hangs_is_given_up_after_the_time_limit(long: Path) -> None:
    with started("analyze", "--json", "--timeout", "5", long) as process:
        worker_reading(psutil.Process(process.pid), long).send_signal(signal.SIGSTOP)
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "within 5 seconds" in json.loads(out)["error"]


@posix
@pytest.mark.parametrize("command", ["analyze", "tag"])
def test_what_was_found_before_ctrl_c_is_kept(command: str, song: Path, long: Path, home: Path) -> None:
    dry = ["--dry-run"] if command == "tag" else []
    with started(command, *dry, song, long) as process:
        psutil_process = psutil.Process(process.pid)
        table = "whole_analysis" if command == "analyze" else "analysis"
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if (home / "data" / "library.db").exists():
                with store_of(home) as store:
                    if store.select(f"SELECT checksum FROM {table}"):
                        break
            time.sleep(0.05)
        workers = psutil_process.children()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "mgc: interrupted"
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    with store_of(home) as store:
        versions = [identify(find(), genres) for genres in ("everyday", "report")]
        assert store.select(f"SELECT model, version FROM {table} ORDER BY version") == versions


@pytest.mark.parametrize("text", ["-1", "soon", "inf", "nan"])
def test_times_that_are_none(text: str, song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(song), f"--timeout={text}"]) == 2
    assert "seconds" in capsys.readouterr().err
