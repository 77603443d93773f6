"""The genre head: what the committed one says, and that fitting learns and measuring is fair."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.inference.calibration import Calibration, song_probabilities
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.paths import models_dir
from mgc_desktop.training.product.genre_head import Sources, calibrate, cross_fit, fit_head, judge, temperature
from mgc_desktop.training.product.genre_head_data import Recording, TaggedClip
from mgc_desktop.training.product.genre_head_fit import UNUSED, artist_weights, mix, real_songs, regress, tagged_songs
from mgc_desktop.training.product.genre_head_report import HeadOutcome, measured, scores
from mgc_desktop.training.product.prior import PriorBackground, read_prior

TAGS = ModelMetadata.load(models_dir() / "musicnn").tags
MEASURED = {"Alt Rock", "Classical", "Electronica", "Hard Rock", "Hip-Hop", "Jazz"}


@pytest.fixture(scope="module")
def head() -> Head:
    return Head.load(models_dir() / "musicnn" / "head.json")


def song(tags: dict[str, float], *, seed: int = 0, patches: int = 20, spread: float = 1.0) -> np.ndarray:
    """Standardised tags of a made song's patches."""
    rng = np.random.default_rng(seed)
    row = np.zeros(len(TAGS))
    for tag, value in tags.items():
        row[TAGS.index(tag)] = value
    return row + spread * rng.normal(size=(patches, len(TAGS)))


