"""The journal: on the disk before the deed, readable after any crash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal, JournalEntry
from mgc_desktop.tags.journal_lines import LineWriter, first_and_last, lines, pack, unpack
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import Prepared, commit, prepare

Song = Callable[..., Path]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def prepared(path: Path, *genres: str) -> Prepared:
    made = prepare(path, Field.GENRE, genres)
    assert made is not None
    return made


def entries(journal: Journal) -> list[JournalEntry]:
    return [entry for run in journal.runs() for entry in journal.entries(run.id)]


def crash(journal: Journal, path: Path, *, committed: bool) -> Prepared:
    """A run that is cut off between the note of the intent and the note that it was done."""
    with pytest.raises(SystemExit), journal.start("fill") as run:
        run.begin([path.parent])
        made = prepare(path, Field.GENRE, ("Jazz",), owner=run.run)
        assert made is not None
        run.intend(made)
        run.sync()
        if committed:
            commit(made)
        raise SystemExit
    return made


def test_a_run_comes_back_with_all_it_noted(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    before = path.stat()
    made = prepared(path, "Jazz", "曲")
    with journal.start("fill, confidence from 50%") as run:
        number = run.intend(made)
        run.done(number, commit(made))
        run.refused(Path("/other/gone.mp3"), "is no longer there")
    (found,) = journal.runs()
    assert (found.note, found.written, found.refused, found.undone) == ("fill, confidence from 50%", 1, 1, 0)
    assert found.finished
    (entry,) = journal.entries(found.id)
    assert (entry.path, entry.old, entry.new, entry.field) == (path, (), ("Jazz", "曲"), Field.GENRE)
    assert (entry.before, entry.after, entry.undo) == (made.before, made.after, made.undo)
    assert (entry.before.size, entry.modified, entry.state) == (before.st_size, before.st_mtime_ns, "done")


def test_an_intent_is_on_the_disk_before_the_commit(song: Song, journal: Journal) -> None:
    made = prepared(song(".mp3"), "Jazz")
    with journal.start("fill") as run:
        run.intend(made)
        run.sync()
        noted = [line["type"] for line in lines(journal.folder / f"{run.run}.jsonl") if line]
        assert noted == ["run", "intent"]
        commit(made)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_survive(song: Song, journal: Journal) -> None:
    odd = song(".mp3").rename(os.fsdecode(os.fsencode(song(".mp3").parent) + b"/caf\xe9.mp3"))
    made = prepared(odd, "Jazz")
    with journal.start("fill") as run:
        run.done(run.intend(made), commit(made))
    assert [entry.path for entry in entries(journal)] == [odd]


@pytest.mark.parametrize("committed", [False, True])
def test_after_a_crash_the_file_tells_how_far_it_got(song: Song, journal: Journal, committed: bool) -> None:
    path = song(".mp3")
    made = crash(journal, path, committed=committed)
    (under_way,) = journal.recover()
    assert under_way.path == path
    (found,) = [entry for file in journal.folder.glob("*.jsonl") for entry in journal.entries(file.stem)]
    assert found.state == ("done" if committed else "dropped")
    assert not made.temporary.exists()
    assert read_tags(path).genres == (("Jazz",) if committed else ())
    assert journal.recover() == []


def test_after_a_crash_a_file_that_cannot_be_seen_stays_in_doubt(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    crash(journal, path, committed=True)
    away = path.rename(path.with_name("unplugged"))
    journal.recover()
    away.rename(path)
    (found,) = [entry for file in journal.folder.glob("*.jsonl") for entry in journal.entries(file.stem)]
    assert found.state == "unclear"


def test_the_next_run_looks_after_a_crashed_one(song: Song, journal: Journal) -> None:
    path = song(".mp3")
    crash(journal, path, committed=True)
    with journal.start("fill"):
        pass
    assert [(run.written, run.finished) for run in journal.runs()] == [(1, True)]


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_a_torn_last_line_is_skipped(song: Song, journal: Journal, kept: float) -> None:
    first, second = song(".mp3"), song(".flac")
    with journal.start("fill") as run:
        for path in (first, second):
            made = prepared(path, "Jazz")
            run.done(run.intend(made), commit(made))
    (file,) = journal.folder.glob("*.jsonl")
    all_lines = file.read_bytes().splitlines(keepends=True)
    torn = all_lines[3][: int(len(all_lines[3]) * kept)]
    file.write_bytes(b"".join(all_lines[:3]) + torn)
    assert [entry.path for entry in entries(journal)] == [first]
    (found,) = journal.runs()
    assert (found.written, found.finished, found.damaged) == (1, False, 1)
    journal.recover()
    assert [entry.path for entry in entries(journal)] == [first]
    assert journal.runs()[0].finished


def test_a_damaged_line_in_the_middle_costs_one_entry(song: Song, journal: Journal) -> None:
    paths = [song(".mp3"), song(".flac"), song(".ogg")]
    with journal.start("fill") as run:
        for path in paths:
            made = prepared(path, "Jazz")
            run.done(run.intend(made), commit(made))
    (file,) = journal.folder.glob("*.jsonl")
    all_lines = file.read_bytes().splitlines(keepends=True)
    all_lines[3] = all_lines[3].replace(b"Jazz", b"Rock")
    file.write_bytes(b"".join(all_lines))
    assert [entry.path for entry in entries(journal)] == [paths[0], paths[2]]


def test_runs_are_found_by_the_beginning_of_their_names(song: Song, journal: Journal) -> None:
    for genre in ("Jazz", "World"):
        made = prepared(song(".mp3", f"{genre}.mp3"), genre)
        with journal.start(genre) as run:
            run.done(run.intend(made), commit(made))
    newest, oldest = journal.runs()
    assert (newest.note, oldest.note) == ("World", "Jazz")
    assert journal.find().id == newest.id
    assert journal.find(oldest.id).note == "Jazz"
    with pytest.raises(TagError, match="There is no run"):
        journal.find("nonsense")
    with pytest.raises(TagError, match="several"):
        journal.find("2")


def test_an_empty_journal_has_nothing_to_undo(journal: Journal) -> None:
    assert journal.runs() == []
    with pytest.raises(TagError, match="nothing to undo"):
        journal.find()


def test_a_journal_that_cannot_be_written_stops_all(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file in the place of the folder")
    with pytest.raises(TagError, match="journal"), Journal(tmp_path / "journal").start("fill"):
        pytest.fail("nothing may be written without a journal")


# ---- lines ----


def test_lines_are_json_with_a_checksum(tmp_path: Path) -> None:
    writer = LineWriter(tmp_path / "lines")
    writer.add({"type": "a", "text": "Ünïcode \udcff \n"})
    writer.add({"type": "b"})
    writer.close()
    assert list(lines(tmp_path / "lines")) == [{"type": "a", "text": "Ünïcode \udcff \n"}, {"type": "b"}]
    assert json.loads((tmp_path / "lines").read_text().splitlines()[1])["entry"] == {"type": "b"}
    assert first_and_last(tmp_path / "lines") == ({"type": "a", "text": "Ünïcode \udcff \n"}, {"type": "b"})


def test_no_changed_or_cut_line_is_taken_for_whole() -> None:
    raw = pack({"type": "intent", "number": 1})
    assert unpack(raw) is not None
    assert all(unpack(raw[:size]) is None for size in range(len(raw)))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert unpack(bytes(changed)) is None, place


def test_what_is_added_after_a_torn_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(pack({"type": "a"}) + pack({"type": "torn"})[:10])
    writer = LineWriter(path)
    writer.add({"type": "b"})
    writer.close()
    assert list(lines(path)) == [{"type": "a"}, None, {"type": "b"}]
