"""Get musicnn's wheel and take the two taggers' weights and tag names out of it, running none of its code.

The wheel of `musicnn` 0.1.0 (ISC licence, Music Technology Group, Universitat Pompeu Fabra) carries the TensorFlow
checkpoints themselves.
"""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import ModelError
from mgc_desktop.training.product.backbone.tfbundle import read_bundle

REQUIREMENT: Final = "musicnn==0.1.0"
TAGGERS: Final = ("MTT", "MSD")  # the order of tags and embeddings in the ONNX graph
_SHA256: Final = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
_BATCH_NORM_EPSILON = 1e-3

Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Tagger:
    """One pretrained tagger: weights under the names of `network.Musicnn`, and the names of its 50 tags."""

    name: str
    weights: Weights
    tags: tuple[str, ...]


def fetch(folder: Path) -> Path:
    """Download the wheel into `folder` with pip."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", REQUIREMENT, "--dest", str(folder)]
    if subprocess.run(command, check=False).returncode:
        raise ModelError(f"pip could not download {REQUIREMENT}; pass the wheel with --wheel", path=folder)
    return next(folder.glob("musicnn-*.whl"))


def read_taggers(wheel: Path) -> tuple[Tagger, ...]:
    """Both taggers of the wheel; ModelError if it is not the wheel that is known."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != _SHA256:
        raise ModelError(f"is not the known wheel of {REQUIREMENT}; let pip download it", path=wheel)
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as tmp:
        labels = _label_lists(archive.read("musicnn/configuration.py").decode())
        taggers = []
        for name in TAGGERS:
            inside = f"musicnn/{name}_musicnn/"
            archive.extractall(tmp, [member for member in archive.namelist() if member.startswith(inside)])
            tensors = read_bundle(Path(tmp) / inside, "", _is_weight)
            taggers.append(Tagger(name, _weights(tensors), labels[f"{name}_LABELS"]))
    return tuple(taggers)


def _label_lists(source: str) -> dict[str, tuple[str, ...]]:
    """The lists that the module's source assigns to `..._LABELS` (read, not run)."""
    assigned = (node for node in ast.parse(source).body if isinstance(node, ast.Assign))
    named = ((node.targets[0], node.value) for node in assigned)
    return {
        target.id: tuple(ast.literal_eval(value))
        for target, value in named
        if isinstance(target, ast.Name) and target.id.endswith("_LABELS")
    }


def _is_weight(name: str) -> bool:
    return "Adam" not in name and not name.endswith("_power")


def _weights(tensors: Weights) -> Weights:
    """From TensorFlow's names and axis orders to those of `network.Musicnn`."""
    out: Weights = {}

    def numbered(base: str, index: int) -> str:
        return f"{base}_{index}" if index else base

    def batch_norm(target: str, index: int) -> None:
        source = numbered("batch_normalization", index)
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        gamma, beta, mean, variance = (tensors[f"{source}/{part}"].astype(np.float64) for part in parts)
        scale = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
        out[f"{target}.scale"], out[f"{target}.shift"] = scale, beta - mean * scale

    def layer(target: str, source: str, axes: tuple[int, ...]) -> None:
        kernel = tensors[f"{source}/kernel"]
        if len(axes) == 3:  # convolutions over time are stored as (7, channels, 1, filters)
            kernel = kernel[:, :, 0]
        out[f"{target}.weight"], out[f"{target}.bias"] = kernel.transpose(axes), tensors[f"{source}/bias"]

    batch_norm("input_bn", 0)
    for i in range(5):
        layer(f"front.{i}.conv", numbered("conv2d", i), (3, 2, 0, 1))
        batch_norm(f"front.{i}.bn", i + 1)
    for i in range(3):
        layer(f"mid.{i}.conv", numbered("conv2d", i + 5), (2, 1, 0))
        batch_norm(f"mid.{i}.bn", i + 6)
    batch_norm("pool_bn", 9)
    layer("dense", "dense", (1, 0))
    batch_norm("dense_bn", 10)
    layer("out", "dense_1", (1, 0))
    return {name: np.ascontiguousarray(value, np.float32) for name, value in out.items()}
