"""No artist on both sides, every genre everywhere, the same seed the same split."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc_desktop.training.datasets import Clip
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.splits import PARTS, Split, grouped_folds, grouped_split, leaky_split


def made(artists: dict[str, int], clips: int = 4) -> list[Clip]:
    """`artists` of each genre with so many clips each."""
    return [
        Clip(f"{genre}/{a}/{i}", Path("x"), 0, None, genre, f"{genre} {a}")
        for genre, n in artists.items()
        for a in range(n)
        for i in range(clips + a)
    ]


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(3, 12), min_size=2), st.integers(0, 1000))
def test_no_artist_is_in_two_parts_and_no_genre_is_missing_in_one(artists: dict[str, int], seed: int) -> None:
    clips = made(artists)
    split = grouped_split(clips, seed)
    groups = [{c.artist for c in split.pick(clips, part)} for part in PARTS]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    assert sum(len(split.pick(clips, part)) for part in PARTS) == len(clips)
    for part in PARTS:
        assert {c.genre for c in split.pick(clips, part)} == set(artists)


def test_parts_have_about_the_sizes_asked_for() -> None:
    clips = made({"a": 40, "b": 30})
    split = grouped_split(clips, 1)
    assert len(split.train) / len(clips) == pytest.approx(0.7, abs=0.07)
    assert len(split.test) / len(clips) == pytest.approx(0.2, abs=0.07)


def test_the_seed_decides_alone(tmp_path: Path) -> None:
    clips = made({"a": 9, "b": 9})
    assert grouped_split(clips, 3) == grouped_split(clips, 3)
    assert grouped_split(clips, 3) != grouped_split(clips, 4)


def test_a_split_is_kept_as_a_file(tmp_path: Path) -> None:
    split = grouped_split(made({"a": 5, "b": 5}), 0)
    split.save(tmp_path / "split.json")
    assert Split.load(tmp_path / "split.json") == split
    (tmp_path / "split.json").write_text("{")
    with pytest.raises(TrainingError, match="delete it"):
        Split.load(tmp_path / "split.json")


def test_the_leaky_split_leaks_and_says_so() -> None:
    clips = made({"a": 5, "b": 5}, clips=10)
    split = leaky_split(clips, 0)
    assert {c.artist for c in split.pick(clips, "train")} & {c.artist for c in split.pick(clips, "test")}
    assert "RANDOM" in split.describe(clips)


def test_folds_share_no_artist_and_cover_everything() -> None:
    clips = made({"a": 6, "b": 7})
    folds = grouped_folds(clips, 3, 0)
    assert sorted(i for fold in folds for i in fold) == sorted(c.clip_id for c in clips)
    artists = [{c.artist for c in clips if c.clip_id in fold} for fold in folds]
    assert sum(map(len, artists)) == len(set().union(*artists))


def test_fewer_artists_than_folds_is_a_clear_error() -> None:
    with pytest.raises(TrainingError, match="at most 4 folds"):
        grouped_folds(made({"a": 2, "b": 2}), 5, 0)


def test_a_genre_that_cannot_be_in_every_fold_is_named() -> None:
    with pytest.raises(TrainingError, match=r"b \(2 artists\)"):
        grouped_folds(made({"a": 9, "b": 2}), 3, 0)


def test_too_few_artists_to_split_is_a_clear_error() -> None:
    with pytest.raises(TrainingError, match="2 artists"):
        grouped_split(made({"a": 1, "b": 1}), 0)


@pytest.mark.parametrize("artists", [{"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2}])
def test_a_split_with_an_empty_part_is_a_clear_error_with_the_way_out(artists: dict[str, int]) -> None:
    with pytest.raises(TrainingError, match=r"a has \d, b has \d.*Add artists"):
        grouped_split(made(artists), 0)


def test_clips_that_came_after_a_split_are_counted() -> None:
    clips = made({"a": 4, "b": 4})
    split = grouped_split(clips, 0)
    assert "left out" not in split.describe(clips)
    assert "1 clips came after" in split.describe([*clips, Clip("new", Path("x"), 0, None, "a", "new one")])
