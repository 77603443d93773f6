"""Marks: what the user said that songs are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.heads import Pupil
from mgc_desktop.library.marks import (
    as_lessons,
    forget_marks,
    mark,
    marks,
    rename_genre,
    rename_marks,
    renew,
    taught_heads,
    unmark,
)
from mgc_desktop.library.query import Query
from mgc_desktop.library.schema import MIGRATIONS
from mgc_desktop.library.store import LibraryStore


def ids(store: LibraryStore, *numbers: int) -> list[int]:
    songs = (store.song_at(Path(f"/m/{number}.mp3")) for number in numbers)
    return [song.id for song in songs if song is not None]


def mark_songs(store: LibraryStore, pupil: Pupil, genre: str, *numbers: int, head: str = "Mine") -> None:
    heard = as_lessons(store, ids(store, *numbers), genre, pupil.name, pupil.base)
    mark(store, head, heard.lessons, pupil.identity)


def marked(store: LibraryStore, head: str = "Mine") -> list[tuple[str, str]]:
    return [(each.lesson.title, each.lesson.genre) for each in marks(store, head)]


def test_songs_become_lessons_with_what_was_heard_in_them(heard_library: LibraryStore, musicnn: Pupil) -> None:
    heard = as_lessons(heard_library, ids(heard_library, 0, 4), "Fado", musicnn.name, musicnn.base)
    first, last = heard.lessons
    assert (first.checksum, first.genre, first.title, first.artist) == ("c0", "Fado", "Song 0", "Artist 0")
    assert last.artist == "m", "where no artist is named the folder stands for one"
    analysis = heard_library.analysis("c0", musicnn.name, musicnn.base)
    assert analysis is not None
    assert np.array_equal(first.embedding, analysis.embedding)
    assert heard.unheard == ()


def test_songs_that_were_not_listened_to_are_named_and_silent_ones_left_out(
    heard_library: LibraryStore, musicnn: Pupil
) -> None:
    heard = as_lessons(heard_library, ids(heard_library, 0, 5, 6), "Fado", musicnn.name, musicnn.base)
    assert [lesson.checksum for lesson in heard.lessons] == ["c0"]
    assert list(heard.unheard) == ids(heard_library, 6)


def test_marks_stay_in_the_order_in_which_they_were_made(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 3, 1)
    mark_songs(heard_library, musicnn, "Synthwave", 2)
    assert marked(heard_library) == [("Song 3", "Fado"), ("Song 1", "Fado"), ("Song 2", "Synthwave")]
    assert [each.path for each in marks(heard_library, "Mine")] == [Path(f"/m/{n}.mp3") for n in (3, 1, 2)]


def test_a_song_is_one_thing_only_the_latest(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 0, 1)
    mark_songs(heard_library, musicnn, "Jazz", 0)
    assert marked(heard_library) == [("Song 0", "Jazz"), ("Song 1", "Fado")]


def test_marks_outlive_their_files(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 0)
    heard_library.forget([Path("/m/0.mp3")])
    (found,) = marks(heard_library, "Mine")
    assert found.path is None
    assert found.lesson.embedding.shape == (400,)


def test_heads_have_marks_of_their_own(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 0)
    mark_songs(heard_library, musicnn, "Polka", 0, head="Yours")
    assert taught_heads(heard_library) == ["Mine", "Yours"]
    rename_marks(heard_library, "Yours", "Ours")
    forget_marks(heard_library, "Mine")
    assert taught_heads(heard_library) == ["Ours"]
    assert marked(heard_library, "Ours") == [("Song 0", "Polka")]


def test_taking_marks_away_and_renaming_genres(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 0, 1)
    mark_songs(heard_library, musicnn, "Fadinho", 2)
    unmark(heard_library, "Mine", ["c1", "nobody"])
    rename_genre(heard_library, "Mine", "Fadinho", "Fado")
    assert marked(heard_library) == [("Song 0", "Fado"), ("Song 2", "Fado")]


def test_after_an_update_of_the_model_marks_get_what_it_heard(heard_library: LibraryStore, musicnn: Pupil) -> None:
    mark_songs(heard_library, musicnn, "Fado", 0, 1)
    heard_library.db.execute("UPDATE mark SET model = 'musicnn@0.9', embedding = zeroblob(1600)")
    heard_library.db.execute("DELETE FROM analysis WHERE checksum = 'c1'")
    renew(heard_library, musicnn.name, musicnn.base)
    renewed, old = marks(heard_library, "Mine")
    assert (renewed.model, old.model) == (musicnn.identity, "musicnn@0.9")
    assert renewed.lesson.embedding.any()
    assert not old.lesson.embedding.any()


def test_a_library_of_the_version_before_gets_the_table(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "library.db")
    old.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    old.close()
    with LibraryStore(tmp_path / "library.db") as store:
        assert marks(store, "Mine") == []
        assert len(store.ids(Query())) == 0
        with pytest.raises(sqlite3.IntegrityError):
            store.db.execute("INSERT INTO mark (head, checksum) VALUES ('a', 'b')")
