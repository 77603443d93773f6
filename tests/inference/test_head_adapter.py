"""A head adapter gives the same result in an analysis and on stored predictions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.registry import base_model
from mgc_desktop.inference.user_heads import BaseModel, UserHead
from mgc_desktop.paths import resources_dir
from mgc_desktop.pipeline import Excerpt, analyze

DEMO = resources_dir() / "demo"
SONGS = sorted(DEMO.glob("*.mp3"))


def made(own: tuple[str, ...] = ("Fado", "Synthwave"), *, seed: int = 0, strength: float = 0.05) -> HeadAdapter:
    """Something that was taught, by chance."""
    rng = np.random.default_rng(seed)
    mixture = rng.dirichlet(np.ones(10), len(own)).reshape(len(own), 10)
    parts: dict[str, Any] = {
        "mean": rng.normal(size=400),
        "scale": rng.uniform(0.5, 2, 400),
        "weights": strength * rng.normal(size=(10 + len(own), 400)),
        "bias": rng.normal(size=10 + len(own)),
    }
    return HeadAdapter(
        own, mixture.astype(np.float32), **{name: part.astype(np.float32) for name, part in parts.items()}
    )


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.stem)
def test_rescoring_a_stored_song_equals_an_analysis_under_the_user_head(musicnn: Classifier, song: Path) -> None:
    head = UserHead("Mine", BaseModel.of(musicnn).identity, made())
    parts = [Excerpt(3.0, 9.0), Excerpt(20.0, 6.0)]
    stored = analyze(song, musicnn, excerpts=parts)
    live = analyze(song, head.on(musicnn), excerpts=parts)
    assert live.genres == (*musicnn.genres, "Fado", "Synthwave")
    assert stored.embedding is not None
    temperature = musicnn.calibration.song_temperature
    anew = head.adapter.probabilities(stored.probabilities[np.newaxis], stored.embedding[np.newaxis], temperature)[0]
    assert anew == pytest.approx(live.probabilities, abs=2e-4)
    assert np.array_equal(live.embedding, stored.embedding)


def test_the_inverse_gives_the_bundled_probabilities(musicnn: Classifier) -> None:
    head = UserHead("Mine", BaseModel.of(musicnn).identity, made())
    parts = [Excerpt(3.0, 9.0)]
    stored, live = (analyze(SONGS[0], model, excerpts=parts) for model in (musicnn, head.on(musicnn)))
    assert live.embedding is not None
    temperature = musicnn.calibration.song_temperature
    back = head.adapter.bundled(live.probabilities[np.newaxis], live.embedding[np.newaxis], temperature)[0]
    assert back == pytest.approx(stored.probabilities, abs=2e-4)


def test_an_empty_adapter_changes_nothing(musicnn: Classifier) -> None:
    adapter = made((), strength=0.0)
    adapter = replace(adapter, bias=np.zeros(10, np.float32))
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.full(10, 0.2), 50).astype(np.float32)
    embedding = rng.normal(size=(50, 400)).astype(np.float32)
    assert adapter.probabilities(probabilities, embedding) == pytest.approx(probabilities, abs=1e-5)
    features = rng.normal(size=(5, 100)).astype(np.float32)
    bundled = BaseModel.of(musicnn).bundled
    assert np.allclose(
        adapter.head(bundled, "v").logits(tags=features, embedding=embedding[:5]),
        bundled.logits(tags=features, embedding=embedding[:5]),
        atol=1e-4,
    )


def test_the_bundled_genres_keep_their_weights(musicnn: Classifier) -> None:
    bundled = BaseModel.of(musicnn).bundled
    head = made().head(bundled, "v")
    assert np.array_equal(head.weights[:10, :100], bundled.weights[:, :100])
    assert head.genres[:10] == bundled.genres
    assert head.calibration == bundled.calibration


def test_the_version_of_a_model_includes_its_head(musicnn: Classifier) -> None:
    head = UserHead("My genres", BaseModel.of(musicnn).identity, made())
    classifier = head.on(musicnn)
    assert classifier.version == BaseModel.of(musicnn).version_with(head)
    assert classifier.version.startswith(f"{musicnn.metadata.version}+head:My genres-")


def test_a_base_model_is_read_without_its_network(musicnn: Classifier) -> None:
    light, loaded = base_model("musicnn"), BaseModel.of(musicnn)
    assert light.identity == loaded.identity == f"musicnn@{musicnn.version}"
    assert np.array_equal(light.bundled.weights, loaded.bundled.weights)


def test_models_of_another_kind_cannot_have_user_heads() -> None:
    with pytest.raises(ModelError, match="cannot have genres of your own"):
        base_model("cnn-sixteenth")
    with pytest.raises(ModelError, match="no model named"):
        base_model("nobody")


def test_an_own_genre_cannot_have_the_name_of_a_bundled_one(musicnn: Classifier) -> None:
    with pytest.raises(ModelError, match="Train it again"):
        made(("Jazz",)).head(BaseModel.of(musicnn).bundled, "v")


def test_an_adapter_is_read_back_from_json_unchanged() -> None:
    once = HeadAdapter.from_dict(json.loads(json.dumps(made().to_dict())))
    twice = HeadAdapter.from_dict(json.loads(json.dumps(once.to_dict())))
    assert once.to_dict() == twice.to_dict() == made().to_dict()
    assert once.own == ("Fado", "Synthwave")
    without = made(())
    assert HeadAdapter.from_dict(without.to_dict()).mixture.shape == (0, 10)


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
def test_an_inconsistent_adapter_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        HeadAdapter.from_dict({**made().to_dict(), **change})
