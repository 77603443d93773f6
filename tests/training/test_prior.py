"""The prior: what the names of the tags say about the genres."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.paths import models_dir
from mgc_desktop.training.product.prior import PriorBackground, made_songs, read_prior


def two_tags(correlation: float, *, songs: int = 4000) -> PriorBackground:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, songs))
    both = np.stack([one, correlation * one + np.sqrt(1 - correlation**2) * other], axis=1)
    return PriorBackground.of(("mtt:piano", "mtt:solo"), both * [2.0, 0.5] + [-3.0, -4.0], np.ones(songs))


def test_every_genre_has_styles_whose_shares_make_a_whole() -> None:
    shares: dict[str, float] = defaultdict(float)
    for style in read_prior().styles:
        shares[style.genre] += style.share
    assert set(shares) == set(GENRES)
    assert all(total == pytest.approx(1) for total in shares.values())


def test_the_styles_name_only_tags_that_the_backbone_has() -> None:
    tags = set(ModelMetadata.load(models_dir() / "musicnn").tags)
    prior = read_prior()
    named = {tag for style in prior.styles for tag in style.tags} | set(prior.man) | set(prior.woman)
    assert named <= tags


def test_no_genre_is_always_sung() -> None:
    assert set(read_prior().singers) == set(GENRES)
    assert all(man + woman < 1 for man, woman in read_prior().singers.values())


def test_the_background_is_standardised() -> None:
    background = two_tags(0.5)
    assert background.mean == pytest.approx([-3, -4], abs=0.1)
    assert background.scale == pytest.approx([2, 0.5], rel=0.05)
    assert background.standardised(background.mean[np.newaxis]) == pytest.approx(np.zeros((1, 2)))


def test_what_counts_nothing_does_not_move_the_background() -> None:
    logits = np.array([[0.0], [1.0], [100.0]])
    assert PriorBackground.of(("a",), logits, np.array([1.0, 1.0, 0.0])).mean == pytest.approx([0.5])


def test_a_known_tag_stands_and_draws_the_others_along() -> None:
    row = two_tags(0.9).expected({"mtt:piano": 2.0})
    assert row[0] == pytest.approx(2)
    assert 0.7 < row[1] < 1.8  # less than the 0.9 of the data: the correlation is drawn towards none
    assert abs(two_tags(0.0).expected({"mtt:piano": 2.0})[1]) < 0.1


def test_nothing_known_is_the_mean() -> None:
    assert not two_tags(0.9).expected({}).any()


def test_made_songs_bear_the_tags_of_their_genre() -> None:
    tags = ModelMetadata.load(models_dir() / "musicnn").tags
    rng = np.random.default_rng(0)
    background = PriorBackground.of(tags, rng.normal(size=(500, len(tags))), np.ones(500))
    songs, labels = made_songs(background, GENRES, 200, rng)
    assert songs.shape == (2000, len(tags))
    assert np.bincount(labels).tolist() == [200] * 10
    for tag, genre in {"msd:Hip-Hop": "Hip-Hop", "msd:jazz": "Jazz", "mtt:classical": "Classical"}.items():
        by_genre = [songs[labels == i, tags.index(tag)].mean() for i in range(10)]
        assert GENRES[int(np.argmax(by_genre))] == genre
