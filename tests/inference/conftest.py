"""The bundled model, copies of it to damage, and a generated model of the report's kind."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.features.config import REPORT
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.registry import load
from mgc_desktop.paths import models_dir

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def musicnn() -> Classifier:
    return load("musicnn", models_dir())


@pytest.fixture(scope="session")
def golden() -> dict[str, np.ndarray]:
    """What the networks in torch, with every filter, say of a few patches of music and of made ones."""
    with np.load(Path(__file__).with_name("golden.npz")) as data:
        return {name: data[name].astype(np.float32) for name in data.files}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of models with a copy of the bundled one in it."""
    shutil.copytree(models_dir() / "musicnn", tmp_path / "models" / "musicnn")
    return tmp_path / "models"


@pytest.fixture
def edited(copied: Path) -> Callable[[str, Edit], Path]:
    """Edit a JSON file of the copied model; if it is the head, the metadata learn its new checksum."""

    def edit(name: str, change: Edit) -> Path:
        path = copied / "musicnn" / name
        values = json.loads(path.read_text(encoding="utf-8"))
        change(values)
        path.write_text(json.dumps(values), encoding="utf-8")
        if name == "head.json":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            edit("metadata.json", lambda metadata: metadata["head"].update(sha256=digest))
        return path

    return edit


@pytest.fixture
def report_model(tmp_path: Path) -> Path:
    """A model of the report's kind in a folder: no tags, no head, sixteenth resolution, relative to the maximum.

    Its logit for genre i is the mean of the prepared patch plus i.
    """
    onnx = pytest.importorskip("onnx")
    patch = PatchInput(REPORT, frames=64, hop=32, reduction=4, reference="maximum", top_db=80.0)
    helper = onnx.helper
    offsets = helper.make_tensor("offsets", onnx.TensorProto.FLOAT, [1, 10], np.arange(10, dtype=np.float32))
    axes = helper.make_tensor("axes", onnx.TensorProto.INT64, [1], [2])
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["patches", "axes"], ["rows"], keepdims=0),
            helper.make_node("ReduceMean", ["rows", "ones"], ["mean"], keepdims=1),
            helper.make_node("Add", ["mean", "offsets"], ["logits"]),
        ],
        "made",
        [helper.make_tensor_value_info("patches", onnx.TensorProto.FLOAT, ["n", *patch.shape])],
        [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["n", 10])],
        [offsets, axes, helper.make_tensor("ones", onnx.TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    folder = tmp_path / "cnn-sixteenth"
    folder.mkdir()
    data = model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)
    ModelMetadata(
        name="cnn-sixteenth",
        version="1.0",
        title="A made model",
        summary="For tests.",
        role="offered",
        input=patch,
        model=FileRecord("model.onnx", hashlib.sha256(data).hexdigest()),
        calibration=Calibration(unsure_below=0.2),
    ).save(folder)
    return folder
