"""What was taught goes on top of the bundled head, live and from what is stored alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.heads import Pupil, UserHead
from mgc_desktop.inference.registry import pupil
from mgc_desktop.inference.taught import Taught
from mgc_desktop.paths import resources_dir
from mgc_desktop.pipeline import Excerpt, analyze

DEMO = resources_dir() / "demo"
SONGS = sorted(DEMO.glob("*.mp3"))


def made(own: tuple[str, ...] = ("Fado", "Synthwave"), *, seed: int = 0, strength: float = 0.05) -> Taught:
    """Something that was taught, by chance."""
    rng = np.random.default_rng(seed)
    mixture = rng.dirichlet(np.ones(10), len(own)).reshape(len(own), 10)
    parts: dict[str, Any] = {
        "mean": rng.normal(size=400),
        "scale": rng.uniform(0.5, 2, 400),
        "weights": strength * rng.normal(size=(10 + len(own), 400)),
        "bias": rng.normal(size=10 + len(own)),
    }
    return Taught(own, mixture.astype(np.float32), **{name: part.astype(np.float32) for name, part in parts.items()})


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.stem)
def test_a_song_heard_under_a_taught_head_and_judged_from_what_is_stored_is_the_same(
    musicnn: Classifier, song: Path
) -> None:
    head = UserHead("Mine", Pupil.of(musicnn).identity, made())
    parts = [Excerpt(3.0, 9.0), Excerpt(20.0, 6.0)]
    stored = analyze(song, musicnn, excerpts=parts)
    live = analyze(song, head.on(musicnn), excerpts=parts)
    assert live.genres == (*musicnn.genres, "Fado", "Synthwave")
    assert stored.embedding is not None
    anew = head.taught.probabilities(stored.probabilities[np.newaxis], stored.embedding[np.newaxis])[0]
    assert anew == pytest.approx(live.probabilities, abs=2e-4)
    assert np.array_equal(live.embedding, stored.embedding)


def test_the_way_back_gives_what_the_bundled_head_said(musicnn: Classifier) -> None:
    head = UserHead("Mine", Pupil.of(musicnn).identity, made())
    parts = [Excerpt(3.0, 9.0)]
    stored, live = (analyze(SONGS[0], model, excerpts=parts) for model in (musicnn, head.on(musicnn)))
    assert live.embedding is not None
    back = head.taught.bundled(live.probabilities[np.newaxis], live.embedding[np.newaxis])[0]
    assert back == pytest.approx(stored.probabilities, abs=2e-4)


def test_nothing_taught_changes_nothing(musicnn: Classifier) -> None:
    taught = made((), strength=0.0)
    taught = replace(taught, bias=np.zeros(10, np.float32))
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.full(10, 0.2), 50).astype(np.float32)
    embedding = rng.normal(size=(50, 400)).astype(np.float32)
    assert taught.probabilities(probabilities, embedding) == pytest.approx(probabilities, abs=1e-5)
    features = rng.normal(size=(5, 100)).astype(np.float32)
    bundled = Pupil.of(musicnn).bundled
    assert np.allclose(
        taught.head(bundled, "v").logits(tags=features, embedding=embedding[:5]),
        bundled.logits(tags=features, embedding=None),
        atol=1e-4,
    )


def test_the_bundled_genres_keep_their_weights(musicnn: Classifier) -> None:
    bundled = Pupil.of(musicnn).bundled
    head = made().head(bundled, "v")
    assert np.array_equal(head.weights[:10, :100], bundled.weights)
    assert head.genres[:10] == bundled.genres
    assert head.calibration == bundled.calibration


def test_the_model_says_which_head_it_has(musicnn: Classifier) -> None:
    head = UserHead("My genres", Pupil.of(musicnn).identity, made())
    classifier = head.on(musicnn)
    assert classifier.version == Pupil.of(musicnn).version_with(head)
    assert classifier.version.startswith(f"{musicnn.metadata.version}+head:My genres-")


def test_a_model_to_be_taught_is_known_without_its_network(musicnn: Classifier) -> None:
    light, loaded = pupil("musicnn"), Pupil.of(musicnn)
    assert light.identity == loaded.identity == f"musicnn@{musicnn.version}"
    assert np.array_equal(light.bundled.weights, loaded.bundled.weights)


def test_models_of_another_kind_cannot_be_taught() -> None:
    with pytest.raises(ModelError, match="cannot be taught"):
        pupil("cnn-sixteenth")
    with pytest.raises(ModelError, match="no model named"):
        pupil("nobody")


def test_an_own_genre_cannot_have_the_name_of_a_bundled_one(musicnn: Classifier) -> None:
    with pytest.raises(ModelError, match="Teach it again"):
        made(("Jazz",)).head(Pupil.of(musicnn).bundled, "v")


def test_what_was_taught_is_kept_as_json_and_comes_back_the_same() -> None:
    once = Taught.from_dict(json.loads(json.dumps(made().to_dict())))
    twice = Taught.from_dict(json.loads(json.dumps(once.to_dict())))
    assert once.to_dict() == twice.to_dict() == made().to_dict()
    assert once.own == ("Fado", "Synthwave")
    without = made(())
    assert Taught.from_dict(without.to_dict()).mixture.shape == (0, 10)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": [[1.0]]},
        {"scale": [0.0] * 400},
        {"bias": [float("nan")] * 12},
        {"mixture": [[0.5] * 10] * 2},
        {"own": ["Fado", "Fado"]},
        {"own": ["Fado"]},
        {"mean": "x"},
        {"more": 1},
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Taught.from_dict({**made().to_dict(), **change})
