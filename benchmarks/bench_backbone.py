"""How to write the backbone's widest convolution for ONNX Runtime: CPU time of several forms, in turns, one thread.

    python benchmarks/bench_backbone.py

Each form takes `(n, 96, 187)` patches and gives the maximum over frequency of `FILTERS` filters of 7 frames × 38 bands.
Figures are for one patch, as a ratio to the form that `mgc_desktop.training.product.backbone.graph` uses.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from mgc_desktop.inference.onnx_runtime import load_onnxruntime

BANDS, FRAMES = 96, 187
FILTERS, TAPS, WIDTH = 91, 7, 38
POSITIONS = BANDS - WIDTH + 1
BATCHES = (1, 2, 4, 8, 16)
ROUNDS = 15

Weights = dict[str, NDArray[Any]]
Form = tuple[list[NodeProto], Weights]
node = helper.make_node


def axis(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def frames_down(kernel: NDArray[np.float32], maximum: Callable[[], NodeProto]) -> Form:
    """Conv2d with time down and frequency across."""
    nodes = [
        node("Transpose", ["patches"], ["turned"], perm=[0, 2, 1]),
        node("Unsqueeze", ["turned", "one"], ["image"]),
        node("Conv", ["image", "kernel"], ["conv"], pads=[TAPS // 2, 0, TAPS // 2, 0]),
        maximum(),
    ]
    return nodes, {"kernel": kernel[:, None], "one": axis(1), "three": axis(3)}


def pooled() -> NodeProto:
    return node("MaxPool", ["conv"], ["out"], kernel_shape=[1, POSITIONS])


def reduced() -> NodeProto:
    return node("ReduceMax", ["conv", "three"], ["out"])


def bands_down(kernel: NDArray[np.float32]) -> Form:
    """Conv2d on the patch as it comes: frequency down, time across."""
    nodes = [
        node("Unsqueeze", ["patches", "one"], ["image"]),
        node("Conv", ["image", "kernel"], ["conv"], pads=[0, TAPS // 2, 0, TAPS // 2]),
        node("ReduceMax", ["conv", "two"], ["out"]),
    ]
    return nodes, {"kernel": kernel.transpose(0, 2, 1)[:, None], "one": axis(1), "two": axis(2)}


def windows() -> NDArray[np.int64]:
    return np.arange(POSITIONS)[:, None] + np.arange(WIDTH)[None]


def unfolded(kernel: NDArray[np.float32]) -> Form:
    """Conv1d over time; every window of bands is one member of the batch, its bands are channels."""
    nodes = [
        node("Gather", ["patches", "windows"], ["gathered"], axis=1),
        node("Reshape", ["gathered", "batch"], ["columns"]),
        node("Conv", ["columns", "kernel"], ["conv"], pads=[TAPS // 2, TAPS // 2]),
        node("Reshape", ["conv", "split"], ["positions"]),
        node("ReduceMax", ["positions", "one"], ["out"]),
    ]
    shapes = {"batch": axis(-1, WIDTH, FRAMES), "split": axis(-1, POSITIONS, FILTERS, FRAMES)}
    return nodes, {"kernel": kernel.transpose(0, 2, 1), "windows": windows(), "one": axis(1), **shapes}


def matrix(kernel: NDArray[np.float32]) -> Form:
    """One matrix product with an explicit im2col."""
    taps = [f"tap{i}" for i in range(TAPS)]
    nodes = [
        node("Pad", ["patches", "pads"], ["padded"]),
        node("Gather", ["padded", "windows"], ["gathered"], axis=1),
        *(node("Slice", ["gathered", f"from{i}", f"to{i}", "three"], [taps[i]]) for i in range(TAPS)),
        node("Concat", taps, ["columns"], axis=1),
        node("Reshape", ["columns", "flat"], ["matrix"]),
        node("MatMul", ["kernel", "matrix"], ["product"]),
        node("Reshape", ["product", "split"], ["positions"]),
        node("ReduceMax", ["positions", "two"], ["out"]),
    ]
    weights: Weights = {f"from{i}": axis(i) for i in range(TAPS)} | {f"to{i}": axis(i + FRAMES) for i in range(TAPS)}
    weights |= {
        "kernel": kernel.reshape(FILTERS, -1),
        "pads": axis(0, 0, TAPS // 2, 0, 0, TAPS // 2),
        "windows": windows().T,
        "flat": axis(-1, TAPS * WIDTH, POSITIONS * FRAMES),
        "split": axis(-1, FILTERS, POSITIONS, FRAMES),
        "two": axis(2),
        "three": axis(3),
    }
    return nodes, weights


def session(form: Form, level: str = "ORT_ENABLE_ALL") -> Any:
    nodes, weights = form
    patches = helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["n", BANDS, FRAMES])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    kept = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "form", [patches], [out], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main() -> None:
    rng = np.random.default_rng(0)
    kernel = rng.normal(0, 0.05, (FILTERS, TAPS, WIDTH)).astype(np.float32)
    patches = rng.random((max(BATCHES), BANDS, FRAMES), np.float32)
    forms = {
        "Conv2d, frames down, ReduceMax (used)": session(frames_down(kernel, reduced)),
        "the same without NCHWc blocks": session(frames_down(kernel, reduced), "ORT_ENABLE_EXTENDED"),
        "Conv2d, frames down, MaxPool": session(frames_down(kernel, pooled)),
        "Conv2d, bands down": session(bands_down(kernel)),
        "Conv1d over unfolded bands": session(unfolded(kernel)),
        "matrix product with im2col": session(matrix(kernel)),
    }
    expected, *others = (form.run(None, {"patches": patches[:2]})[0].ravel() for form in forms.values())
    expected = expected.reshape(2, FILTERS, FRAMES).ravel()
    assert all(np.allclose(expected, other, atol=1e-4) for other in others), "the forms disagree"
    best = {(name, batch): np.inf for name in forms for batch in BATCHES}
    for _ in range(ROUNDS):
        for name, batch in best:
            start = time.process_time()
            forms[name].run(None, {"patches": patches[:batch]})
            best[name, batch] = min(best[name, batch], (time.process_time() - start) / batch)
    used = min(best[next(iter(forms)), batch] for batch in BATCHES)
    print(f"{'batch':40}" + "".join(f"{batch:8}" for batch in BATCHES))
    for name in forms:
        print(f"{name:40}" + "".join(f"{best[name, batch] / used:8.2f}" for batch in BATCHES))


if __name__ == "__main__":
    main()
