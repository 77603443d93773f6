"""The library's database stores songs, analyses and decisions, and lists them in any order."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.folders import remove
from mgc_desktop.library.query import Filter, Group, Query, Selection, Sort
from mgc_desktop.library.schema import MIGRATIONS
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryError, LibraryStore

SONGS = (
    FileTags(Path("/m/a/one.mp3"), 10, 100, title="Éclair", artist="Zoé", album="Night", genres=("Jazz", "Blues")),
    FileTags(Path("/m/a/two.mp3"), 20, 200, title="apple", artist="Bo", album="Day", duration=12.0),
    FileTags(Path("/m/b/three_100%.mp3"), 30, 300, artist="amy", genres=("Rock",), duration=5.0),
    FileTags(Path("/m/broken.mp3"), 0, 400, error="The file is empty."),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        store.put(SONGS)
        yield store


def names(store: LibraryStore, query: Query) -> list[str]:
    return [song.name for song in store.songs(store.ids(query))]


def prediction(path: Path, *, version: str = "1", model: str = "musicnn") -> TrackPrediction:
    probabilities = np.linspace(0.19, 0.01, 10).astype(np.float32)
    return TrackPrediction(
        path=path,
        duration=60.0,
        model=model,
        model_version=version,
        genres=GENRES,
        probabilities=probabilities,
        genre=GENRES[0],
        confidence=0.19,
        timeline=Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32)),
        tags=(("guitar", 0.5),),
        embedding=np.arange(4, dtype=np.float32),
        analysed_seconds=30.0,
    )


def hear(store: LibraryStore, song: int, predicted: TrackPrediction) -> None:
    store.remember("c0ffee", predicted)
    analysis = store.analysis("c0ffee", predicted.model, predicted.model_version)
    assert analysis is not None
    store.assign(song, analysis, State.TO_WRITE)


def test_a_stored_song_is_read_back_unchanged(store: LibraryStore) -> None:
    song = store.song_at(Path("/m/a/one.mp3"))
    assert song is not None
    assert (song.title, song.artist, song.album, song.genres) == ("Éclair", "Zoé", "Night", ("Jazz", "Blues"))
    assert (song.size, song.mtime_ns, song.state, song.predicted) == (10, 100, State.NEW, None)


def test_a_file_without_title_has_its_name_and_an_unreadable_one_has_failed(store: LibraryStore) -> None:
    assert names(store, Query(sort=Sort.TITLE)) == ["apple", "broken", "Éclair", "three_100%"]
    assert names(store, Query(filter=Filter.FAILED)) == ["broken"]
    broken = store.song_at(Path("/m/broken.mp3"))
    assert broken is not None
    assert broken.error == "The file is empty."


@pytest.mark.parametrize(
    ("sort", "first"),
    [(Sort.ARTIST, "broken"), (Sort.DURATION, "Éclair"), (Sort.GENRE, "apple"), (Sort.FOLDER, "broken")],
)
def test_descending_order_is_the_reverse_of_ascending_order(store: LibraryStore, sort: Sort, first: str) -> None:
    up = names(store, Query(sort=sort))
    assert up[0] == first
    assert names(store, Query(sort=sort, descending=True)) == up[::-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ÉCLAIR", ["Éclair"]),
        ("night zoé", ["Éclair"]),
        ("jazz", ["Éclair"]),
        ("100%", ["three_100%"]),
        ("%", ["three_100%"]),
        ("night rock", []),
        ("  ", ["apple", "broken", "Éclair", "three_100%"]),
    ],
)
def test_every_word_of_a_search_must_occur_somewhere(store: LibraryStore, search: str, found: list[str]) -> None:
    assert names(store, Query(search=search)) == found


def test_names_that_are_not_utf8_survive(store: LibraryStore) -> None:
    path = Path(os.fsdecode(b"/m/caf\xe9.mp3"))
    store.put([FileTags(path, 1, 1)])
    song = store.song_at(path)
    assert song is not None
    assert os.fsencode(song.path) == b"/m/caf\xe9.mp3"


def test_an_analysis_is_stored_by_the_audio_not_by_the_file(store: LibraryStore) -> None:
    song = store.song_at(Path("/m/a/two.mp3"))
    assert song is not None
    predicted = prediction(song.path)
    hear(store, song.id, predicted)
    assert store.unreferenced("musicnn", "1") == set()
    store.forget([song.path])
    assert store.unreferenced("musicnn", "1") == {"c0ffee"}
    kept = store.analysis("c0ffee", "musicnn", "1")
    assert kept is not None
    np.testing.assert_array_equal(kept.probabilities, predicted.probabilities)
    np.testing.assert_array_equal(kept.embedding, predicted.embedding)  # type: ignore[arg-type]
    assert (kept.genre, kept.tags, kept.analysed_seconds) == (GENRES[0], (("guitar", 0.5),), 30.0)
    assert store.analysis("c0ffee", "musicnn", "2") is None


def test_using_another_model_restores_its_predictions_and_makes_the_others_stale(store: LibraryStore) -> None:
    two, three = (store.song_at(Path("/m") / name) for name in ("a/two.mp3", "b/three_100%.mp3"))
    assert two is not None
    assert three is not None
    hear(store, two.id, prediction(two.path))
    store.remember("c0ffee", prediction(two.path, model="cnn"))  # the same audio, heard by both
    store.remember("beef", prediction(three.path))
    analysis = store.analysis("beef", "musicnn", "1")
    assert analysis is not None
    store.assign(three.id, analysis, State.AGREES)

    def stand() -> list[tuple[str | None, State]]:
        return [(song.model, song.state) for song in store.songs([two.id, three.id])]

    store.use_version("cnn", "1")
    assert stand() == [("cnn@1", State.TO_WRITE), ("musicnn@1", State.STALE)]
    assert store.verdicts([two.id])[two.id].model == "cnn@1"
    store.use_version("musicnn", "1")
    assert stand() == [("musicnn@1", State.TO_WRITE), ("musicnn@1", State.AGREES)]


def test_written_songs_stay_written_whichever_model_is_used(store: LibraryStore) -> None:
    song = store.song_at(Path("/m/a/two.mp3"))
    assert song is not None
    hear(store, song.id, prediction(song.path))
    store.remember("c0ffee", prediction(song.path, model="cnn"))
    store.set_state([song.id], State.WRITTEN)
    store.use_version("cnn", "1")
    assert [(s.model, s.state) for s in store.songs([song.id])] == [("musicnn@1", State.WRITTEN)]


def test_changed_tags_keep_the_verdict(store: LibraryStore) -> None:
    path = Path("/m/a/two.mp3")
    song = store.song_at(path)
    assert song is not None
    hear(store, song.id, prediction(path))
    store.put([FileTags(path, 21, 201, title="Apple", genres=("Pop",))])
    refreshed = store.song_at(path)
    assert refreshed is not None
    assert (refreshed.title, refreshed.genres, refreshed.predicted, refreshed.state) == (
        "Apple",
        ("Pop",),
        GENRES[0],
        "to write",
    )


def test_a_moved_file_keeps_its_id_and_choice(store: LibraryStore) -> None:
    song = store.song_at(Path("/m/a/two.mp3"))
    assert song is not None
    store.choose([song.id], accepted=True, genres=("Fado",))
    store.moved(song.id, Path("/m/c/two.mp3"))
    there = store.song_at(Path("/m/c/two.mp3"))
    assert there is not None
    assert there.id == song.id
    assert store.choices() == {song.id: (True, ("Fado",))}


def test_removing_a_folder_removes_its_songs_and_no_others(store: LibraryStore) -> None:
    store.add_folder(Path("/m/a"), watched=True)
    store.put([FileTags(Path("/m/ab/other.mp3"), 1, 1), FileTags(Path("/m/a-b/other2.mp3"), 1, 1)])
    assert store.folders() == {Path("/m/a"): True}
    remove(store, Path("/m/a"))
    assert store.folders() == {}
    assert sorted(names(store, Query())) == ["broken", "other", "other2", "three_100%"]


def test_songs_are_counted_by_state(store: LibraryStore) -> None:
    assert store.counts() == {State.NEW: 3, State.FAILED: 1}
    assert store.number(Filter.NO_GENRE) == 2


def test_a_failed_transaction_changes_nothing(store: LibraryStore) -> None:
    def files() -> Iterator[FileTags]:
        yield FileTags(Path("/m/new.mp3"), 1, 1)
        raise RuntimeError("the scan broke")

    with pytest.raises(RuntimeError):
        store.put(files())
    assert store.song_at(Path("/m/new.mp3")) is None


def test_a_damaged_database_is_set_aside_and_a_new_one_is_created(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(b"this is no database" * 100)
    with LibraryStore(path) as store:
        assert store.set_aside is not None
        assert store.set_aside.read_bytes().startswith(b"this is no database")
        assert len(store.ids(Query())) == 0


def test_a_database_of_a_newer_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    LibraryStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(LibraryError, match="newer version"):
        LibraryStore(path)
    assert not list(tmp_path.glob("*.damaged-*"))


def test_two_stores_see_each_others_songs(store: LibraryStore) -> None:
    with LibraryStore(store.path) as other:
        other.put([FileTags(Path("/m/late.mp3"), 1, 1)])
        assert store.song_at(Path("/m/late.mp3")) is not None


@pytest.mark.parametrize("group", [Group.FOLDER, Group.ALBUM])
@pytest.mark.parametrize("filter_", [Filter.ALL, Filter.NO_GENRE])
def test_each_group_starts_with_its_first_song(store: LibraryStore, group: Group, filter_: Filter) -> None:
    ids = store.ids(Query(filter_, group=group))
    songs = {song.id: song for song in store.songs([abs(i) for i in ids])}
    keys = [songs[i].path.parent if group is Group.FOLDER else songs[i].album for i in ids if i > 0]
    heads = [position for position, i in enumerate(ids) if i < 0]
    assert len(heads) == len(set(keys))
    assert all(ids[position] == -ids[position + 1] for position in heads)
    assert sorted(keys, key=lambda key: str(key or "").casefold()) == keys


def test_damage_that_is_not_noticed_on_opening_is_found_later(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with LibraryStore(path) as store:
        store.put(FileTags(Path(f"/m/{i}.mp3"), 1, 1, title="x" * 200) for i in range(500))
    with LibraryStore(path, check=False) as store:
        assert store.is_intact()
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8192] = bytes(8192)
    path.write_bytes(data)
    with LibraryStore(path, check=False) as store:
        assert store.set_aside is None
        assert not store.is_intact()


class TestOnlySomeSongs:
    def test_a_selection_limits_the_songs_and_keeps_the_order(self, store: LibraryStore) -> None:
        ids = tuple(store.ids(Query()))
        only = Selection("two of them", (ids[2], ids[0], 4711))
        assert list(store.ids(Query(only=only))) == [ids[0], ids[2]]

    def test_a_selection_combines_with_filter_search_and_groups(self, store: LibraryStore) -> None:
        every = Selection("all", tuple(store.ids(Query())))
        assert names(store, Query(Filter.NO_GENRE, only=every)) == names(store, Query(Filter.NO_GENRE))
        assert names(store, Query(search="éclair", only=every)) == ["Éclair"]
        grouped = Query(group=Group.FOLDER)
        assert store.ids(Query(group=Group.FOLDER, only=every)) == store.ids(grouped)

    def test_an_empty_selection_shows_no_songs(self, store: LibraryStore) -> None:
        assert len(store.ids(Query(only=Selection("none", ())))) == 0


class TestUserGenres:
    def test_a_user_genre_is_stored_replaced_and_removed(self, store: LibraryStore) -> None:
        store.set_user_genre("c0ffee", ("Jazz", "Blues"))
        store.set_user_genre("beef", ("Fado",))
        store.set_user_genre("c0ffee", ("Bebop",))
        assert store.user_genre("c0ffee") == ("Bebop",)
        assert store.user_genres(["c0ffee", "beef", "unknown"]) == {"c0ffee": ("Bebop",), "beef": ("Fado",)}
        store.clear_user_genre("c0ffee")
        assert store.user_genre("c0ffee") is None

    def test_a_user_genre_outlives_the_song(self, store: LibraryStore) -> None:
        song = store.song_at(Path("/m/a/two.mp3"))
        assert song is not None
        hear(store, song.id, prediction(song.path))
        store.set_user_genre("c0ffee", ("Jazz",))
        store.forget([song.path])
        assert store.user_genre("c0ffee") == ("Jazz",)
