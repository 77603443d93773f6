"""The bundled backbone gives the outputs of the torch networks; all models run in the same way."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.calibration import Calibration, sigmoid
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.head import Head

Golden = dict[str, np.ndarray]


def user_head(width: int = 400) -> Head:
    zeros = np.zeros(width, np.float32)
    weights = np.random.default_rng(0).normal(size=(2, width)).astype(np.float32)
    bias = np.zeros(2, np.float32)
    return Head("mine", ("Fado", "Synthwave"), ("embedding",), zeros, zeros + 1, weights, bias, Calibration())


def test_tags_and_embedding_are_those_of_torch(musicnn: Classifier, golden: Golden) -> None:
    tags, embedding = musicnn.features(golden["patches"])
    assert np.abs(tags - golden["tags"]).max() < 1e-4
    assert np.abs(embedding - golden["embedding"]).max() < 1e-4


def test_the_golden_patches_have_the_right_genres(musicnn: Classifier, golden: Golden) -> None:
    """Orchestra, electronica, metal, ragtime by a wind band, silence, noise, a made patch."""
    scores = musicnn.predict(golden["patches"])
    assert scores.tags is not None
    orchestra, electronica, metal = (dict(zip(musicnn.metadata.tags, row, strict=True)) for row in scores.tags[:3])
    assert orchestra["mtt:classical"] > 0.5 > orchestra["mtt:techno"]
    assert electronica["mtt:techno"] > 0.5 > electronica["mtt:classical"]
    assert metal["msd:metal"] > 10 * orchestra["msd:metal"]


def test_scores_have_the_documented_shapes(musicnn: Classifier, golden: Golden) -> None:
    for n in (0, 1, 3):
        scores = musicnn.predict(golden["patches"][:n])
        assert scores.tags is not None and scores.embedding is not None
        assert (len(scores), scores.logits.shape, scores.tags.shape, scores.embedding.shape) == (
            n,
            (n, 10),
            (n, 100),
            (n, 400),
        )
        assert scores.logits.dtype == scores.tags.dtype == np.float32
        assert ((scores.tags >= 0) & (scores.tags <= 1)).all()


def test_the_scores_of_a_patch_do_not_depend_on_its_batch(musicnn: Classifier, golden: Golden) -> None:
    together = musicnn.predict(golden["patches"]).logits
    alone = np.concatenate([musicnn.predict(patch[np.newaxis]).logits for patch in golden["patches"]])
    assert np.allclose(together, alone, atol=1e-4)


@pytest.mark.parametrize("amplitude", [0.0, 1e-4, 1.0])
def test_silence_hum_and_full_scale_noise_give_finite_scores(musicnn: Classifier, amplitude: float) -> None:
    config = musicnn.mel_config
    y = amplitude * np.random.default_rng(1).uniform(-1, 1, 2 * config.sr).astype(np.float32)
    scores = musicnn.predict(patches(log_mel(y.astype(np.float32), config), 187, 187))
    assert len(scores) == 1
    assert np.isfinite(scores.logits).all()


def test_threads_may_share_a_classifier(musicnn: Classifier, golden: Golden) -> None:
    expected = musicnn.predict(golden["patches"]).logits
    with ThreadPoolExecutor(4) as pool:
        for logits in pool.map(lambda _: musicnn.predict(golden["patches"]).logits, range(12)):
            assert np.array_equal(logits, expected)


def test_a_pickled_classifier_gives_equal_scores(musicnn: Classifier, golden: Golden) -> None:
    adapter = musicnn.with_head(user_head())
    for classifier in (musicnn, adapter):
        again = pickle.loads(pickle.dumps(classifier))
        assert again.version == classifier.version
        assert np.allclose(again.predict(golden["patches"]).logits, classifier.predict(golden["patches"]).logits)


def test_a_user_head_has_its_own_genres(musicnn: Classifier, golden: Golden) -> None:
    adapter = musicnn.with_head(user_head())
    assert adapter.genres == ("Fado", "Synthwave")
    assert musicnn.genres == GENRES
    assert adapter.version != musicnn.version
    assert adapter.predict(golden["patches"]).logits.shape == (len(golden["patches"]), 2)
    with pytest.raises(ModelError, match="does not have"):
        musicnn.with_head(user_head(width=200))


def test_a_report_model_gives_its_genres_directly(report_model: Path) -> None:
    classifier = Classifier.open(report_model)
    spectrogram = np.random.default_rng(2).uniform(-100, -20, (3, 128, 64)).astype(np.float32)
    scores = classifier.predict(spectrogram)
    prepared = classifier.metadata.input.prepare(spectrogram)
    assert np.allclose(scores.logits, prepared.mean(axis=(1, 2))[:, np.newaxis] + np.arange(10), atol=1e-3)
    assert scores.tags is None and scores.embedding is None
    assert classifier.predict(spectrogram[:0]).logits.shape == (0, 10)
    assert [part.shape for part in classifier.features(spectrogram)] == [(3, 0), (3, 0)]
    assert classifier.version == "1.0"
    with pytest.raises(ModelError, match="does not have"):
        classifier.with_head(user_head())


def test_a_network_that_differs_from_its_metadata_is_refused(report_model: Path) -> None:
    path = report_model / "metadata.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"reduction": 4', '"reduction": 2'), encoding="utf-8")
    with pytest.raises(ModelError, match="input is not what the metadata says"):
        Classifier.open(report_model)
    path.write_text(text.replace('"embedding": 0', '"embedding": 8'), encoding="utf-8")
    with pytest.raises(ModelError, match="outputs are not what the metadata says"):
        Classifier.open(report_model)


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert np.allclose(sigmoid(np.array([-1e4, 0, 1e4], np.float32)), [0, 0.5, 1])
