"""Whole runs and their undo: no file stops the others, and everything that happened can be taken back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mutagen
import pytest

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import TagError
from mgc_desktop.tags import writer
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.write import FileState
from mgc_desktop.tags.writer import RunReport, undo_run, undoable, write_run

Song = Callable[..., Path]
Tag = Callable[[Path], None]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def change(path: Path, *genres: str, field: Field = Field.GENRE, state: FileState | None = None) -> PlannedChange:
    return PlannedChange(path, field, (), genres, "Heard so.", True, 0.9, state)


@pytest.fixture
def album(song: Song, tag: Tag, tmp_path: Path) -> list[Path]:
    """One tagged song of each kind, in three folders."""
    paths = []
    for number, ending in enumerate((".mp3", ".flac", ".ogg", ".m4a", ".wma", ".wv", ".wav", ".aiff", ".opus", ".ape")):
        folder = tmp_path / f"disc {number % 3}"
        folder.mkdir(exist_ok=True)
        path = song(ending)
        tag(path)
        paths.append(path.rename(folder / path.name))
    return paths


def contents(paths: list[Path]) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in paths}


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if is_temporary(path)]


def test_a_run_and_its_undo(album: list[Path], journal: Journal, tmp_path: Path) -> None:
    before = contents(album)
    times = {path: path.stat().st_mtime_ns for path in album}
    report = write_run([change(path, "Hip-Hop", "曲") for path in album], journal, note="replace")
    assert [written.path for written in report.written] == album
    assert all(read_tags(path).genres == ("Hip-Hop", "曲") for path in album)
    assert all(written.state == FileState.of(written.path) for written in report.written)
    run = journal.find()
    assert (run.id, run.note, run.written) == (report.run, "replace", len(album))
    undone = undo_run(run, journal)
    assert len(undone.written) == len(album)
    assert contents(album) == before
    assert {path: path.stat().st_mtime_ns for path in album} == times
    assert leftovers(tmp_path) == []


def test_an_undo_can_be_undone(album: list[Path], journal: Journal) -> None:
    write_run([change(path, "Hip-Hop") for path in album], journal)
    written = contents(album)
    first = journal.find()
    again = undo_run(first, journal)
    assert undoable(first, journal) == []
    with pytest.raises(TagError, match="nothing to undo"):
        journal.find()
    undo_run(journal.find(again.run), journal)
    assert contents(album) == written
    assert len(undoable(first, journal)) == len(album)
    assert journal.find().id == first.id


def test_single_files_are_undone(album: list[Path], journal: Journal) -> None:
    write_run([change(path, "Hip-Hop") for path in album], journal)
    report = undo_run(journal.find(), journal, only=album[:2])
    assert [written.path for written in report.written] == album[:2]
    assert [read_tags(path).genres for path in album[:3]] == [("Jazz", "New Age")] * 2 + [("Hip-Hop",)]
    assert journal.find().undone == 2
    rest = undo_run(journal.find(), journal)
    assert [written.path for written in rest.written] == album[2:]


def test_what_others_changed_since_is_refused_and_named(album: list[Path], journal: Journal) -> None:
    write_run([change(path, "Hip-Hop") for path in album], journal)
    theirs_too = mutagen.File(album[3])
    theirs_too["\xa9nam"] = "A new title"
    theirs_too.save()
    album[5].unlink()
    theirs = album[3].read_bytes()
    report = undo_run(journal.find(), journal)
    assert len(report.written) == len(album) - 2
    assert {refused.path: refused.reason for refused in report.refused}.keys() == {album[3], album[5]}
    assert "changed by another program" in report.refused[0].reason
    assert album[3].read_bytes() == theirs


def test_a_later_run_is_undone_before_an_earlier_one(album: list[Path], journal: Journal) -> None:
    before = contents(album[:1])
    write_run([change(album[0], "Hip-Hop")], journal)
    first = journal.find()
    write_run([change(album[0], "World")], journal)
    second = journal.find()
    assert second.id != first.id
    assert undo_run(first, journal).refused
    assert not undo_run(second, journal).refused
    assert not undo_run(first, journal).refused
    assert contents(album[:1]) == before


def test_no_file_stops_the_others(album: list[Path], journal: Journal, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(100))
    album[1].chmod(0o444)
    planned = FileState.of(album[2])
    album[2].write_bytes(album[2].read_bytes() + b"x")
    changes = [change(path, "Hip-Hop") for path in [*album[:2], broken, tmp_path / "gone.mp3", *album[3:]]]
    changes.append(change(album[2], "Hip-Hop", state=planned))
    report = write_run(changes, journal)
    assert {refused.path for refused in report.refused} == {album[1], album[2], broken, tmp_path / "gone.mp3"}
    assert all(refused.reason for refused in report.refused)
    assert len(report.written) == len(album) - 2
    assert report.stopped is None
    assert (journal.runs()[0].written, journal.runs()[0].refused) == (len(album) - 2, 4)


def test_what_says_so_already_or_is_declined_is_not_touched(album: list[Path], journal: Journal) -> None:
    before = {path: path.stat() for path in album}
    changes = [change(album[0], "Jazz", "New Age"), change(album[1], "World").declined()]
    report = write_run(changes, journal)
    assert report.unchanged == (album[0],)
    assert report.written == ()
    assert {path: path.stat().st_ctime_ns for path in album[:2]} == {p: before[p].st_ctime_ns for p in album[:2]}
    assert journal.runs() == []


def test_nothing_to_do_needs_no_run(journal: Journal) -> None:
    assert write_run([], journal) == RunReport("")


def test_one_file_named_twice_is_written_once(album: list[Path], journal: Journal) -> None:
    report = write_run([change(album[0], "Hip-Hop"), change(album[0], "Hip-Hop")], journal)
    assert len(report.written) == 1
    assert len(report.unchanged) + len(report.refused) == 1
    assert read_tags(album[0]).genres == ("Hip-Hop",)


def test_progress_tells_the_truth(album: list[Path], journal: Journal) -> None:
    told: list[tuple[int, int]] = []
    write_run(
        [change(path, "Hip-Hop") for path in album],
        journal,
        progress=lambda done, total, path: told.append((done, total)),
    )
    assert told == [(done, len(album)) for done in range(1, len(album) + 1)]


def test_a_cancelled_run_leaves_whole_files_and_can_be_undone(
    album: list[Path], journal: Journal, tmp_path: Path
) -> None:
    before, token = contents(album), CancelToken()
    report = write_run(
        [change(path, "Hip-Hop") for path in album],
        journal,
        cancel=token,
        progress=lambda done, total, path: token.cancel(),
    )
    assert report.stopped == "Cancelled."
    assert 0 < len(report.written) < len(album)
    assert leftovers(tmp_path) == []
    undo_run(journal.find(), journal)
    assert contents(album) == before


def test_a_song_that_plays_is_let_go_for_its_own_replacement_only(album: list[Path], journal: Journal) -> None:
    events: list[tuple[str, Path, bool]] = []

    @contextmanager
    def file_guard(path: Path) -> Iterator[None]:
        events.append(("released", path, read_tags(path).genres == ("Hip-Hop",)))
        yield
        events.append(("taken up", path, read_tags(path).genres == ("Hip-Hop",)))

    write_run([change(path, "Hip-Hop") for path in album], journal, file_guard=file_guard)
    assert events == [event for path in album for event in (("released", path, False), ("taken up", path, True))]


@pytest.mark.parametrize("after", [False, True])
def test_a_player_that_fails_costs_its_own_file_at_most(album: list[Path], journal: Journal, after: bool) -> None:
    before = contents(album)

    @contextmanager
    def file_guard(path: Path) -> Iterator[None]:
        if path == album[1] and not after:
            raise RuntimeError("the player is broken")
        yield
        if path == album[1]:
            raise RuntimeError("the player is broken")

    report = write_run([change(path, "Hip-Hop") for path in album], journal, file_guard=file_guard)
    assert [refused.path for refused in report.refused] == ([] if after else [album[1]])
    assert len(report.written) == len(album) - len(report.refused)
    undo_run(journal.find(), journal)
    assert contents(album) == before


@pytest.mark.parametrize("error", [RecursionError, MemoryError, OverflowError, ZeroDivisionError])
def test_whatever_a_parser_raises_costs_that_file_alone(
    album: list[Path], journal: Journal, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    real = writer.prepare

    def broken(path: Path, *arguments: Any, **more: Any) -> Any:
        if path == album[2]:
            raise error
        return real(path, *arguments, **more)

    monkeypatch.setattr(writer, "prepare", broken)
    report = write_run([change(path, "Hip-Hop") for path in album], journal)
    assert [refused.path for refused in report.refused] == [album[2]]
    assert error.__name__ in report.refused[0].reason
    assert len(report.written) == len(album) - 1


def test_a_second_writer_is_turned_away(album: list[Path], journal: Journal) -> None:
    with journal.start("elsewhere"), pytest.raises(TagError, match="is writing tags"):
        write_run([change(album[0], "Hip-Hop")], Journal(journal.folder))
    assert read_tags(album[0]).genres == ("Jazz", "New Age")


# ---- full disks ----


def test_a_full_disk_costs_nothing_but_its_own_files(song: Song, journal: Journal, small_disk: Path) -> None:
    songs = [Path(shutil.copyfile(song(".m4a"), small_disk / f"{n}.m4a")) for n in range(4)]
    elsewhere = song(".mp3")
    ballast = small_disk / "ballast"
    with ballast.open("wb") as file:
        room = os.statvfs(small_disk)
        file.write(bytes(room.f_bavail * room.f_frsize - 8192))
    before = contents(songs)
    report = write_run([change(path, "Hip-Hop") for path in [*songs, elsewhere]], journal)
    assert [refused.path for refused in report.refused] == songs
    assert all("free some space" in refused.reason for refused in report.refused)
    assert [written.path for written in report.written] == [elsewhere]
    assert contents(songs) == before
    assert leftovers(small_disk) == []
    ballast.unlink()
    assert len(write_run([change(path, "Hip-Hop") for path in songs], journal).written) == 4


def test_room_for_one_copy_at_a_time_is_enough(song: Song, journal: Journal, small_disk: Path) -> None:
    songs = [Path(shutil.copyfile(song(".flac"), small_disk / f"{n}.flac")) for n in range(8)]
    ballast = small_disk / "ballast"
    room = os.statvfs(small_disk)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - songs[0].stat().st_size - 8192))
    report = write_run([change(path, "Hip-Hop") for path in songs], journal)
    assert len(report.written) == 8


def test_a_journal_on_a_full_disk_stops_the_run_before_the_first_write(
    album: list[Path], small_disk: Path, tmp_path: Path
) -> None:
    journal = Journal(small_disk / "journal")
    with journal.start("empty"):
        pass
    with (small_disk / "ballast").open("wb") as file:
        room = os.statvfs(small_disk)
        file.write(bytes(room.f_bavail * room.f_frsize - 4096))  # room for the head of a run, not for its entries
    before = contents(album)
    report = write_run([change(path, "Hip-Hop" * 500) for path in album], journal)
    assert report.stopped is not None
    assert "journal" in report.stopped
    assert contents(album) == before
    assert leftovers(tmp_path) == []
    (small_disk / "ballast").unlink()
    assert len(write_run([change(path, "Hip-Hop") for path in album], journal).written) == len(album)
