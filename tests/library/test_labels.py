"""Labels that the user gave to songs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.user_heads import BaseModel
from mgc_desktop.library.labels import (
    add_labels,
    as_labelled_songs,
    forget_labels,
    labelled_heads,
    labels,
    remove_labels,
    rename_genre,
    rename_labels,
    renew,
)
from mgc_desktop.library.query import Query
from mgc_desktop.library.schema import MIGRATIONS
from mgc_desktop.library.store import LibraryStore


def ids(store: LibraryStore, *numbers: int) -> list[int]:
    songs = (store.song_at(Path(f"/m/{number}.mp3")) for number in numbers)
    return [song.id for song in songs if song is not None]


def label_songs(store: LibraryStore, base_model: BaseModel, genre: str, *numbers: int, head: str = "Mine") -> None:
    predicted = as_labelled_songs(store, ids(store, *numbers), genre, base_model.name, base_model.base)
    add_labels(store, head, predicted.examples, base_model.identity)


def labelled(store: LibraryStore, head: str = "Mine") -> list[tuple[str, str]]:
    return [(each.example.title, each.example.genre) for each in labels(store, head)]


def test_songs_become_examples_with_their_predictions(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    predicted = as_labelled_songs(analysed_library, ids(analysed_library, 0, 4), "Fado", musicnn.name, musicnn.base)
    first, last = predicted.examples
    assert (first.checksum, first.genre, first.title, first.artist) == ("c0", "Fado", "Song 0", "Artist 0")
    assert last.artist == "m", "where no artist is named the folder stands for one"
    analysis = analysed_library.analysis("c0", musicnn.name, musicnn.base)
    assert analysis is not None
    assert np.array_equal(first.embedding, analysis.embedding)
    assert predicted.not_analysed == ()


def test_songs_not_analysed_are_listed_and_silent_ones_left_out(
    analysed_library: LibraryStore, musicnn: BaseModel
) -> None:
    predicted = as_labelled_songs(analysed_library, ids(analysed_library, 0, 5, 6), "Fado", musicnn.name, musicnn.base)
    assert [example.checksum for example in predicted.examples] == ["c0"]
    assert list(predicted.not_analysed) == ids(analysed_library, 6)


def test_labels_keep_the_order_in_which_they_were_made(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    label_songs(analysed_library, musicnn, "Fado", 3, 1)
    label_songs(analysed_library, musicnn, "Synthwave", 2)
    assert labelled(analysed_library) == [("Song 3", "Fado"), ("Song 1", "Fado"), ("Song 2", "Synthwave")]
    assert [each.path for each in labels(analysed_library, "Mine")] == [Path(f"/m/{n}.mp3") for n in (3, 1, 2)]


def test_a_new_label_of_a_song_replaces_the_old_one(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    label_songs(analysed_library, musicnn, "Fado", 0, 1)
    label_songs(analysed_library, musicnn, "Jazz", 0)
    assert labelled(analysed_library) == [("Song 0", "Jazz"), ("Song 1", "Fado")]


def test_labels_outlive_their_files(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    label_songs(analysed_library, musicnn, "Fado", 0)
    analysed_library.forget([Path("/m/0.mp3")])
    (found,) = labels(analysed_library, "Mine")
    assert found.path is None
    assert found.example.embedding.shape == (400,)


def test_each_head_has_its_own_labels(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    label_songs(analysed_library, musicnn, "Fado", 0)
    label_songs(analysed_library, musicnn, "Polka", 0, head="Yours")
    assert labelled_heads(analysed_library) == ["Mine", "Yours"]
    rename_labels(analysed_library, "Yours", "Ours")
    forget_labels(analysed_library, "Mine")
    assert labelled_heads(analysed_library) == ["Ours"]
    assert labelled(analysed_library, "Ours") == [("Song 0", "Polka")]


def test_labels_can_be_removed_and_genres_renamed(analysed_library: LibraryStore, musicnn: BaseModel) -> None:
    label_songs(analysed_library, musicnn, "Fado", 0, 1)
    label_songs(analysed_library, musicnn, "Fadinho", 2)
    remove_labels(analysed_library, "Mine", ["c1", "nobody"])
    rename_genre(analysed_library, "Mine", "Fadinho", "Fado")
    assert labelled(analysed_library) == [("Song 0", "Fado"), ("Song 2", "Fado")]


def test_after_an_update_of_the_model_labels_get_its_predictions(
    analysed_library: LibraryStore, musicnn: BaseModel
) -> None:
    label_songs(analysed_library, musicnn, "Fado", 0, 1)
    analysed_library.db.execute("UPDATE mark SET model = 'musicnn@0.9', embedding = zeroblob(1600)")
    analysed_library.db.execute("DELETE FROM analysis WHERE checksum = 'c1'")
    renew(analysed_library, musicnn.name, musicnn.base)
    refreshed, old = labels(analysed_library, "Mine")
    assert (refreshed.model, old.model) == (musicnn.identity, "musicnn@0.9")
    assert refreshed.example.embedding.any()
    assert not old.example.embedding.any()


def test_a_library_of_the_previous_version_gets_the_label_table(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "library.db")
    old.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    old.close()
    with LibraryStore(tmp_path / "library.db") as store:
        assert labels(store, "Mine") == []
        assert len(store.ids(Query())) == 0
        with pytest.raises(sqlite3.IntegrityError):
            store.db.execute("INSERT INTO mark (head, checksum) VALUES ('a', 'b')")
