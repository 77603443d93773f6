"""Runs networks with ONNX Runtime, and translates its errors.

The library is imported when the first model is opened, not when the program starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.jsonfile import WAY_OUT, read_bytes
from mgc_desktop.inference.onnx_runtime import load_onnxruntime

_SILENT = 4  # ONNX Runtime's severities: only fatal messages are printed; errors are raised


class OnnxSession:
    """A loaded network. `run` is thread-safe.

    `inputs` and `outputs` map names to shapes, None for an axis of variable size.
    """

    def __init__(self, path: Path, *, sha256: str | None = None, threads: int = 1) -> None:
        """Raises ModelError if the file is missing, its checksum is not `sha256`, or ONNX Runtime cannot load it."""
        data = read_bytes(path, sha256)
        try:
            onnxruntime = load_onnxruntime()
        except ImportError as error:
            raise ModelError("ONNX Runtime, which runs the models, cannot be loaded. " + WAY_OUT) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _SILENT
        # Idle threads sleep instead of spinning, so that playback and the window have the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no common base class
            raise ModelError(f"ONNX Runtime cannot load the file. {WAY_OUT}", path=path) from error
        self.path = path
        self.inputs = {node.name: _shape(node.shape) for node in self._session.get_inputs()}
        self.outputs = {node.name: _shape(node.shape) for node in self._session.get_outputs()}

    def run(self, patches: FloatArray) -> dict[str, FloatArray]:
        """Run the network on `patches`; returns its outputs by name."""
        (name,) = self.inputs
        try:
            values = self._session.run(None, {name: patches})
        except Exception as error:
            raise ModelError(f"ONNX Runtime failed to run the model: {error}", path=self.path) from error
        return dict(zip(self.outputs, values, strict=True))

    def run_batches(self, inputs: FloatArray, size: int = 64) -> dict[str, FloatArray]:
        """Feed `n` > 0 inputs, `size` at a time; where the network takes only a fixed number, that many, with zeros in
        the places that are left."""
        (shape,) = self.inputs.values()
        fixed = shape[0] if shape else None
        step = fixed or size
        parts = []
        for start in range(0, len(inputs), step):
            part = inputs[start : start + step]
            count = len(part)
            if fixed and count < fixed:
                part = np.concatenate([part, np.zeros((fixed - count, *part.shape[1:]), np.float32)])
            parts.append({name: values[:count] for name, values in self.run(part).items()})
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _shape(shape: list[Any]) -> tuple[int | None, ...]:
    return tuple(axis if isinstance(axis, int) else None for axis in shape)
