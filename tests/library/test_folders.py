"""Folders and single files of the library: added, found under other names, removed, and restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.errors import DecodeError, sentence_of
from mgc_desktop.library.batch import failure_message
from mgc_desktop.library.folders import put_back, remove, songs_leaving
from mgc_desktop.library.pending_labels import add_pending
from mgc_desktop.library.query import Query
from mgc_desktop.library.scanner import has_missing, scan
from mgc_desktop.library.song import FileTags, Song, State
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    for number, name in enumerate(("a.flac", "jazz/b.flac", "jazz/deep/c.flac", "jazzy/d.flac")):
        write_audio(f"music/{name}", sounds.noise(0.2, seed=number))  # type: ignore[attr-defined]
    return tmp_path / "music"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


def add(store: LibraryStore, *roots: Path) -> None:
    for root in roots:
        store.add_folder(root)
    scan(store.folders(), store)


def songs(store: LibraryStore) -> list[Song]:
    return store.songs(store.ids(Query()))


def names(store: LibraryStore) -> set[str]:
    return {song.path.name for song in songs(store)}


class TestRemoving:
    def test_songs_of_nested_folders_stay(self, store: LibraryStore, music: Path) -> None:
        add(store, music, music / "jazz", music / "jazzy" / "d.flac")
        assert len(songs_leaving(store, music)) == 1
        remove(store, music)
        assert names(store) == {"b.flac", "c.flac", "d.flac"}
        add(store, music)
        assert songs_leaving(store, music / "jazz") == []
        remove(store, music / "jazz")
        assert names(store) == {"a.flac", "b.flac", "c.flac", "d.flac"}

    def test_a_folder_with_the_same_prefix_stays(self, store: LibraryStore, music: Path) -> None:
        add(store, music / "jazz", music / "jazzy")
        remove(store, music / "jazz")
        assert names(store) == {"d.flac"}

    def test_the_root_of_the_file_system_can_be_removed(self, store: LibraryStore) -> None:
        store.add_folder(Path("/"))
        store.put([FileTags(Path("/m/a.mp3"), 1, 1)])
        remove(store, Path("/"))
        assert songs(store) == []

    def test_removing_a_folder_can_be_undone_with_all_its_data(self, store: LibraryStore, music: Path) -> None:
        add(store, music)
        store.add_folder(music, watched=True)
        first, second, *_ = songs(store)
        store.choose([first.id], accepted=False)
        store.set_state([second.id], State.UNSURE)
        add_pending(store, "My genres", [first.id], "Fado")
        before, choices = songs(store), store.choices()
        removed = remove(store, music)
        assert (songs(store), store.folders(), store.choices()) == ([], {}, {})
        put_back(store, removed)
        assert (songs(store), store.folders(), store.choices()) == (before, {music: True}, choices)
        assert store.select("SELECT song, head, genre FROM pending_label") == [(first.id, "My genres", "Fado")]

    def test_songs_added_meanwhile_stay_when_a_removal_is_undone(self, store: LibraryStore, music: Path) -> None:
        add(store, music / "jazz")
        store.choose(store.ids(Query()), accepted=False)
        removed = remove(store, music / "jazz")
        add(store, music)  # the songs are there again, under numbers that were free
        remove(store, music)
        add(store, music / "jazzy", music / "a.flac")
        put_back(store, removed)
        assert names(store) == {"a.flac", "b.flac", "c.flac", "d.flac"}
        decided = {song.path.name for song in songs(store) if song.id in store.choices()}
        assert decided == {"b.flac", "c.flac"}


class TestSingleFiles:
    def test_a_single_file_is_added_alone_and_updated(self, store: LibraryStore, music: Path) -> None:
        add(store, music / "a.flac")
        assert names(store) == {"a.flac"}
        renamed = music / "other.flac"
        (music / "a.flac").rename(renamed)
        assert scan(store.folders(), store).moved == 1
        assert (names(store), list(store.folders())) == ({"other.flac"}, [renamed])
        renamed.unlink()
        scan(store.folders(), store)
        assert (names(store), store.folders()) == (set(), {})

    def test_a_single_file_on_an_unplugged_drive_stays(self, store: LibraryStore, music: Path, tmp_path: Path) -> None:
        add(store, music / "a.flac")
        music.rename(tmp_path / "unplugged")
        assert scan(store.folders(), store).unreachable == (music / "a.flac",)
        assert names(store) == {"a.flac"}

    def test_removing_a_single_file_can_be_undone(self, store: LibraryStore, music: Path) -> None:
        add(store, music / "a.flac")
        removed = remove(store, music / "a.flac")
        assert names(store) == set()
        put_back(store, removed)
        assert (names(store), list(store.folders())) == ({"a.flac"}, [music / "a.flac"])


class TestMissingFiles:
    @pytest.mark.parametrize("error", [
        FileNotFoundError(2, "No such file or directory", "/m/a.mp3"), NotADirectoryError(20, "Not a directory", "/m"),
        PermissionError(13, "Permission denied", "/m/a.mp3"), OSError(5, "Input/output error", "/m/a.mp3"), OSError(),
    ])  # fmt: skip
    def test_system_errors_become_sentences(self, error: OSError) -> None:
        for text in (sentence_of(error), failure_message(error)):
            assert "Errno" not in text
            assert "Error:" not in text
            assert text.endswith(".")

    @pytest.mark.parametrize("message", [
        failure_message(FileNotFoundError(2, "No such file or directory", "a")),
        failure_message(DecodeError("The file is not there. If it was moved or renamed, open it again.")),
    ])  # fmt: skip
    def test_a_file_that_reappears_is_analysed_again(self, store: LibraryStore, music: Path, message: str) -> None:
        add(store, music)
        song = store.song_at(music / "a.flac")
        assert song is not None
        store.set_state([song.id], State.FAILED, error=message)
        assert has_missing(store)
        assert scan([music], store).reappeared == (song.id,)
        again = store.song_at(music / "a.flac")
        assert again is not None
        assert (again.state, again.error) == (State.NEW, None)
        assert not has_missing(store)

    def test_a_missing_file_is_found_under_its_new_name(self, store: LibraryStore, music: Path) -> None:
        add(store, music)
        song = store.song_at(music / "a.flac")
        assert song is not None
        (music / "a.flac").rename(music / "renamed.flac")
        message = failure_message(FileNotFoundError(2, "No such file or directory", "a"))
        store.set_state([song.id], State.FAILED, error=message)
        report = scan([music], store)
        found = store.song_at(music / "renamed.flac")
        assert found is not None
        assert (found.state, found.error) == (State.NEW, None)
        assert report.reappeared == (found.id,)
        assert "a.flac" not in names(store)

    def test_a_file_that_failed_for_another_reason_is_not_analysed_again(
        self, store: LibraryStore, music: Path
    ) -> None:
        add(store, music)
        song = songs(store)[0]
        store.set_state([song.id], State.FAILED, error="The decoder crashed on this file. It may be damaged.")
        assert scan([music], store).reappeared == ()
        assert store.counts()[State.FAILED] == 1
