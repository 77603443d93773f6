"""Pooling the scores of patches to the verdict on a song."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.calibration import song_probabilities
from mgc_desktop.inference.classifier import Classifier, PatchScores
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.pooling import SongPool

Golden = dict[str, np.ndarray]


def scores_of(genre: str, n: int, logit: float = 12.0) -> PatchScores:
    logits = np.zeros((n, len(GENRES)), np.float32)
    logits[:, GENRES.index(genre)] = logit
    return PatchScores(logits)


def test_without_patches_no_genre_is_named(musicnn: Classifier) -> None:
    pool = SongPool(musicnn)
    pool.add(PatchScores(np.zeros((0, 10), np.float32)))
    verdict = pool.verdict()
    assert not pool.analysed_seconds
    assert verdict.genre is None
    assert np.allclose(verdict.probabilities, 0.1)
    assert (verdict.tags, verdict.embedding) == ((), None)


def test_adding_patches_one_by_one_equals_adding_all_at_once(musicnn: Classifier, golden: Golden) -> None:
    at_once, one_by_one = SongPool(musicnn), SongPool(musicnn)
    at_once.add(musicnn.predict(golden["patches"]))
    for patch in golden["patches"]:
        one_by_one.add(musicnn.predict(patch[np.newaxis]))
    a, b = at_once.verdict(), one_by_one.verdict()
    assert np.allclose(a.probabilities, b.probabilities, atol=1e-5)
    assert np.allclose(a.embedding, b.embedding, atol=1e-4)
    assert [word for word, _ in a.tags] == [word for word, _ in b.tags]


def test_probabilities_follow_the_calibration_of_the_head(musicnn: Classifier, golden: Golden) -> None:
    pool, scores = SongPool(musicnn), musicnn.predict(golden["patches"])
    pool.add(scores)
    verdict = pool.verdict()
    assert np.allclose(verdict.probabilities, song_probabilities(scores.logits, musicnn.calibration), atol=1e-5)
    assert verdict.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert verdict.confidence == verdict.probabilities.max()


def test_a_confident_genre_is_named(musicnn: Classifier) -> None:
    pool = SongPool(musicnn)
    pool.add(scores_of("Jazz", 5))
    assert pool.verdict().genre == "Jazz"
    assert pool.verdict().confidence > 0.9


def test_a_prediction_below_the_threshold_is_unsure(report_model: Path) -> None:
    pool = SongPool(Classifier.open(report_model))
    pool.add(scores_of("Jazz", 3, logit=0.5))
    verdict = pool.verdict()
    assert verdict.confidence < 0.2
    assert verdict.genre is None
    assert verdict.probabilities.argmax() == GENRES.index("Jazz")


def test_patches_of_weight_zero_do_not_count(musicnn: Classifier) -> None:
    pool = SongPool(musicnn)
    pool.add(scores_of("Jazz", 2), np.array([1, 0], np.float32))
    pool.add(scores_of("World", 50), np.zeros(50, np.float32))
    assert pool.verdict().genre == "Jazz"


def test_the_memory_does_not_grow_with_the_song(musicnn: Classifier, golden: Golden) -> None:
    pool, scores = SongPool(musicnn), musicnn.predict(golden["patches"])
    pool.add(scores)
    sizes = {name: total.nbytes for name, total in pool._sums.items()}
    for _ in range(100):
        pool.add(scores)
    assert {name: total.nbytes for name, total in pool._sums.items()} == sizes


def test_tags_are_sorted_by_salience_and_have_probabilities(musicnn: Classifier, golden: Golden) -> None:
    pool = SongPool(musicnn)
    pool.add(musicnn.predict(golden["patches"][1:2]))
    words = dict(pool.verdict().tags)
    assert {"techno", "fast"} <= words.keys()
    assert all(0 < p <= 1 for p in words.values())
