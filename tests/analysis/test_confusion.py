"""The genre in the file against the predicted genre: every song counts once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.confusion import UNSURE, LibraryConfusion, Share, confusion
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def found(store: LibraryStore) -> LibraryConfusion:
    return confusion(read_columns(store))


def cell(found: LibraryConfusion, row: str, column: str) -> tuple[int, int]:
    return found.matrix.rows.index(row), found.matrix.columns.index(column)


def test_songs_with_both_genres_count_once_each(found: LibraryConfusion) -> None:
    assert found.matrix.total == 8
    assert (found.songs_in_all, found.predicted, found.tagged) == (10, 9, 9)


def test_known_genres_come_first_and_other_names_follow_by_how_often_they_are_used(found: LibraryConfusion) -> None:
    assert found.matrix.rows == (*GENRES, "Soundtrack", "Chipcore")
    assert found.matrix.columns == (*GENRES, UNSURE)


@pytest.mark.parametrize(
    ("row", "column", "songs"),
    [
        ("Jazz", "Jazz", ["one", "two", "four"]),  # by another name, and beside another genre; the surest first
        ("Jazz", "Classical", ["three"]),
        ("Soundtrack", "Classical", ["six", "five"]),  # in whatever spelling
        ("Soundtrack", UNSURE, ["seven"]),
        ("Chipcore", "Electronica", ["eight"]),
        ("World", "World", []),
    ],
)
def test_a_cell_lists_its_songs(found: LibraryConfusion, titles, row: str, column: str, songs: list[str]) -> None:  # type: ignore[no-untyped-def]
    at = cell(found, row, column)
    assert titles(found.songs(*at)) == songs
    assert found.matrix.counts[at] == len(songs)


def test_a_song_of_several_genres_that_all_differ_counts_for_the_first_known_one(store: LibraryStore) -> None:
    song = store.song_at(Path("/music/jazz/three.mp3"))
    assert song is not None
    store.put([replace(song.file_tags, genres=("Chipcore", "Metal", "Jazz"))])
    found = confusion(read_columns(store))
    assert found.matrix.counts[cell(found, "Hard Rock", "Classical")] == 1


def test_the_diagonal_has_the_songs_with_the_state_agrees(found: LibraryConfusion, store: LibraryStore) -> None:
    assert found.matrix.agreeing == store.counts()[State.AGREES] == 3
    off = found.matrix.total - found.matrix.agreeing
    unsure = int(found.matrix.counts[:, -1].sum())
    assert off - unsure == len(store.ids(Query(Filter.DIFFERS)))


def test_the_users_own_names_are_understood(store: LibraryStore) -> None:
    found = confusion(read_columns(store), own={"Electronica": ("Chipcore",)})
    assert "Chipcore" not in found.matrix.rows
    assert found.matrix.counts[cell(found, "Electronica", "Electronica")] == 1


def test_songs_written_by_this_program_are_counted(store: LibraryStore) -> None:
    store.set_state([1], State.WRITTEN)
    found = confusion(read_columns(store))
    assert found.written == 1
    assert found.matrix.total == 8


def test_shares_of_rows_and_columns_that_are_not_empty_sum_to_one(found: LibraryConfusion) -> None:
    for share, axis in ((Share.ROWS, 1), (Share.COLUMNS, 0)):
        sums = found.matrix.values(share).sum(axis=axis)
        assert np.allclose(sums[found.matrix.counts.sum(axis=axis) > 0], 1)
        assert not sums[found.matrix.counts.sum(axis=axis) == 0].any()
    assert np.array_equal(found.matrix.values(Share.COUNTS), found.matrix.counts)


def test_the_largest_difference_is_off_the_diagonal_and_not_unsure(found: LibraryConfusion) -> None:
    assert found.largest_difference() == cell(found, "Soundtrack", "Classical")


def test_a_library_without_songs_has_an_empty_matrix(empty: LibraryStore) -> None:
    found = confusion(read_columns(empty))
    assert found.matrix.total == 0
    assert found.matrix.counts.shape == (10, 11)
    assert found.largest_difference() is None


def test_the_table_has_a_row_for_each_genre_in_files(found: LibraryConfusion) -> None:
    header, rows = found.matrix.table()
    assert header[0] == "in the file / heard" and header[1:] == found.matrix.columns
    assert len(rows) == 12
    assert rows[10] == ("Soundtrack", 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1)
    assert found.matrix.table(Share.ROWS)[1][10][3] == pytest.approx(0.6667)
