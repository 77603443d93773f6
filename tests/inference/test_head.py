"""A head is a linear layer in a JSON file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.head import Head, HeadInput

RNG = np.random.default_rng(3)
TAGS = RNG.normal(-3, 3, (4, 5)).astype(np.float32)
EMBEDDING = RNG.normal(0, 1, (4, 3)).astype(np.float32)


def make(*inputs: HeadInput, **changes: Any) -> Head:
    width = {"tags": 5, "embedding": 3}
    f = sum(width[name] for name in inputs)
    values: dict[str, Any] = {
        "version": "t1",
        "genres": ("Fado", "Synthwave"),
        "inputs": inputs,
        "mean": RNG.normal(size=f).astype(np.float32),
        "scale": RNG.uniform(0.5, 2, f).astype(np.float32),
        "weights": RNG.normal(size=(2, f)).astype(np.float32),
        "bias": np.array([0.1, -0.1], np.float32),
        "calibration": Calibration("mean_probabilities", 1.5, 0.5, 0.6),
        "fitted_on": "made numbers",
        "measured": {"accuracy": 0.5},
    }
    return Head(**{**values, **changes})


@pytest.mark.parametrize("inputs", [("tags",), ("embedding",), ("tags", "embedding"), ("embedding", "tags")])
def test_logits_are_a_linear_layer_on_the_standardised_inputs(inputs: tuple[HeadInput, ...]) -> None:
    head = make(*inputs)
    x = np.concatenate([{"tags": TAGS, "embedding": EMBEDDING}[name] for name in inputs], axis=1)
    expected = ((x - head.mean) / head.scale) @ head.weights.T + head.bias
    assert np.allclose(head.logits(tags=TAGS, embedding=EMBEDDING), expected, atol=1e-5)


def test_tag_logits_are_clipped_and_embeddings_are_not() -> None:
    head = make("tags", "embedding", tag_range=(-4.0, -2.0))
    clipped = np.clip(TAGS, -4, -2)
    far = head.logits(tags=TAGS, embedding=100 * EMBEDDING)
    assert np.allclose(far, head.logits(tags=clipped, embedding=100 * EMBEDDING))


def test_a_head_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    head = make("tags", "embedding", tag_range=(-9.0, 4.0))
    head.save(tmp_path / "head.json")
    again = Head.load(tmp_path / "head.json")
    assert again.to_dict() == head.to_dict()
    assert again.calibration == head.calibration
    both = {"tags": TAGS, "embedding": EMBEDDING}
    assert np.allclose(again.logits(**both), head.logits(**both), atol=1e-3)


def test_a_model_with_other_features_is_refused() -> None:
    with pytest.raises(ModelError, match="tags of 5 numbers"):
        make("tags").logits(tags=None, embedding=EMBEDDING)
    with pytest.raises(ModelError, match="tags of 5 numbers"):
        make("tags").logits(tags=EMBEDDING, embedding=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"inputs": ()},
        {"inputs": ("lyrics",)},
        {"genres": ("Fado",)},
        {"genres": ("Fado", "Fado")},
        {"bias": np.zeros(3, np.float32)},
        {"mean": np.zeros(4, np.float32)},
        {"scale": np.zeros(5, np.float32)},
        {"weights": np.full((2, 5), np.nan, np.float32)},
        {"tag_range": (3.0, -3.0)},
    ],
)
def test_inconsistent_arrays_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make("tags", **wrong)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("bias"),
        lambda v: v.update(format=2),
        lambda v: v.update(colour="red"),
        lambda v: v.update(weights=[[1.0, 2.0], [1.0]]),
        lambda v: v.update(mean="many"),
        lambda v: v.update(pooling="best"),
        lambda v: v.update(tag_range=[1]),
        lambda v: v.update(measured=3),
    ],
)
def test_a_file_that_is_not_a_head_is_a_model_error(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = tmp_path / "head.json"
    values = make("tags").to_dict()
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        Head.load(path)
    assert caught.value.path == path
