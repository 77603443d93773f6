"""Errors of ONNX Runtime are translated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.session import OnnxSession
from mgc_desktop.paths import models_dir

MODEL = models_dir() / "musicnn" / "model.onnx"


def test_a_session_has_the_shapes_of_its_network() -> None:
    session = OnnxSession(MODEL)
    assert session.inputs == {"patches": (None, 96, 187)}
    assert session.outputs == {"tags": (None, 100), "embedding": (None, 400)}


@pytest.mark.parametrize("content", [b"", b"no network at all", MODEL.read_bytes()[:20_000]])
def test_a_file_that_is_not_a_network_is_a_model_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="cannot load the file") as caught:
        OnnxSession(path)
    assert caught.value.path == path


def test_patches_of_another_shape_are_a_model_error() -> None:
    with pytest.raises(ModelError, match="failed to run"):
        OnnxSession(MODEL).run(np.zeros((1, 96, 100), np.float32))


def test_two_threads_give_the_same_result_as_one(golden: dict[str, np.ndarray]) -> None:
    one, two = (OnnxSession(MODEL, threads=threads).run(golden["patches"]) for threads in (1, 2))
    assert np.allclose(one["tags"], two["tags"], atol=1e-4)


def test_onnx_runtime_is_not_imported_before_a_model_is_opened() -> None:
    code = (
        "import sys, mgc_desktop.inference.registry as r, mgc_desktop.inference.pooling\n"
        "assert r.list_models()\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "r.load()\n"
        "assert 'onnxruntime' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
