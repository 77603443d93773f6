"""Fitting genres on a few labelled songs, and the cross-validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.heads.cross_validation import cross_validate
from mgc_desktop.heads.training_set import Background, TrainingSet
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.user_heads import LabelledSong

Song = Callable[..., LabelledSong]
_RNG = np.random.default_rng(7)
DIRECTIONS = {name: 3 * _RNG.normal(size=400) / 20 for name in ("Fado", "Synthwave", "Jazz")}


def song(number: int, genre: str, artist: str, *, sounds: str | None = None, predicted: str = "World") -> LabelledSong:
    """A marked song; its embedding is chance, with a lean to what it `sounds` like (default: its genre)."""
    rng = np.random.default_rng(1000 + number)
    probabilities = np.full(10, 0.02, np.float32)
    probabilities[GENRES.index(predicted)] = 0.82
    embedding = 0.3 * rng.normal(size=400) + DIRECTIONS.get(sounds or genre, np.zeros(400))
    return LabelledSong(f"{number:032x}", genre, f"Song {number}", artist, probabilities, embedding.astype(np.float32))


def background(count: int = 300, library: int = 0) -> Background:
    """Music of no kind in particular, of which the first `library` songs are the user's."""
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet(np.full(10, 0.1), count).astype(np.float32)
    embedding = (0.3 * rng.normal(size=(count, 400))).astype(np.float32)
    return Background(probabilities, embedding, tuple(f"x{i}" for i in range(library)), count - library)


def fado_and_synthwave(artists: int = 3) -> list[LabelledSong]:
    fado = [song(i, "Fado", f"F{i % artists}") for i in range(6)]
    return fado + [song(10 + i, "Synthwave", f"S{i % artists}", predicted="Electronica") for i in range(6)]


def asked(examples: TrainingSet, songs: list[LabelledSong]) -> list[str]:
    adapter = examples.adapter()
    found = adapter.probabilities(
        np.stack([each.probabilities for each in songs]), np.stack([each.embedding for each in songs])
    )
    names = (*GENRES, *adapter.own)
    return [names[i] for i in found.argmax(axis=1)]


def test_new_genres_are_predicted_and_other_music_keeps_its_genre() -> None:
    examples = TrainingSet(fado_and_synthwave(), background(), GENRES)
    assert examples.own == ("Fado", "Synthwave")
    new = [song(100 + i, "Fado", "new") for i in range(20)]
    new += [song(200 + i, "Synthwave", "new", predicted="Electronica") for i in range(20)]
    found = asked(examples, new)
    assert found[:20].count("Fado") >= 18
    assert found[20:].count("Synthwave") >= 18
    others = [song(300 + i, "", "other", sounds="nothing", predicted=GENRES[i % 10]) for i in range(40)]
    kept = asked(examples, others)
    assert sum(name == GENRES[i % 10] for i, name in enumerate(kept)) >= 32


def test_a_correction_of_a_bundled_genre_needs_no_own_genre() -> None:
    labelled = [song(i, "Jazz", f"J{i % 3}", predicted="Classical") for i in range(6)]
    examples = TrainingSet(labelled, background(), GENRES)
    assert examples.own == ()
    assert asked(examples, [song(50 + i, "Jazz", "new", predicted="Classical") for i in range(20)]).count("Jazz") >= 14
    untouched = [song(80 + i, "", "x", sounds="nothing", predicted="Classical") for i in range(20)]
    assert asked(examples, untouched).count("Classical") >= 18


def test_one_labelled_song_is_enough_to_fit() -> None:
    assert asked(TrainingSet([song(0, "Fado", "F")], background(), GENRES), [song(0, "Fado", "F")]) == ["Fado"]


def test_the_order_of_labels_does_not_matter() -> None:
    labelled = fado_and_synthwave()
    one, other = (TrainingSet(songs, background(), GENRES).adapter() for songs in (labelled, labelled[::-1]))
    assert one.weights == pytest.approx(other.weights, abs=1e-3)


def test_unlabelled_songs_similar_to_labelled_ones_are_left_out() -> None:
    plain = background(300)
    like = np.stack([song(400 + i, "Fado", "").embedding for i in range(60)])
    library = Background(
        np.concatenate([np.tile(song(0, "Fado", "").probabilities, (60, 1)), plain.probabilities]),
        np.concatenate([like, plain.embedding]), tuple(f"x{i}" for i in range(60)), 300,
    )  # fmt: skip
    new = [song(500 + i, "Fado", "new") for i in range(20)]
    assert asked(TrainingSet(fado_and_synthwave(), library, GENRES), new).count("Fado") >= 17


# How well it does


def test_every_labelled_song_is_predicted_by_a_head_fitted_without_its_artist() -> None:
    report = cross_validate(TrainingSet(fado_and_synthwave(), background(), GENRES))
    assert (report.songs, len(report.predicted)) == (12, 12)
    adapter, bundled = report.accuracy("taught"), report.accuracy("bundled")
    assert adapter is not None
    assert adapter >= 0.8
    assert bundled == 0, "the bundled head cannot know them"
    assert [(f.genre, f.songs, f.artists, f.rescored) for f in report.genres] == [
        ("Fado", 6, 3, 6), ("Synthwave", 6, 3, 6),
    ]  # fmt: skip
    assert report.kept / report.others >= 0.9
    assert report.others == 300


def test_a_genre_of_unrelated_songs_has_a_low_accuracy() -> None:
    labelled = [song(i, "Fado", f"F{i}", sounds="nothing", predicted=GENRES[i]) for i in range(6)]
    labelled += [song(10 + i, "Synthwave", f"S{i}", sounds="nothing", predicted=GENRES[i]) for i in range(6)]
    adapter = cross_validate(TrainingSet(labelled, background(), GENRES)).accuracy("taught")
    assert adapter is not None
    assert adapter <= 0.6


def test_a_genre_of_one_artist_has_no_accuracy() -> None:
    labelled = [*fado_and_synthwave(), *(song(20 + i, "Polka", "P") for i in range(4))]
    report = cross_validate(TrainingSet(labelled, background(), GENRES))
    assert report.never_predicted == ("Polka",)
    assert report.songs == 12
    assert not any(checksum in report.predicted for checksum in (example.checksum for example in labelled[12:]))


def test_with_one_artist_there_is_no_accuracy() -> None:
    report = cross_validate(TrainingSet([song(i, "Fado", "F") for i in range(3)], background(), GENRES))
    assert report.songs == 0
    assert report.accuracy("taught") is None
    assert report.macro("bundled") is None


def test_spellings_of_an_artist_are_merged() -> None:
    labelled = [song(0, "Fado", "Amália"), song(1, "Fado", " amália "), song(2, "Fado", "AMÁLIA")]
    assert cross_validate(TrainingSet(labelled, background(), GENRES)).genres[0].artists == 1


def test_corrections_are_compared_with_the_bundled_head_song_by_song() -> None:
    labelled = [song(i, "Jazz", f"J{i % 3}", predicted="Classical" if i % 2 else "Jazz") for i in range(6)]
    (figure,) = cross_validate(TrainingSet(labelled, background(), GENRES)).genres
    assert figure.bundled == 3
    assert figure.taught >= figure.bundled


def test_cross_validation_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        cross_validate(TrainingSet(fado_and_synthwave(), background(), GENRES), cancel=cancel)


def test_the_report_is_plain_json() -> None:
    values = cross_validate(TrainingSet(fado_and_synthwave(), background(), GENRES)).to_dict()
    assert values["songs"] == 12
    assert values["artists"] == 6
    assert values["genres"]["Fado"]["songs"] == 6
