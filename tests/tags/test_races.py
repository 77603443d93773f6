"""Several programs on the same files at once: two that write, one that plays, one that changes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mutagen
import numpy as np
import pytest

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.paths import resources_dir
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.writer import undo_run, write_run

MGC = [sys.executable, "-c", "import sys; from mgc_desktop.cli import main; sys.exit(main())"]
Song = Callable[..., Path]


@pytest.mark.slow
def test_two_mgc_tag_at_once_leave_whole_files_and_all_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    music = tmp_path / "music"
    music.mkdir()
    for song in sorted((resources_dir() / "demo").glob("*.mp3")):
        tags = mutagen.File(shutil.copyfile(song, music / song.name), easy=True)
        tags["genre"] = []
        tags.save()
    before = {path: path.read_bytes() for path in music.iterdir()}
    commands = [[*MGC, "tag", "--yes", "--policy", policy, str(music)] for policy in ("replace", "separate")]
    pipe = subprocess.PIPE
    programs = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) for command in commands]
    told = [program.communicate(timeout=300)[1] for program in programs]
    assert not any("Traceback" in text for text in told)
    for program, text in zip(programs, told, strict=True):
        assert program.returncode == 0 or "is writing tags now" in text or "changed by another program" in text
    journal = Journal()
    runs = journal.recovered_runs()
    assert runs
    for run in runs:
        assert not undo_run(run, journal).refused
    assert {path: path.read_bytes() for path in music.iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to replace an open file, and the program says so")
def test_a_file_that_plays_goes_on_and_is_written(ending: str, song: Song, tmp_path: Path) -> None:
    path = song(ending)
    before = path.read_bytes()
    with AudioReader(path) as reader:
        expected = np.concatenate(list(reader), axis=-1)
    journal = Journal(tmp_path / "journal")
    with AudioReader(path) as reader:
        played = [next(iter(reader))]
        report = write_run([PlannedChange(path, Field.GENRE, (), ("Jazz",), "", True)], journal)
        assert len(report.written) == 1
        played += list(reader)
    assert np.array_equal(np.concatenate(played, axis=-1), expected)
    with AudioReader(path) as reader:
        played = [next(iter(reader))]
        assert not undo_run(journal.find(), journal).refused
        played += list(reader)
    assert np.array_equal(np.concatenate(played, axis=-1), expected)
    assert path.read_bytes() == before


def test_what_another_program_writes_in_the_meantime_is_kept(song: Song, tmp_path: Path) -> None:
    first, second = song(".mp3", "1.mp3"), song(".mp3", "2.mp3")
    changes = [PlannedChange(path, Field.GENRE, (), ("Jazz",), "", True) for path in (first, second)]

    def other_program(done: int, total: int, path: Path) -> None:
        if path == first:  # the copy of the second one is ready by now
            tags = mutagen.File(second, easy=True)
            tags.add_tags()
            tags["title"] = "Theirs"
            tags.save()

    report = write_run(changes, Journal(tmp_path / "journal"), progress=other_program)
    assert [refused.path for refused in report.refused] == [second]
    assert "changed by another program just now" in report.refused[0].reason
    assert read_tags(second).title == "Theirs"
    assert not any(is_temporary(path) for path in tmp_path.iterdir())
