"""Similar songs by their embeddings."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.analysis.neighbours import Neighbours

ROWS = np.array([[1, 0], [0.9, 0.1], [5, 5], [-2, 0], [0, 0]], np.float32)


def test_the_most_similar_songs_come_first_without_the_song_itself() -> None:
    found = Neighbours(ROWS).of(0, 3)
    assert found.songs.tolist() == [1, 2, 4]
    assert found.distances == pytest.approx([0.006, 1 - 1 / np.sqrt(2), 1], abs=1e-3)


def test_only_the_direction_of_an_embedding_counts_not_its_length() -> None:
    assert Neighbours(np.array([[1, 2], [10, 20], [2, 1]], np.float32)).of(0, 1).songs.tolist() == [1]


def test_at_most_all_other_songs_are_returned() -> None:
    assert len(Neighbours(ROWS).of(0, 100).songs) == 4
    assert len(Neighbours(ROWS[:1]).of(0, 100).songs) == 0


def test_neighbours_equal_a_comparison_of_all_pairs() -> None:
    rows = np.random.default_rng(0).normal(0, 1, (500, 40)).astype(np.float32)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    expected = [i for i in np.argsort(1 - units @ units[7], kind="stable").tolist() if i != 7][:20]
    assert Neighbours(rows).of(7, 20).songs.tolist() == expected
