"""Occlusion analysis: the effect of covering parts of a patch."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.analysis.occlusion import Grid, occlude
from mgc_desktop.audio.mono import read_mono
from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.calibration import segment_probabilities
from mgc_desktop.inference.registry import list_models, load
from mgc_desktop.paths import models_dir, resources_dir

NAMES = [entry.name for entry in list_models(models_dir())]


def patch_of(classifier):
    """Some seconds of a demo song in the model's own spectrogram."""
    song = sorted((resources_dir() / "demo").glob("*.mp3"))[0]
    y = np.concatenate(list(read_mono(song, classifier.mel_config.sr, 0.0, 30.0)))
    wanted = classifier.metadata.input
    return patches(log_mel(y, classifier.mel_config), wanted.frames, wanted.hop)[0]


class Brightness:
    """Stands for a network with a single weight: the louder the upper half is, the more it is Jazz."""

    genres = ("Jazz", "World")

    def __init__(self, classifier):
        self.calibration = classifier.calibration

    def predict(self, patches):
        loud = patches[:, patches.shape[1] // 2 :].mean(axis=(1, 2))
        return type("Scores", (), {"logits": np.stack([loud, np.zeros_like(loud)], axis=1)})


def test_occlusion_finds_the_input_of_a_known_network() -> None:
    patch = np.random.default_rng(0).uniform(0, 4, (96, 187)).astype(np.float32)
    found = occlude(Brightness(load()), patch, grid=Grid(4, 6))
    _, blocks, bands, moments = found.of("Jazz")
    assert (blocks.shape, bands.shape, moments.shape) == ((4, 6), (4,), (6,))
    assert (bands[2:] > 0.1).all()
    assert np.abs(bands[:2]).max() < 1e-6
    assert blocks[3].min() > 10 * abs(blocks[0]).max()
    assert (moments > 0).all()
    assert np.allclose(found.of("World")[1], -blocks, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_occlusion_works_for_every_bundled_model(name) -> None:
    classifier = load(name)
    patch = patch_of(classifier)
    found = occlude(classifier, patch, grid=Grid(2, 3))
    expected = segment_probabilities(classifier.predict(patch[np.newaxis]).logits, classifier.calibration)[0]
    assert np.allclose(found.uncovered, expected, atol=1e-6)
    assert found.most_probable == classifier.genres[int(expected.argmax())]
    assert np.abs(found.blocks.sum(axis=2)).max() < 1e-4, "what one genre loses the others gain"
    assert np.abs(found.bands).max() > 0
    assert np.isfinite(found.blocks).all()


def test_covering_one_band_equals_a_prediction_without_it() -> None:
    classifier = load()
    patch = patch_of(classifier)
    found = occlude(classifier, patch, grid=Grid(2, 2))
    covered = patch.copy()
    covered[:48] = np.minimum(covered[:48], np.percentile(patch, 5).astype(np.float32))
    without = segment_probabilities(classifier.predict(covered[np.newaxis]).logits, classifier.calibration)[0]
    assert np.allclose(found.bands[0], found.uncovered - without, atol=1e-5)


def test_a_constant_patch_has_no_losses() -> None:
    classifier = load()
    found = occlude(classifier, np.ones((96, 187), np.float32), grid=Grid(2, 2))
    assert np.abs(found.blocks).max() < 1e-5


def test_the_blocks_cover_the_patch_without_gaps() -> None:
    bands, moments = Grid(7, 5).edges((96, 187))
    assert (bands[0], bands[-1], moments[0], moments[-1]) == (0, 96, 0, 187)
    assert (np.diff(bands) > 0).all()
    assert (np.diff(moments) > 0).all()


def test_occlusion_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        occlude(load(), np.ones((96, 187), np.float32), cancel=cancel)
