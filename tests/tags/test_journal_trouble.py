"""The journal after crashes, with a clock that was set back, on a full disk and in a forbidden folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.cli import main
from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.journal_lines import pack, unpack
from mgc_desktop.tags.lock import writer_lock
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.temporary import create, is_temporary
from mgc_desktop.tags.write import commit, prepare
from mgc_desktop.tags.writer import undo_run, write_run

Song = Callable[..., Path]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return Journal()


def write(journal: Journal, *paths: Path, genre: str = "Jazz") -> str:
    return write_run([PlannedChange(path, Field.GENRE, (), (genre,), "", True) for path in paths], journal).run


def killed(journal: Journal, path: Path) -> None:
    """What a kill leaves between the rename and the note that it was done, and the copy of a second file."""
    with pytest.raises(SystemExit), journal.start("fill") as run:
        run.begin([path.parent])
        made = prepare(path, Field.GENRE, ("Jazz",), owner=run.run)
        assert made is not None
        run.intend(made)
        run.sync()
        commit(made)
        create(path.parent, run.run)
        raise SystemExit


@pytest.mark.parametrize("arguments", [["undo", "--yes"], ["undo", "--yes", "--json"], ["undo", "--yes", "2"]])
def test_undo_finds_what_a_killed_run_wrote(song: Song, journal: Journal, arguments: list[str]) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    killed(journal, path)
    assert path.read_bytes() != before
    assert main(arguments) == 0
    assert path.read_bytes() == before
    assert not any(is_temporary(entry) for entry in path.parent.iterdir())


def test_runs_tell_what_a_killed_run_wrote(song: Song, journal: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    path = song(".mp3")
    killed(journal, path)
    assert main(["runs", "--json"]) == 0
    (run,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (run["written"], run["finished"]) == (1, True)
    assert not any(is_temporary(entry) for entry in path.parent.iterdir())


def test_undo_run_needs_no_recovery_before_it(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    write(journal, path, genre="Rock")
    killed(journal, path)
    (newest, _) = journal.recovered_runs()
    assert len(undo_run(newest, journal).written) == 1
    assert len(undo_run(journal.find(), journal).written) == 1
    assert path.read_bytes() == before


def test_a_file_that_was_renamed_after_a_kill_is_found(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    killed(journal, path)
    moved = path.rename(path.with_name("other.mp3"))
    assert main(["undo", "--yes"]) == 0
    assert moved.read_bytes() == before


def test_copies_of_runs_that_ended_are_removed_by_the_next_one(song: Song, journal: Journal, tmp_path: Path) -> None:
    path = song(".mp3")
    run = write(journal, path)
    left, foreign = create(tmp_path, run), create(tmp_path, "20200101-000000-aaaaaa")
    write(journal, path, genre="Rock")
    assert not left.exists()
    assert foreign.exists()  # perhaps another computer is writing here


def test_while_another_writes_the_runs_are_listed_and_an_undo_is_not_begun(
    song: Song, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    path = song(".mp3")
    write(journal, path)
    written = path.read_bytes()
    with journal.start("another writer"):
        assert main(["runs"]) == 0
        assert main(["undo", "--yes"]) == 1
    assert "is writing tags" in capsys.readouterr().err
    assert path.read_bytes() == written


def test_the_last_run_is_the_last_whatever_the_clock_says(
    song: Song, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    first = write(journal, path, genre="Rock")
    real_time, real_gmtime = time.time, time.gmtime
    monkeypatch.setattr(time, "time", lambda: real_time() - 40_000_000)
    monkeypatch.setattr(time, "gmtime", lambda: real_gmtime(real_time() - 40_000_000))
    second = write(journal, path)
    assert second < first
    assert [run.id for run in journal.runs()] == [second, first]
    assert main(["undo", "--yes"]) == 0
    assert read_tags(path).genres == ("Rock",)
    assert main(["undo", "--yes"]) == 0
    assert path.read_bytes() == before


def test_runs_of_older_versions_are_ordered_by_their_time_before_all_others(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    runs = [write(journal, path, genre=genre) for genre in ("Rock", "Jazz", "World")]
    for run in runs[:2]:
        file = journal.folder / f"{run}.jsonl"
        old = [unpack(line) for line in file.read_bytes().splitlines(keepends=True)]
        for line in old:
            assert line is not None
            line.pop("sequence", None)
            for checksums in (line.get("before"), line.get("after")):
                if checksums:
                    del checksums["whole"]
        file.write_bytes(b"".join(pack(line) for line in old if line is not None))
    assert [run.id for run in journal.runs()] == runs[::-1]
    for _ in runs:
        assert main(["undo", "--yes"]) == 0
    assert read_tags(path).genres == ()


def test_the_number_of_a_run_survives_a_damaged_first_line(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    first, second = (write(journal, path, genre=genre) for genre in ("Rock", "Jazz"))
    file = journal.folder / f"{second}.jsonl"
    file.write_bytes(b"x" + file.read_bytes())
    assert [run.id for run in journal.runs()] == [second, first]


def test_a_file_whose_end_the_journal_has_lost_is_taken_back(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    file = journal.folder / f"{write(journal, path)}.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"type":"done"', b'"type":"dome"'))
    assert main(["undo", "--yes"]) == 0
    assert path.read_bytes() == before


# ---- no room, no permission ----


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Fill a disk to the last byte but `leave`; gives the file that does it."""
    ballast = disk / "ballast"
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(handle, bytes(4096))
    os.close(handle)
    os.truncate(ballast, max(0, ballast.stat().st_size - leave))
    return ballast


