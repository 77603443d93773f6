"""An undo finds files that were renamed or moved since, by both checksums, and leaves alone what is not sure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest

from mgc_desktop.cli import main
from mgc_desktop.library.known_paths import known_paths
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.paths import data_dir
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.writer import RunReport, locate_files, undo_run, write_run

Song = Callable[..., Path]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def journal(home: Path) -> Journal:
    return Journal()


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def place(song: Song, music: Path) -> Callable[[str], Path]:
    """A new song of that name and ending, in the folder of the music."""

    def make(name: str) -> Path:
        path = music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(song("".join(Path(name).suffixes[-1:])), path))

    return make


def write(journal: Journal, *paths: Path, genre: str = "Jazz") -> str:
    report = write_run([PlannedChange(path, Field.GENRE, (), (genre,), "", True) for path in paths], journal)
    assert not report.refused
    return report.run


def undo(journal: Journal, *folders: Path) -> RunReport:
    run = journal.find()
    return undo_run(run, journal, located=locate_files(run, journal, look_in=folders))


def test_a_renamed_file_is_found_whatever_its_ending(ending: str, song: Song, music: Path, journal: Journal) -> None:
    path = Path(shutil.move(song(ending), music / f"a{ending}"))
    before = path.read_bytes()
    write(journal, path)
    moved = path.rename(music / "An Artist - A Title.bak")
    (done,) = undo(journal).written
    assert (done.path, done.new) == (moved, ())
    assert moved.read_bytes() == before
    assert not path.exists()


def test_a_moved_file_is_found_below_the_folders_of_the_run(place: Callable[[str], Path], journal: Journal) -> None:
    paths = [place("x/a.mp3"), place("y/b.flac")]
    before = [path.read_bytes() for path in paths]
    write(journal, *paths)
    moved = [paths[0].parent / "Jazz" / "Artist" / "1.mp3", paths[0].parent / "b.flac"]
    moved[0].parent.mkdir(parents=True)
    for old, new in zip(paths, moved, strict=True):
        old.rename(new)
    assert {done.path for done in undo(journal).written} == set(moved)
    assert [path.read_bytes() for path in moved] == before


def test_files_that_changed_names_with_each_other_are_told_apart(
    place: Callable[[str], Path], journal: Journal
) -> None:
    first, second = place("a.mp3"), place("b.mp3")
    data = bytearray(second.read_bytes())
    data[-100] ^= 1  # of one size
    second.write_bytes(data)
    before = first.read_bytes(), second.read_bytes()
    write(journal, first, second)
    aside = first.rename(first.with_name("aside"))
    second.rename(first)
    aside.rename(second)
    assert len(undo(journal).written) == 2
    assert (second.read_bytes(), first.read_bytes()) == before


def test_a_file_that_was_changed_as_well_is_never_touched(place: Callable[[str], Path], journal: Journal) -> None:
    path = place("a.mp3")
    write(journal, path)
    moved = path.rename(path.with_name("b.mp3"))
    tags = mutagen.File(moved, easy=True)
    tags["genre"] = ["Rock"]  # as long as Jazz: the size stays
    tags.save()
    theirs = moved.read_bytes()
    (refused,) = undo(journal).refused
    assert "is missing" in refused.reason
    assert moved.read_bytes() == theirs


def test_of_two_files_with_the_checksums_none_is_touched_until_one_is_named(
    place: Callable[[str], Path], journal: Journal, music: Path
) -> None:
    path = place("a.mp3")
    original = path.read_bytes()
    write(journal, path)
    written = path.read_bytes()
    one, two = path.rename(music / "one.mp3"), music / "two.mp3"
    shutil.copyfile(one, two)
    (refused,) = undo(journal).refused
    assert "2 files are identical to what was written" in refused.reason
    assert one.read_bytes() == two.read_bytes() == written
    (done,) = undo_run(journal.find(), journal, only=[two]).written
    assert done.path == two
    assert (one.read_bytes(), two.read_bytes()) == (written, original)


def test_a_copy_that_is_in_its_place_is_nobody_elses(place: Callable[[str], Path], journal: Journal) -> None:
    first, second = place("a.mp3"), place("b.mp3")
    write(journal, first, second)
    first.unlink()
    report = undo_run(journal.find(), journal, only=[first])
    assert report.written == ()
    assert undo(journal).written[0].path == second


def test_equal_files_that_all_moved_all_come_back(place: Callable[[str], Path], journal: Journal, music: Path) -> None:
    paths = [place("a.mp3"), place("b.mp3")]
    original = paths[0].read_bytes()
    write(journal, *paths)
    moved = [path.rename(path.with_name(f"moved {path.name}")) for path in paths]
    assert len(undo(journal).written) == 2
    assert [path.read_bytes() for path in moved] == [original, original]


def test_files_that_became_equal_are_told_apart_by_their_times(
    place: Callable[[str], Path], journal: Journal, music: Path
) -> None:
    paths = [place("a.mp3"), place("b.mp3")]
    write(journal, paths[0], genre="Rock")
    write(journal, paths[1], genre="Pop!")
    before = [path.read_bytes() for path in paths]
    write(journal, *paths)
    assert paths[0].read_bytes() == paths[1].read_bytes() != before[0]
    moved = [path.rename(music / name) for path, name in zip(paths, ("z.mp3", "y.mp3"), strict=True)]
    assert len(undo(journal).written) == 2
    assert [path.read_bytes() for path in moved] == before


def test_outside_the_folders_it_is_found_where_one_says(
    place: Callable[[str], Path], journal: Journal, tmp_path: Path
) -> None:
    path = place("a.mp3")
    original = path.read_bytes()
    write(journal, path)
    elsewhere = tmp_path / "elsewhere" / "deep" / "down" / "x.mp3"
    elsewhere.parent.mkdir(parents=True)
    path.rename(elsewhere)
    assert len(undo(journal).refused) == 1
    assert len(undo(journal, tmp_path / "elsewhere").written) == 1
    assert elsewhere.read_bytes() == original


def test_a_renamed_folder_is_named_not_taken(place: Callable[[str], Path], journal: Journal, music: Path) -> None:
    path = place("Album/a.mp3")
    original = path.read_bytes()
    write(journal, path)
    (music / "Album").rename(music / "Album (1998)")
    (refused,) = undo(journal).refused
    assert f"outside the folders of the run: “{music / 'Album (1998)' / 'a.mp3'}”" in refused.reason
    assert len(undo(journal, music / "Album (1998)").written) == 1
    assert (music / "Album (1998)" / "a.mp3").read_bytes() == original


def test_the_library_knows_where_it_went(
    place: Callable[[str], Path], journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place("a.mp3")
    original = path.read_bytes()
    write(journal, path)
    elsewhere = tmp_path / "elsewhere.mp3"
    path.rename(elsewhere)
    with LibraryStore(data_dir() / "library.db") as store:
        status = elsewhere.stat()
        store.put([FileTags(elsewhere, status.st_size, status.st_mtime_ns)])
    assert main(["undo", "--yes"]) == 0
    assert f"is now {elsewhere}" in capsys.readouterr().out
    assert elsewhere.read_bytes() == original


def test_the_library_follows_a_file_that_the_undo_found(
    place: Callable[[str], Path], journal: Journal, music: Path
) -> None:
    path = place("a.mp3")
    with LibraryStore(data_dir() / "library.db") as store:
        store.put([FileTags(path, 1, 1)])
        song = store.song_at(path)
        write(journal, path)
        moved = path.rename(music / "b.mp3")
        assert main(["undo", "--yes"]) == 0
        assert store.song_at(path) is None
        found = store.song_at(moved)
    assert song is not None
    assert found is not None
    assert found.id == song.id


def test_a_library_that_cannot_be_read_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"no database at all" * 100)
    assert list(known_paths(tmp_path / "library.db")({1, 2})) == []
    assert list(known_paths(tmp_path / "none.db")({1, 2})) == []
    assert not (tmp_path / "none.db").exists()


@pytest.mark.skipif(os.name == "nt", reason="pipes in folders are POSIX")
def test_pipes_links_and_folders_in_the_way_do_no_harm(
    place: Callable[[str], Path], journal: Journal, music: Path
) -> None:
    path = place("a.mp3")
    original = path.read_bytes()
    write(journal, path)
    moved = path.rename(music / "b.mp3")
    os.mkfifo(path)
    (music / "circle").symlink_to(music)
    (music / "link.mp3").symlink_to(moved)
    assert len(undo(journal).written) == 1
    assert moved.read_bytes() == original


@pytest.mark.skipif(os.name == "nt", reason="pipes in folders are POSIX")
def test_a_pipe_in_the_place_of_a_file_that_is_gone_is_not_waited_for(
    place: Callable[[str], Path], journal: Journal
) -> None:
    path = place("a.mp3")
    write(journal, path)
    path.unlink()
    os.mkfifo(path)
    (refused,) = undo(journal).refused
    assert "no file with its checksums was found" in refused.reason


def test_it_is_found_below_very_many_folders(place: Callable[[str], Path], journal: Journal, music: Path) -> None:
    path = place("a.mp3")
    original = path.read_bytes()
    write(journal, path)
    folders = [music]
    for _ in range(1200):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    moved = path.rename(folders[-1] / "a.mp3")
    assert len(undo(journal).written) == 1
    assert moved.read_bytes() == original
    moved.unlink()
    for folder in folders[:0:-1]:  # pytest's own removal would recurse
        folder.rmdir()


def test_an_undo_of_a_moved_file_can_be_undone_too(place: Callable[[str], Path], journal: Journal) -> None:
    path = place("a.mp3")
    write(journal, path)
    written = path.read_bytes()
    moved = path.rename(path.with_name("b.mp3"))
    again = undo(journal).run
    third = moved.rename(path.with_name("c.mp3"))
    assert len(undo_run(journal.find(again), journal).written) == 1
    assert third.read_bytes() == written


def test_the_command_says_what_it_found_and_what_to_do(
    place: Callable[[str], Path], journal: Journal, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = place("a.mp3"), place("b.flac")
    originals = first.read_bytes(), second.read_bytes()
    run = write(journal, first, second)
    first = first.rename(music / "renamed.mp3")
    (tmp_path / "far").mkdir()
    second = second.rename(tmp_path / "far" / "b.flac")
    assert main(["undo", "--yes"]) == 1
    told = capsys.readouterr()
    assert f"is now {first}" in told.out
    assert "no file with its checksums was found" in told.out
    assert f"mgc undo {run} --look-in FOLDER" in told.err
    assert first.read_bytes() == originals[0]
    assert main(["undo", "--yes", "--look-in", str(tmp_path / "far")]) == 0
    assert second.read_bytes() == originals[1]
    assert main(["undo", "--yes", "--look-in", str(tmp_path / "none")]) == 1  # nothing is left to undo
    write(journal, second)
    assert main(["undo", "--yes", "--look-in", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_dry_run_tells_programs_where_files_are(
    place: Callable[[str], Path], journal: Journal, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place("a.mp3")
    write(journal, path)
    moved = path.rename(music / "b.mp3")
    written = moved.read_bytes()
    assert main(["undo", "--dry-run", "--json"]) == 0
    assert f'"found": "{moved}"' in capsys.readouterr().out
    assert moved.read_bytes() == written
