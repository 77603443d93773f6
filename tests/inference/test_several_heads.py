"""A model with several bundled heads: one pass of the network, a verdict for each vocabulary."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.pooling import SongPool
from mgc_desktop.inference.registry import identify, list_models, load
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.paths import resources_dir
from mgc_desktop.pipeline import analyze


def everyday_head(seed: int = 3, novelty: Novelty | None = None) -> Head:
    rng = np.random.default_rng(seed)
    names = find_vocabulary("everyday").names
    return Head(
        version="everyday-1",
        genres=names,
        inputs=("embedding",),
        mean=rng.normal(size=400).astype(np.float32),
        scale=np.ones(400, np.float32),
        weights=rng.normal(size=(len(names), 400)).astype(np.float32),
        bias=np.zeros(len(names), np.float32),
        calibration=Calibration(unsure_below=0.1),
        novelty=novelty,
    )


def add_head(folder: Path, head: Head, vocabulary: str, file: str) -> None:
    """Put a further bundled head beside a model."""
    head.save(folder / file)
    digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    metadata = ModelMetadata.load(folder)
    replace(metadata, heads={**metadata.heads, vocabulary: FileRecord(file, digest)}).save(folder)


@pytest.fixture
def two_heads(copied: Path) -> Path:
    add_head(copied / "musicnn", everyday_head(), "everyday", "head.everyday.npz")
    return copied


@pytest.fixture
def patches() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 4, (3, 96, 187)).astype(np.float32)


def test_each_vocabulary_has_its_head(two_heads: Path, patches: np.ndarray) -> None:
    (entry,) = list_models(two_heads)
    report, everyday = load("musicnn", two_heads), load("musicnn", two_heads, vocabulary="everyday")
    assert [one.id for one in report.vocabularies] == ["report", "everyday"]
    assert (everyday.vocabulary.id, len(everyday.genres)) == ("everyday", 22)
    assert identify(entry, "everyday") == ("musicnn", everyday.version) != identify(entry)
    scores = everyday.predict(patches)
    assert scores.logits.shape == (3, 22)
    np.testing.assert_array_equal(scores.others[0], report.predict(patches).logits)
    again = pickle.loads(pickle.dumps(everyday))
    np.testing.assert_array_equal(again.predict(patches).logits, scores.logits)
    with pytest.raises(ModelError, match="no head for the genres 'polka', only for: report, everyday"):
        load("musicnn", two_heads, vocabulary="polka")


def test_one_pass_gives_all_verdicts(two_heads: Path, patches: np.ndarray) -> None:
    report = load("musicnn", two_heads)
    pool, alone = SongPool(report), SongPool(report.with_vocabulary("everyday"))
    pool.add(report.predict(patches))
    alone.add(report.with_vocabulary("everyday").predict(patches))
    np.testing.assert_array_equal(pool.others()[0].probabilities, alone.verdict().probabilities)
    assert pool.others()[0].genre == alone.verdict().genre


def test_a_head_is_the_same_as_json_and_as_npz(tmp_path: Path) -> None:
    novelty = Novelty("distance", 2.0, mean=np.ones(400, np.float32), projection=np.ones((3, 400), np.float32),
                      centres=np.zeros((2, 3), np.float32))  # fmt: skip
    head = everyday_head(novelty=novelty)
    for name in ("head.everyday.json", "head.everyday.npz"):
        head.save(tmp_path / name)
        stored = Head.load(tmp_path / name)
        np.testing.assert_allclose(stored.weights, head.weights, rtol=1e-5)
        assert (stored.vocabulary, stored.calibration, stored.version) == (
            head.vocabulary,
            head.calibration,
            head.version,
        )
        assert stored.novelty is not None
        np.testing.assert_array_equal(stored.novelty.projection, novelty.projection)


def test_heads_that_the_metadata_do_not_mean_are_refused(copied: Path) -> None:
    add_head(copied / "musicnn", everyday_head(), "polka", "head.polka.json")
    with pytest.raises(ModelError, match="not those that the model's metadata names"):
        load("musicnn", copied)


def test_what_is_like_nothing_known_is_none_of_the_genres(two_heads: Path, patches: np.ndarray) -> None:
    classifier = load("musicnn", two_heads, vocabulary="everyday")
    for threshold, outcome in ((-1e9, Outcome.NONE), (1e9, Outcome.GENRE)):
        head = replace(everyday_head(), novelty=Novelty("energy", threshold))
        pool = SongPool(classifier.with_head(head))
        assert pool.verdict().outcome is Outcome.UNSURE  # nothing was heard
        pool.add(classifier.with_head(head).predict(patches))
        verdict = pool.verdict()
        assert verdict.outcome is outcome
        assert (verdict.genre is None) == (outcome is Outcome.NONE)
        assert verdict.novelty is not None


def test_distance_is_that_from_the_nearest_centre() -> None:
    novelty = Novelty("distance", 1.0, mean=np.array([1, 1], np.float32), projection=np.eye(2, dtype=np.float32),
                      centres=np.array([[0, 0], [10, 0]], np.float32))  # fmt: skip
    assert novelty.score(embedding=np.array([11, 4], np.float32)) == 3
    assert novelty.score(embedding=None) is None
    assert novelty.score(embedding=np.zeros(5, np.float32)) is None


def test_labels_may_be_true_at_once(two_heads: Path, patches: np.ndarray) -> None:
    moods = Vocabulary("moods", ("calm", "happy"), kind="labels")
    head = replace(
        everyday_head(), genres=moods.names, vocabulary=moods, version="moods-1",
        calibration=Calibration(activation="sigmoid"),
        weights=np.zeros((2, 400), np.float32), bias=np.array([3, 2], np.float32),
    )  # fmt: skip
    add_head(two_heads / "musicnn", head, "moods", "head.moods.json")
    pool = SongPool(classifier := load("musicnn", two_heads, vocabulary="moods"))
    pool.add(classifier.predict(patches))
    assert pool.verdict().probabilities.tolist() == pytest.approx([0.9526, 0.8808], abs=1e-4)
    assert isinstance(classifier, Classifier)


def test_an_analysis_is_known_under_each_vocabulary(two_heads: Path) -> None:
    song = next(
        path for path in sorted((resources_dir() / "demo").iterdir()) if path.suffix in (".ogg", ".flac", ".mp3")
    )
    report = analyze(song, load("musicnn", two_heads))
    everyday = report.under("everyday")
    assert everyday is not None
    alone = analyze(song, load("musicnn", two_heads, vocabulary="everyday"))
    assert everyday.model_version == alone.model_version
    np.testing.assert_allclose(everyday.timeline.probabilities, alone.timeline.probabilities, atol=1e-6)
    again = everyday.under("report")
    assert again is not None and again.ranked == report.ranked
    assert [other.vocabulary.id for other in again.others] == ["everyday"]
    assert report.under("polka") is None