@pytest.mark.parametrize("leave", [0, 4096, 8192])
@pytest.mark.parametrize("begun", [False, True])
def test_a_journal_without_room_is_a_sentence_and_nothing_is_written(
    song: Song, small_disk: Path, leave: int, begun: bool
) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    journal = Journal(small_disk / "journal")
    if begun:
        with journal.start("empty"):
            pass
    ballast = fill(small_disk, leave=leave)
    try:
        stopped = write_run([PlannedChange(path, Field.GENRE, (), ("Jazz" * 1000,), "", True)], journal).stopped
    except TagError as error:
        stopped = error.message
    if stopped is not None:
        assert "journal" in stopped
        assert path.read_bytes() == before
    else:
        assert leave  # there was room enough
    ballast.unlink()
    assert journal.recover() == []
    write(journal, path, genre="Rock")
    assert read_tags(path).genres == ("Rock",)


def test_commands_on_a_full_disk_say_so(
    song: Song, small_disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MGC_HOME", str(small_disk))
    path = song(".mp3")
    before = path.read_bytes()
    killed(Journal(), path)
    written = path.read_bytes()
    ballast = fill(small_disk)
    assert main(["runs"]) == 0
    capsys.readouterr()
    assert main(["undo", "--yes"]) == 1
    assert "the journal cannot be written" in capsys.readouterr().err
    assert path.read_bytes() == written
    ballast.unlink()
    assert main(["undo", "--yes"]) == 0
    assert path.read_bytes() == before


def test_a_folder_in_the_place_of_a_run_is_a_sentence(
    song: Song, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    path = song(".mp3")
    write(journal, path)
    (journal.folder / "20200101-000000-aaaaaa.jsonl").mkdir()
    for command in (["runs"], ["undo", "--yes"]):
        assert main(command) == 1
        assert "the journal cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["file", "link to nowhere"])
def test_something_else_in_the_place_of_the_journal_is_a_sentence(
    song: Song, journal: Journal, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = song(".mp3")
    before = path.read_bytes()
    journal.folder.parent.mkdir(parents=True)
    if what == "file":
        journal.folder.write_text("no folder")
    else:
        journal.folder.symlink_to(journal.folder.parent / "nowhere" / "at all")
    with pytest.raises(TagError, match="journal"):
        write(journal, path)
    main(["runs"])
    main(["undo", "--yes"])
    assert "Traceback" not in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_lock_holds_on_a_full_disk(small_disk: Path) -> None:
    (small_disk / "data").mkdir()
    (small_disk / "data" / "lock").touch()
    fill(small_disk)
    lock = small_disk / "data" / "lock"
    with writer_lock(lock), pytest.raises(TagError, match="another task"), writer_lock(lock):
        pytest.fail("two writers")
    shutil.rmtree(small_disk / "data")
