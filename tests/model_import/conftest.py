"""Stand-ins for Essentia's published models: networks of the same interface with weights of no meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

EMBEDDING = 1280
BACKBONE = "discogs-effnet-bsdynamic-1"
BROAD = ("Blues", "Classical", "Electronic", "Folk, World, & Country", "Hip Hop", "Latin", "Reggae", "Rock")


def styles() -> list[str]:
    """400 names in the form and with the traps of the true ones: the same style in two genres, a style called as its
    genre, and one called as another genre."""
    special = [
        "Classical---Classical",
        "Electronic---Disco",
        "Electronic---Hip Hop",
        "Electronic---House",
        "Electronic---Musique Concrète",
        "Funk / Soul---Disco",
        "Hip Hop---Trap",
        "Reggae---Reggae",
    ]
    return special + [f"{BROAD[i % len(BROAD)]}---Style {i}" for i in range(400 - len(special))]


def save(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], tables: list[Any], **more: Any) -> Path:
    """An ONNX file of these parts."""
    onnx = pytest.importorskip("onnx")
    graph = onnx.helper.make_graph(nodes, "stand-in", inputs, outputs, tables)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 15)], ir_version=8, **more)
    path.write_bytes(model.SerializeToString())
    return path


def tensor(name: str, shape: list[Any]) -> Any:
    onnx = pytest.importorskip("onnx")
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def table(name: str, values: Any) -> Any:
    onnx = pytest.importorskip("onnx")
    return onnx.numpy_helper.from_array(np.asarray(values), name)


def backbone(path: Path, batch: int | str = "n", loud: int = 3) -> Path:
    """128 x 96 patches -> 400 activations of sigmoids and an embedding of 1280 numbers; style `loud` is always high."""
    onnx = pytest.importorskip("onnx")
    node = onnx.helper.make_node
    rng = np.random.default_rng(1)
    bias = np.full(400, -6.0, np.float32)
    bias[loud] = 2.0
    return save(
        path,
        [
            node("ReduceMean", ["melspectrogram"], ["mean"], axes=[1], keepdims=0),
            node("MatMul", ["mean", "project"], ["embeddings"]),
            node("MatMul", ["embeddings", "classify"], ["sums"]),
            node("Add", ["sums", "bias"], ["logits"]),
            node("Sigmoid", ["logits"], ["activations"]),
        ],
        [tensor("melspectrogram", [batch, 128, 96])],
        [tensor("activations", [batch, 400]), tensor("embeddings", [batch, EMBEDDING])],
        [
            table("project", rng.normal(0, 0.1, (96, EMBEDDING)).astype(np.float32)),
            table("classify", rng.normal(0, 0.001, (EMBEDDING, 400)).astype(np.float32)),
            table("bias", bias),
        ],
    )


def head_network(path: Path, names: int, operator: str, bias: list[float] | None = None) -> Path:
    """1280 numbers -> a sigmoid or softmax of `names` numbers, as the heads of Essentia are."""
    onnx = pytest.importorskip("onnx")
    node = onnx.helper.make_node
    rng = np.random.default_rng(2)
    return save(
        path,
        [
            node("MatMul", ["model/Placeholder", "weights"], ["sums"]),
            node("Add", ["sums", "bias"], ["logits"]),
            node(operator, ["logits"], [f"model/{operator}"]),
        ],
        [tensor("model/Placeholder", ["n", EMBEDDING])],
        [tensor(f"model/{operator}", ["n", names])],
        [
            table("weights", rng.normal(0, 1e-3, (EMBEDDING, names)).astype(np.float32)),
            table("bias", np.asarray(bias or [0.0] * names, np.float32)),
        ],
    )


def backbone_form(batch: Any = "batch_size") -> dict[str, Any]:
    """The form of `discogs-effnet-bsdynamic-1.json`."""
    return {
        "name": "EffnetDiscogs",
        "type": "Music style classification and embeddings",
        "link": f"https://example.org/{BACKBONE}.onnx",
        "version": "1",
        "description": "Prediction of the top-400 music styles",
        "author": "somebody",
        "email": "somebody@example.org",
        "release_date": "2022-02-17",
        "framework": "tensorflow",
        "framework_version": "2.8.0",
        "classes": styles(),
        "model_types": ["frozen_model", "SavedModel", "onnx"],
        "dataset": {"name": "a data set", "size": "4M full tracks", "metrics": {"ROC-AUC": 0.95, "PR-AUC": 0.2}},
        "schema": {
            "inputs": [{"name": "serving_default_melspectrogram", "type": "float", "shape": [batch, 128, 96]}],
            "outputs": [
                {"name": "PartitionedCall:0", "type": "float", "shape": [batch, 400], "op": "Sigmoid",
                 "output_purpose": "predictions"},
                {"name": "PartitionedCall:1", "type": "float", "shape": [batch, EMBEDDING], "op": "Flatten",
                 "output_purpose": "embeddings"},
            ],
        },
        "citation": "",
        "inference": {"sample_rate": 16000, "algorithm": "TensorflowPredictEffnetDiscogs"},
    }  # fmt: skip


def head_form(name: str, classes: list[str], operator: str) -> dict[str, Any]:
    """The form of a classification head such as `mtg_jamendo_moodtheme-discogs-effnet-1.json`."""
    return {
        "name": name,
        "type": "multi-label classifier" if operator == "Sigmoid" else "multi-class classifier",
        "link": f"https://example.org/{name}.pb",
        "version": "1",
        "description": f"classification of music by {name}",
        "classes": classes,
        "model_types": ["frozen_model"],
        "dataset": {"name": "a data set", "size": "302 full tracks", "metrics": {"accuracy": 0.87}},
        "schema": {
            "inputs": [{"name": "model/Placeholder", "type": "float", "shape": [EMBEDDING]}],
            "outputs": [
                {"name": f"model/{operator}", "type": "float", "shape": [len(classes)], "op": operator,
                 "output_purpose": "predictions"},
                {"name": "model/dense/BiasAdd", "type": "float", "shape": [100], "op": "fully connected",
                 "description": "penultimate layer", "output_purpose": ""},
            ],
        },
        "inference": {
            "sample_rate": 16000,
            "algorithm": "TensorflowPredict2D",
            "embedding_model": {"algorithm": "TensorflowPredictEffnetDiscogs", "model_name": "discogs-effnet-bs64-1",
                                "link": "https://example.org/discogs-effnet-bs64-1.pb"},
        },
    }  # fmt: skip


def put(path: Path, form: dict[str, Any]) -> Path:
    path.write_text(json.dumps(form), encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new user's folder; models of the user lie in its `data/models`."""
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def essentia(tmp_path: Path) -> Path:
    """A folder as a user would fill it: the backbone, a mood head of two, a head of several moods, a genre head."""
    folder = tmp_path / "essentia"
    folder.mkdir()
    backbone(folder / f"{BACKBONE}.onnx")
    put(folder / f"{BACKBONE}.json", backbone_form())
    happy = "mood_happy-discogs-effnet-1"
    head_network(folder / f"{happy}.onnx", 2, "Softmax", [4.0, 0.0])
    put(folder / f"{happy}.json", head_form("mood happy", ["happy", "non_happy"], "Softmax"))
    mood = "mtg_jamendo_moodtheme-discogs-effnet-1"
    head_network(folder / f"{mood}.onnx", 3, "Sigmoid", [3.0, -5.0, 1.0])
    put(folder / f"{mood}.json", head_form("mtg_jamendo_moodtheme", ["dark", "sad", "epic"], "Sigmoid"))
    genre = "mtg_jamendo_genre-discogs-effnet-1"
    head_network(folder / f"{genre}.onnx", 3, "Sigmoid", [-5.0, 3.0, -5.0])
    put(folder / f"{genre}.json", head_form("mtg_jamendo_genre", ["90s", "ambient", "techno"], "Sigmoid"))
    return folder
