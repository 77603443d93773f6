"""A network whose names may be true together gives words, never a genre."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.features.config import REPORT
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.outputs import NetworkOutput
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.registry import load
from mgc_desktop.model_import.importing import candidates, import_model
from mgc_desktop.pipeline import analyze
from tests.model_import.test_hostile import DESCRIPTION, network, node


def test_a_network_of_labels_gives_words_and_no_genre(home: Path, tmp_path: Path, write_audio, sounds) -> None:
    # GIVEN a network with a sigmoid of the level: both of its names are nearly certain not to be true in a quiet song
    usual = [
        node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0),
        node("MatMul", ["mean", "w"], ["sums"]),
        node("Neg", ["sums"], ["positive"]),  # decibels are below 0
        node("Sigmoid", ["positive"], ["logits"]),
    ]
    network(tmp_path / "moods.onnx", usual)
    text = DESCRIPTION.replace('"none"', '"sigmoid"').replace('["Rock", "Jazz"]', '["happy", "calm"]')
    (tmp_path / "moods.toml").write_text('kind = "labels"\n' + text)
    import_model(candidates(tmp_path / "moods.onnx")[0])
    # WHEN it listens
    prediction = analyze(write_audio("a.wav", sounds.noise(3.0, 8000), 8000), load("moods"))
    # THEN both are heard, and there is no genre that could be written
    assert {name for name, _ in prediction.tags} == {"happy", "calm"}
    assert prediction.genre is None
    assert prediction.outcome is Outcome.UNSURE


@pytest.mark.parametrize(
    ("layout", "shape"),
    [
        (("bands", "frames"), (32, 16)),
        (("frames", "bands"), (16, 32)),
        (("channel", "bands", "frames"), (1, 32, 16)),
        (("frames", "bands", "channel"), (16, 32, 1)),
    ],
)
def test_patches_are_arranged_as_the_network_wants_them(layout: tuple[str, ...], shape: tuple[int, ...]) -> None:
    heard = PatchInput(REPORT, frames=64, hop=32, reduction=4, layout=layout, mean=-40.0, std=20.0)
    patches = np.random.default_rng(0).normal(-50, 10, (3, 128, 64)).astype(np.float32)
    prepared = heard.prepare(patches)
    arranged = heard.arrange(prepared)
    assert arranged.shape == (3, *shape)
    assert arranged.shape[1:] == heard.network_shape
    assert arranged.flags.c_contiguous
    flat = arranged.reshape(3, *(axis for axis in shape if axis != 1))
    wanted = (prepared + 40) / 20
    np.testing.assert_allclose(
        flat if layout.index("bands") < layout.index("frames") else flat.transpose(0, 2, 1), wanted
    )
    assert PatchInput.from_dict(heard.to_dict()) == heard


@pytest.mark.parametrize("layout", [("bands",), ("bands", "bands", "frames"), ("bands", "time"), ("channel",) * 5])
def test_a_layout_names_both_axes(layout: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="axes"):
        PatchInput(REPORT, frames=64, hop=32, layout=layout)


def test_probabilities_become_logits_and_come_back() -> None:
    given = np.array([[0.2, 0.7, 0.0, 1.0]], np.float32)
    logits = NetworkOutput("a", "logit").apply(given)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), given, atol=2e-6)
    shares = np.exp(NetworkOutput("a", "log").apply(given[:, :2]))
    np.testing.assert_allclose(shares / shares.sum(), given[:, :2] / 0.9, rtol=1e-5)
    assert NetworkOutput("a").apply(np.zeros((2, 1, 5), np.float32)).shape == (2, 5)
