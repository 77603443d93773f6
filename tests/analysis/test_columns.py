"""All songs as columns, and whether each verdict is sure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_library import hear

from mgc_desktop.analysis.columns import codes, gathered, known_genres, read_columns
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore


def test_every_song_has_one_entry(store: LibraryStore) -> None:
    columns = read_columns(store)
    assert len(columns) == 10
    assert columns.was_analysed.sum() == 9 and columns.has_genre.sum() == 9
    assert columns.sure.sum() == 8, "one is unsure"
    assert columns.roots == (Path("/music"),)
    assert [columns.names[h] if h >= 0 else None for h in columns.predicted[[0, 2, 9]]] == ["Jazz", "Classical", None]


@pytest.mark.parametrize("state", [State.STALE, State.WAITING, State.ANALYSING, State.WRITTEN, State.FAILED])
def test_a_verdict_stays_sure_or_unsure_in_every_state(store: LibraryStore, state: State) -> None:
    before = read_columns(store).sure
    store.set_state(read_columns(store).ids.tolist(), state)
    assert np.array_equal(read_columns(store).sure, before)


def test_an_empty_library_has_no_entries(empty: LibraryStore) -> None:
    columns = read_columns(empty)
    assert len(columns) == 0
    assert not columns.has_genre.any() and not columns.was_analysed.any()


def test_genres_of_the_user_come_after_those_of_the_model(store: LibraryStore) -> None:
    path = Path("/music/fado.mp3")
    store.put([FileTags(path, 1, 1, "fado")])
    hear(store, path, "Fado", 0.9, (*GENRES, "Fado"))
    assert known_genres(read_columns(store), GENRES) == (*GENRES, "Fado")


def test_codes_number_values_and_gathered_groups_them() -> None:
    numbers, values = codes(["b", "a", "b"])
    assert numbers.tolist() == [0, 1, 0] and values == ["b", "a"]
    groups = gathered(np.array([1, -1, 0, 1]), np.array([10, 20, 30, 40]), 3)
    assert [group.tolist() for group in groups] == [[30], [10, 40], []]
