"""From a network that names 3, 22 or 400 genres to what the Listen view shows of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from mgc_desktop.inference import vocabularies
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.registry import load
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.paths import models_dir, resources_dir
from mgc_desktop.pipeline import analyze
from mgc_desktop.ui.theme import DARK, LIGHT, Palette
from mgc_desktop.ui.widgets.genre_bars import GenreBars
from mgc_desktop.ui.widgets.ribbon import Ribbon
from mgc_desktop.ui.widgets.ribbon_picture import folded
from mgc_desktop.ui.wording import verdict

BROAD = tuple(f"Broad {number}" for number in range(15))
VOCABULARIES = {
    3: Vocabulary("three", ("Loud", "Quiet", "Middling")),
    22: find_vocabulary("everyday"),
    400: Vocabulary(
        "styles", tuple(f"Style {i}" for i in range(400)), parents=tuple(BROAD[i % 15] for i in range(400))
    ),
}


@pytest.fixture(params=VOCABULARIES)
def prediction(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrackPrediction:
    """A song as a made network names it."""
    onnx = pytest.importorskip("onnx")
    monkeypatch.setattr(vocabularies, "_seen", {})
    monkeypatch.setattr(vocabularies, "_broad", {})
    vocabularies._vocabulary_of.cache_clear()
    vocabulary, helper, kind = VOCABULARIES[request.param], onnx.helper, onnx.TensorProto.FLOAT
    like = ModelMetadata.load(models_dir() / "musicnn").input
    weights = np.random.default_rng(1).normal(0, 2, (like.shape[0], len(vocabulary))).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["patches", "axes"], ["mean"], keepdims=0),
            helper.make_node("MatMul", ["mean", "weights"], ["logits"]),
        ],
        "made",
        [helper.make_tensor_value_info("patches", kind, ["n", *like.shape])],
        [helper.make_tensor_value_info("logits", kind, ["n", len(vocabulary)])],
        [
            helper.make_tensor("axes", onnx.TensorProto.INT64, [1], [2]),
            helper.make_tensor("weights", kind, weights.shape, weights.ravel()),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    ModelMetadata(
        name="made", version="1", title="Made", summary="", role="offered", input=like,
        model=FileRecord("model.onnx", digest), vocabulary=vocabulary, calibration=Calibration(),
    ).save(folder)  # fmt: skip
    song = next(
        path for path in sorted((resources_dir() / "demo").iterdir()) if path.suffix in (".ogg", ".flac", ".mp3")
    )
    return analyze(song, load("made", tmp_path))


@pytest.mark.parametrize("palette", [DARK, LIGHT])
@pytest.mark.parametrize("height", [200, 500])
def test_listen_shows_any_number_of_genres(
    prediction: TrackPrediction, palette: Palette, height: int, place: Callable[..., QWidget]
) -> None:
    number = len(prediction.genres)
    assert prediction.vocabulary == VOCABULARIES[number]
    bars = GenreBars((), palette)
    place(bars, 300, height)
    assert not bars.grab().isNull()  # nothing is known yet
    bars.set_genres(prediction.genres)
    bars.set_values(prediction.probabilities.tolist(), settle=True)
    assert bars.order[0] == prediction.ranked[0][0]
    assert len(bars.shown) == 3 if number == 3 else 2 <= len(bars.shown) <= 11
    assert bars.sizeHint().height() <= 12 * 25
    assert not bars.grab().isNull()
    ribbon = Ribbon(palette)
    place(ribbon, 600, 64)
    ribbon.set_song(prediction.duration)
    ribbon.set_timeline(prediction.timeline, prediction.duration, complete=True)
    assert not ribbon.grab().isNull()
    assert any(name in ribbon.reading(300) for name in prediction.genres)  # the specific name in the hint
    assert verdict(prediction, running=False).genre == prediction.genre


def test_the_bands_of_a_large_vocabulary_are_broad(prediction: TrackPrediction) -> None:
    bands = folded(prediction.timeline)
    np.testing.assert_allclose(
        bands.probabilities.sum(axis=1), prediction.timeline.probabilities.sum(axis=1), rtol=1e-4
    )
    if len(prediction.genres) == 400:
        assert len(bands.genres) == 12
        assert set(bands.genres) <= {*BROAD, "Other genres"}
    else:
        assert bands is prediction.timeline