def recording(genre: str | None, artist: str, tags: np.ndarray, evidence: str = "stated") -> Recording:
    return Recording(f"{genre} {artist}", genre, artist, evidence, tags.astype(np.float32), np.arange(len(tags)) // 10)  # type: ignore[arg-type]


def library(per_genre: int, *, shuffled: bool = False) -> list[Recording]:
    """Made recordings whose tags lie on a scale of their own, each by another artist."""
    rng = np.random.default_rng(1)
    prior = read_prior()
    recordings = []
    for genre in GENRES:
        styles = [style for style in prior.styles if style.genre == genre]
        for i in range(per_genre):
            z = song(dict(styles[i % len(styles)].tags), seed=hash_free(genre, i))
            recordings.append((genre, f"{genre} {i}", -4 + 1.5 * z))
    genres = [genre for genre, _, _ in recordings]
    if shuffled:
        rng.shuffle(genres)
    return [recording(genre, artist, z) for genre, (_, artist, z) in zip(genres, recordings, strict=True)]


def hash_free(genre: str, i: int) -> int:
    return GENRES.index(genre) * 1000 + i


class TestTheCommittedHead:
    def test_is_of_the_ten_genres_and_the_hundred_tags(self, head: Head) -> None:
        assert head.genres == GENRES
        assert head.inputs == ("tags",)
        assert head.weights.shape == (10, len(TAGS))

    @pytest.mark.parametrize("style", read_prior().styles, ids=lambda s: f"{s.genre}: {s.name}")
    def test_names_the_genre_of_each_style(self, head: Head, style: object) -> None:
        z = song(dict(style.tags), patches=1, spread=0)  # type: ignore[attr-defined]
        logits = head.logits(tags=(head.mean + head.scale * z).astype(np.float32), embedding=None)
        assert GENRES[int(logits[0].argmax())] == style.genre  # type: ignore[attr-defined]

    def test_does_not_take_a_lone_piano_for_jazz(self, head: Head) -> None:
        tags = {"mtt:piano": 3.5, "mtt:solo": 2.5, "mtt:classical": 1.0, "mtt:drums": -1.3, "msd:jazz": 1.7}
        logits = head.logits(tags=(head.mean + head.scale * song(tags, patches=1, spread=0)), embedding=None)
        assert GENRES[int(logits[0].argmax())] == "Classical"

    def test_is_sure_of_nothing_when_it_hears_nothing_unusual(self, head: Head) -> None:
        logits = head.logits(tags=head.mean[np.newaxis], embedding=None)
        assert song_probabilities(logits, head.calibration).max() < 0.75

    def test_does_not_use_the_tags_against_voices(self, head: Head) -> None:
        assert not head.weights[:, [TAGS.index(tag) for tag in UNUSED]].any()

    def test_says_what_it_was_fitted_on_and_how_good_it_is(self, head: Head) -> None:
        assert "MagnaTagATune" in head.fitted_on
        rows = head.measured["figures"]
        assert all(row["clips"] >= row["artists"] > 0 for row in rows.values())


class TestFitting:
    def test_learns_from_recordings_and_shuffled_labels_do_not_teach(self) -> None:
        rng = np.random.default_rng(0)
        labels = np.repeat(np.arange(10), 30)
        x = rng.normal(size=(10, 100))[labels] + rng.normal(size=(300, 100))
        learnt = np.arange(300) % 2 == 0

        def share_right(labels: np.ndarray) -> float:
            linear = regress(x[learnt], labels[learnt], np.ones(150), 10, 0.003)
            return float((linear.logits(x[~learnt]).argmax(axis=1) == labels[~learnt]).mean())

        assert share_right(labels) > 0.9
        assert share_right(rng.permutation(labels)) < 0.3

    def test_what_counts_nothing_teaches_nothing(self) -> None:
        x, labels = np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([0, 1, 1, 0])
        linear = regress(x, labels, np.array([1.0, 1.0, 0.0, 0.0]), 2, 0.01)
        assert linear.logits(np.array([[1.0]])).argmax() == 0

    def test_an_artist_of_many_songs_does_not_drown_the_others(self) -> None:
        one = recording("Jazz", "one", song({}, patches=30))
        many = [recording("Jazz", "many", song({}, seed=i, patches=30)) for i in range(50)]
        weights = artist_weights([one, *many]) * 3
        assert weights[0] < weights[1:].sum() < 3 * weights[0]

    def test_a_guess_counts_less_than_a_statement(self) -> None:
        stated, guess = (recording("Jazz", kind, song({}), kind) for kind in ("stated", "guess"))
        weights = artist_weights([stated, guess])
        assert 0 < weights[1] < weights[0]

    def test_one_artist_alone_does_not_say_what_a_genre_is(self) -> None:
        background = PriorBackground.of(TAGS, np.random.default_rng(0).normal(size=(200, len(TAGS))), np.ones(200))
        two = [recording("Jazz", artist, song({})) for artist in ("one", "two")]
        assert real_songs(background, two).weights.sum() > 0
        assert real_songs(background, two[:1]).weights.sum() == 0

    def test_every_genre_keeps_its_share_whatever_is_mixed_in(self) -> None:
        background = PriorBackground.of(TAGS, np.random.default_rng(0).normal(size=(200, len(TAGS))), np.ones(200))
        songs = mix([real_songs(background, library(2)), real_songs(background, library(1)[:1])])
        totals = np.bincount(songs.labels, songs.weights)
        assert totals[GENRES.index("Classical")] == pytest.approx(0.17)
        assert totals.sum() == pytest.approx(1)

    def test_clips_that_people_tagged_sound_like_their_tags(self) -> None:
        rng = np.random.default_rng(0)
        background = PriorBackground.of(TAGS, rng.normal(-3, 1, size=(400, len(TAGS))), np.ones(400))
        clips = [TaggedClip("Classical", "a", ("violin", "cello")), TaggedClip("Hard Rock", "b", ("metal", "loud"))]
        songs = tagged_songs(background, clips * 50, rng)
        violin = songs.x[:, TAGS.index("mtt:violin")]
        assert violin[songs.labels == GENRES.index("Classical")].mean() > 0.3
        assert abs(violin[songs.labels == GENRES.index("Hard Rock")].mean()) < 0.3

    @pytest.mark.slow
    def test_names_songs_of_artists_that_it_never_heard(self) -> None:
        outcomes = cross_fit(Sources(library(4), [], TAGS), folds=2)
        found = scores(outcomes, Calibration(), excerpts=False)
        assert len(found) == 40
        assert (found.predicted == found.labels).mean() > 0.8

    @pytest.mark.slow
    def test_the_same_inputs_give_the_same_head(self) -> None:
        sources = Sources(library(1), [TaggedClip("Jazz", "a", ("piano", "slow"))], TAGS)
        first, second = fit_head(sources), fit_head(sources)
        assert np.array_equal(first.weights, second.weights)


class TestMeasuring:
    def test_finds_the_temperature_of_overconfident_logits(self) -> None:
        rng = np.random.default_rng(0)
        honest = rng.normal(size=(3000, 10)) * 2
        gumbel = rng.gumbel(size=honest.shape)  # the largest sum falls on each genre with its softmax probability
        labels = (honest + gumbel).argmax(axis=1).tolist()
        rows = [3 * row[np.newaxis] for row in honest]
        assert temperature(rows, labels, [1.0] * 3000) == pytest.approx(3, rel=0.1)

    def test_guessed_labels_calibrate_but_never_measure(self) -> None:
        logits = np.zeros((20, 10), np.float32)
        logits[:, GENRES.index("Jazz")] = 6
        outcomes = [
            HeadOutcome(recording("Jazz", "a", song({}), "stated"), logits),
            HeadOutcome(recording("World", "b", song({}), "guess"), logits),
            HeadOutcome(recording(None, "c", song({})), logits),
        ]
        found = scores(outcomes, Calibration(), excerpts=False)
        assert found.artists == ("a",)
        assert len(scores(outcomes, Calibration(), excerpts=True)) == 2
        assert calibrate(outcomes[:2]).song_temperature > calibrate(outcomes[:1]).song_temperature == 1

    def test_figures_count_clips_and_artists(self) -> None:
        head = Head("t", GENRES, ("tags",), *(np.full(100, v, np.float32) for v in (0, 1)),
                    np.eye(10, 100, dtype=np.float32), np.zeros(10, np.float32))  # fmt: skip
        outcomes = judge(head, [recording(genre, f"{genre} {i}", song({})) for genre in GENRES for i in range(2)])
        row = next(iter(measured(outcomes, outcomes, Calibration())["figures"].values()))
        assert (row["clips"], row["artists"], row["genres"]) == (20, 20, 10)
