"""Songs in groups of one colour."""

from __future__ import annotations

import numpy as np

from mgc_desktop.analysis.colouring import NO_GENRE, OTHERS, UNSURE, Colouring, by_file, by_prediction
from mgc_desktop.inference.genres import GENRES


def named(colouring: Colouring) -> list[str]:
    return [colouring.names[group] for group in colouring.group]


def test_by_prediction_all_ten_genres_have_a_group_and_unsure_comes_last() -> None:
    colouring = by_prediction(("Jazz", "World", "Jazz"), np.array([True, False, True]))
    assert colouring.names == (*GENRES, UNSURE)
    assert named(colouring) == ["Jazz", UNSURE, "Jazz"]
    assert colouring.counts[GENRES.index("Jazz")] == 2
    assert [name for i, name in enumerate(colouring.names) if colouring.is_uncoloured(i)] == [UNSURE]


def test_genres_of_the_user_follow_the_ten() -> None:
    colouring = by_prediction(("Fado", "Jazz", "Fado", "Synthwave"), np.ones(4, bool))
    assert colouring.names == (*GENRES, "Fado", "Synthwave", UNSURE)


def test_by_file_common_names_count_as_one_of_the_ten() -> None:
    colouring = by_file((("metal",), ("Hip Hop",), (), ("Soundtrack",)), ("Hard Rock",) * 4)
    assert named(colouring) == ["Hard Rock", "Hip-Hop", NO_GENRE, "Soundtrack"]


def test_of_several_genres_the_predicted_one_counts() -> None:
    assert named(by_file((("Rock", "Jazz"), ("Rock", "Jazz")), ("Jazz", "World"))) == ["Jazz", "Alt Rock"]


def test_rare_names_share_a_group_and_spellings_are_merged() -> None:
    genres = [("Soundtrack",), ("soundtrack",), ("Soundtrack",)]
    genres += [(f"Kind {i}",) for i in range(12) for _ in range(2)]
    colouring = by_file(genres, ("Jazz",) * len(genres))
    assert colouring.counts[colouring.names.index("Soundtrack")] == 3
    assert OTHERS in colouring.names
    assert len(colouring.names) == len(GENRES) + 8 + 2
    assert sum(colouring.counts) == len(genres)


def test_a_colouring_of_no_songs_is_empty() -> None:
    assert by_prediction((), np.zeros(0, bool)).names == (*GENRES, UNSURE)
    assert by_file((), ()).names == (*GENRES, NO_GENRE)
