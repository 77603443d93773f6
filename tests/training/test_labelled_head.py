"""Heads fitted on labelled recordings: the table, the regression with its prior, the detector, the bundled heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.paths import models_dir
from mgc_desktop.training.datasets.labelled import Labelled, name_in, read_labelled
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.labelled_evaluation import Answer, evaluate_labelled, lines
from mgc_desktop.training.product.labelled_head.fit import cross_fit, fit_head
from mgc_desktop.training.product.labelled_head.hear import Heard
from mgc_desktop.training.product.labelled_head.outside import area, fit_direction, fit_distance
from mgc_desktop.training.product.labelled_head.regression import fit
from mgc_desktop.training.product.labelled_head.tag_prior import TagPrior, read_prior


@pytest.fixture(scope="module")
def musicnn() -> Classifier:
    return Classifier.open(models_dir() / "musicnn")


THREE = Vocabulary("three", ("Blues", "Jazz", "Rock"))
TAGS, EMBEDDING = 4, 6


def prior(weights: np.ndarray | None = None, like: tuple[int, ...] = (-1, -1, -1)) -> TagPrior:
    rows = np.zeros((3, TAGS)) if weights is None else weights
    return TagPrior((-10.0, 10.0), np.zeros(TAGS), np.ones(TAGS), rows, np.zeros(3), like, guard=99.5, margin=1.0)


def made(per_genre: int = 40, genres: tuple[str, ...] = THREE.names, seed: int = 0) -> list[Heard]:
    """Recordings whose embeddings lie around a point of their genre, two of each artist."""
    rng = np.random.default_rng(seed)
    found = []
    for number, genre in enumerate(genres):
        centre = 3 * np.eye(EMBEDDING)[number]
        for i in range(per_genre):
            known = genre if genre in THREE else None
            recording = Labelled(Path(f"{genre} {i}"), f"{genre} {i // 2}", known, genre, "fit", "made")
            tags = rng.normal(size=(3, TAGS)).astype(np.float32)
            found.append(Heard(recording, tags, (centre + rng.normal(size=(3, EMBEDDING))).astype(np.float32)))
    return found


def labels_of(heard: list[Heard]) -> np.ndarray:
    return np.array([-1 if h.recording.genre is None else THREE.index(h.recording.genre) for h in heard], np.int64)


class TestTheTable:
    def test_reads_the_column_of_the_vocabulary_and_leaves_doubt_out(self, tmp_path: Path) -> None:
        table = tmp_path / "tracks.tsv"
        table.write_text(
            "path\tartist\tsource_genre\tten_genre\teveryday_genre\tpart\n"
            "a.mp3\tA\tdisco\t\tDisco\tfit\n"
            "b.mp3\tB\trock\tAlt Rock\tRock\ttest\n"
            "c.mp3\tC\trock\tAlt Rock\tRock\tdoubt\n",
            encoding="utf-8",
        )
        everyday = read_labelled(table, find_vocabulary("everyday"))
        assert [one.genre for one in everyday] == ["Disco & Dance", "Rock"]
        report = read_labelled(tmp_path, find_vocabulary("report"))
        assert [(one.genre, one.stated) for one in report] == [(None, "disco"), ("Alt Rock", "Alt Rock")]
        assert [one.path.name for one in read_labelled(table, find_vocabulary("report"), ["test"])] == ["b.mp3"]

    @pytest.mark.parametrize("text", ["", "a\tb\n1\t2\n", "path\tartist\na.mp3\tA\n", "\x00\xff"])
    def test_what_is_no_such_table_is_refused_by_name(self, tmp_path: Path, text: str) -> None:
        table = tmp_path / "wrong.tsv"
        table.write_bytes(text.encode("latin-1"))
        with pytest.raises(TrainingError, match=r"wrong\.tsv|[Tt]able|recording"):
            read_labelled(table, find_vocabulary("report"))

    def test_a_name_is_found_before_an_alias(self) -> None:
        everyday = find_vocabulary("everyday")
        assert name_in(everyday, "metal") == "Metal"
        assert name_in(everyday, "House") == "House & Techno"
        assert name_in(everyday, "spoken word") is None


class TestFitting:
    def test_finds_the_genres_of_artists_that_it_did_not_meet(self) -> None:
        heard = made()
        unseen = cross_fit(heard, labels_of(heard), prior())
        assert (unseen.logits.argmax(axis=1) == unseen.labels).mean() > 0.9
        artists = np.array(unseen.artists)
        assert all(len(set(unseen.fold[artists == artist])) == 1 for artist in set(unseen.artists))

    def test_shuffled_labels_teach_nothing(self) -> None:
        heard = made()
        labels = np.random.default_rng(1).permutation(labels_of(heard))
        unseen = cross_fit(heard, labels, prior())
        assert (unseen.logits.argmax(axis=1) == unseen.labels).mean() < 0.55

    def test_the_prior_speaks_where_no_recording_does(self) -> None:
        weights = np.zeros((3, TAGS))
        weights[1, 2] = 4.0  # the third tag means Jazz, of which there is no recording
        heard = [h for h in made() if h.recording.genre != "Jazz"]
        linear = fit(heard, labels_of(heard), prior(weights, like=(-1, 0, -1)))
        blues = 3 * np.eye(EMBEDDING)[:1]
        plain, clear = np.zeros((1, TAGS)), 6.0 * np.eye(TAGS)[2:3]
        assert linear.logits(plain, blues).argmax() == 0
        assert linear.logits(clear, blues).argmax() == 1

    def test_the_head_says_how_good_it_is_and_knows_what_is_outside(self) -> None:
        heard = made(genres=(*THREE.names, "Polka"))
        head, _ = fit_head(heard, THREE, prior(), "v")
        figures = head.measured["figures"]
        assert figures["Five folds by artist"]["macro accuracy"] > 0.85
        assert figures["Genres outside"]["ROC-AUC"] > 0.85
        assert head.novelty is not None
        polka = next(h for h in heard if h.recording.stated == "Polka").embedding.mean(axis=0)
        blues = heard[0].embedding.mean(axis=0)
        score = head.novelty.score
        assert score(embedding=polka) > head.novelty.threshold > score(embedding=blues)  # type: ignore[operator]

    def test_the_same_recordings_give_the_same_head(self) -> None:
        first, second = (fit_head(made(), THREE, prior(), "v")[0].to_dict() for _ in range(2))
        assert first == second


class TestTheDetector:
    def test_the_direction_keeps_its_score_in_the_form_of_the_program(self) -> None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(60, EMBEDDING))
        outside = np.arange(60) < 30
        x[outside, 0] += 3
        direction = fit_direction(x, outside, [str(i) for i in range(60)])
        novelty = direction.novelty(0.0)
        scores = np.array([novelty.score(embedding=row.astype(np.float32)) for row in x])
        assert scores - 100 == pytest.approx(direction.score(x), abs=1e-3)
        assert area(direction.score(x), outside) > 0.9

    def test_the_distance_is_greater_far_from_all_genres(self) -> None:
        heard = made()
        embedding = np.stack([h.embedding.mean(axis=0) for h in heard]).astype(np.float64)
        novelty = fit_distance(embedding, labels_of(heard))
        near = novelty.score(embedding=embedding[0].astype(np.float32))
        far = novelty.score(embedding=np.full(EMBEDDING, 20, np.float32))
        assert near is not None and far is not None and far > 3 * near


class TestTheBundledHeads:
    @pytest.mark.parametrize("vocabulary", ["report", "everyday"])
    def test_start_from_the_meaning_of_the_tags_and_are_measured(self, musicnn: Classifier, vocabulary: str) -> None:
        named = musicnn.with_vocabulary(vocabulary)
        head = named.head
        assert head is not None and head.inputs == ("tags", "embedding") and head.novelty is not None
        start = read_prior(named.vocabulary, musicnn.metadata.tags)
        together = np.corrcoef(head.weights[:, :100].ravel(), start.weights.ravel())[0, 1]
        assert together > 0.5
        assert named.vocabulary.measured == set(head.measured["by_genre"])
        assert named.vocabulary.measured <= set(head.genres)

    def test_have_different_versions(self) -> None:
        folder = models_dir() / "musicnn"
        versions = {Head.load(folder / name).version for name in ("head.json", "head.everyday.json")}
        assert len(versions) == 2


def answer(genre: str | None, stated: str, predicted: int, confidence: float, outcome: Outcome, i: int) -> Answer:
    probabilities = np.full(3, (1 - confidence) / 2, np.float32)
    probabilities[predicted] = confidence
    named = THREE.names[predicted] if outcome is Outcome.GENRE else None
    nothing = Timeline(THREE.names, np.zeros((0, 2), np.float32), np.zeros((0, 3), np.float32))
    path = Path(f"{i}.mp3")
    prediction = TrackPrediction(
        path, 30.0, "m", "1", THREE.names, probabilities, named, confidence, nothing, outcome=outcome, vocabulary=THREE
    )
    return Answer(Labelled(path, f"artist {i // 2}", genre, stated), prediction)


def test_the_figures_count_what_is_answered_and_what_lies_outside() -> None:
    answers = [answer("Jazz", "Jazz", 1, 0.9, Outcome.GENRE, i) for i in range(6)]
    answers += [answer("Rock", "Rock", 1, 0.4, Outcome.UNSURE, 10 + i) for i in range(6)]
    answers += [answer(None, "Polka", 0, 0.8, Outcome.GENRE, 20), answer(None, "Polka", 0, 0.8, Outcome.NONE, 21)]
    figures = evaluate_labelled(answers)
    assert figures["recordings"] == 12 and figures["artists"] == 6
    assert figures["macro_accuracy"][0] == 0.5 and figures["answered"] == 0.5 and figures["right_of_answered"] == 1.0
    assert figures["confusion"] == {"Jazz": {"Jazz": 6}, "Rock": {"Jazz": 6}}
    assert figures["outside"]["named_with_0.7_or_more"] == 0.5 and figures["outside"]["none_of_these"] == 0.5
    assert "macro accuracy     0.500" in "\n".join(lines(figures))


def test_recordings_of_no_genre_that_is_named_measure_nothing() -> None:
    with pytest.raises(TrainingError, match="None of these recordings"):
        evaluate_labelled([answer(None, "Polka", 0, 0.8, Outcome.GENRE, 0)])
