"""Write fused taggers as one ONNX graph, in the form that ONNX Runtime runs fastest on a CPU.

`patches (n, bands, frames)` -> `tags (n, 50 k)` logits, `embedding (n, 200 k)`; n is free. Time runs down and
frequency across in the convolutions; the decision record 0002 has the measurements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mgc_desktop.training.product.backbone.fuse import FrontBlock, Fused, MidLayer
from mgc_desktop.training.product.backbone.network import TOP_BANDS_DB

_OPSET = 18
_IR_VERSION = 9  # the oldest that goes with the opset, so that old runtimes read the file


class _Writer:
    """Collects nodes and weights; each method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"{name}_{kind}", **attributes))
        return name

    def weight(self, name: str, value: NDArray[Any] | Sequence[int], dtype: type = np.float32) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), name))
        return name

    def axes(self, name: str, *axes: int) -> str:
        return self.weight(name, axes, np.int64)


def build(
    taggers: Sequence[Fused], n_bands: int, n_frames: int, top_bands_db: Sequence[float] = TOP_BANDS_DB
) -> onnx.ModelProto:
    """The graph of all taggers, checked."""
    w = _Writer()
    image = _top_bands(w, "patches", n_bands - len(top_bands_db), top_bands_db)
    image = w.op("Transpose", image, name="frames_first", perm=[0, 2, 1])
    image = w.op("Unsqueeze", image, w.axes("channel_axis", 1), name="image")
    w.axes("frequency_axis", 3)
    w.axes("time_axis", 2)
    ends = [_tagger(w, image, tagger) for tagger in taggers]
    w.op("Concat", *(logits for logits, _ in ends), name="tags", axis=1)
    w.op("Concat", *(embedding for _, embedding in ends), name="embedding", axis=1)
    n_tags = sum(len(tagger.out[1]) for tagger in taggers)
    n_units = sum(len(tagger.dense[1]) for tagger in taggers)
    graph = helper.make_graph(
        w.nodes,
        "musicnn",
        [helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["n", n_bands, n_frames])],
        [
            helper.make_tensor_value_info("tags", TensorProto.FLOAT, ["n", n_tags]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", n_units]),
        ],
        w.weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="mgc-desktop"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _top_bands(w: _Writer, patches: str, plain: int, decibels: Sequence[float]) -> str:
    """`network.TopBands`: the power of the bands from `plain` on, turned by some decibels."""
    w.axes("first", 0)
    w.axes("split", plain)
    w.axes("last", np.iinfo(np.int64).max)
    w.axes("band_axis", 1)
    log10, one = w.weight("ln_10", np.array(math.log(10))), w.weight("one", np.array(1.0))
    gain = w.weight("top_gain", 10 ** (np.array(decibels)[:, None] / 10))
    low = w.op("Slice", patches, "first", "split", "band_axis", name="lower_bands")
    top = w.op("Slice", patches, "split", "last", "band_axis", name="top_bands")
    grown = w.op("Exp", w.op("Mul", top, log10, name="top_ln"), name="top_grown")
    power = w.op("Mul", w.op("Sub", grown, one, name="top_power"), gain, name="top_turned")
    shrunk = w.op("Log", w.op("Add", power, one, name="top_raised"), name="top_shrunk")
    return w.op("Concat", low, w.op("Div", shrunk, log10, name="top_heard"), name="heard", axis=1)


def _tagger(w: _Writer, image: str, tagger: Fused) -> tuple[str, str]:
    """One tagger on the shared image: the names of its logits and its embedding."""
    p = tagger.name
    x = _affine(w, image, f"{p}_input", tagger.input_scale, tagger.input_shift)
    blocks = [_front(w, x, f"{p}_front{i}", block) for i, block in enumerate(tagger.front)]
    front = w.op("Concat", *blocks, name=f"{p}_front", axis=1)
    low = np.concatenate([block.low for block in tagger.front])[:, None]
    high = np.concatenate([block.high for block in tagger.front])[:, None]
    front = w.op("Max", front, w.weight(f"{p}_low", low), name=f"{p}_front_low")
    front = w.op("Min", front, w.weight(f"{p}_high", high), name=f"{p}_front_clipped")
    mid: list[str] = []
    for i, layer in enumerate(tagger.mid):
        x = _mid(w, mid[-1] if mid else front, f"{p}_mid{i}", layer)
        mid.append(w.op("Add", x, mid[-1], name=f"{p}_mid{i}_sum") if mid else x)
    return _head(w, [front, *mid], tagger)


def _front(w: _Writer, x: str, name: str, block: FrontBlock) -> str:
    frames = block.kernel.shape[1]
    y = w.op(
        "Conv",
        x,
        w.weight(f"{name}_kernel", block.kernel[:, None]),
        w.weight(f"{name}_bias", block.bias),
        name=f"{name}_conv",
        kernel_shape=list(block.kernel.shape[1:]),
        pads=[(frames - 1) // 2, 0, frames // 2, 0],
    )
    return w.op("ReduceMax", y, "frequency_axis", name=f"{name}_max", keepdims=0)


def _mid(w: _Writer, x: str, name: str, layer: MidLayer) -> str:
    taps = layer.kernel.shape[2]
    kernel = w.weight(f"{name}_kernel", layer.kernel)
    pads = [taps // 2, taps // 2]
    if layer.bias.shape[1] == 1:
        bias = w.weight(f"{name}_bias", layer.bias[:, 0])
        y = w.op("Conv", x, kernel, bias, name=f"{name}_conv", kernel_shape=[taps], pads=pads)
    else:
        y = w.op("Conv", x, kernel, name=f"{name}_conv", kernel_shape=[taps], pads=pads)
        y = w.op("Add", y, w.weight(f"{name}_bias", layer.bias), name=f"{name}_biased")
    return _affine(w, w.op("Relu", y, name=f"{name}_relu"), name, layer.scale, layer.shift)


def _head(w: _Writer, stack: Sequence[str], tagger: Fused) -> tuple[str, str]:
    p = tagger.name
    maxima = [w.op("ReduceMax", x, "time_axis", name=f"{x}_over_time_max", keepdims=0) for x in stack]
    means = [w.op("ReduceMean", x, "time_axis", name=f"{x}_over_time_mean", keepdims=0) for x in stack]
    pooled = w.op("Concat", *maxima, *means, name=f"{p}_pooled", axis=1)
    hidden = w.op("Relu", _linear(w, pooled, f"{p}_dense", *tagger.dense), name=f"{p}_dense_relu")
    embedding = _affine(w, hidden, f"{p}_embedding", *tagger.dense_bn)
    return _linear(w, embedding, f"{p}_logits", *tagger.out), embedding


def _linear(w: _Writer, x: str, name: str, kernel: NDArray[Any], bias: NDArray[Any]) -> str:
    kernel_name, bias_name = w.weight(f"{name}_kernel", kernel), w.weight(f"{name}_bias", bias)
    return w.op("Gemm", x, kernel_name, bias_name, name=name, transB=1)


def _affine(w: _Writer, x: str, name: str, scale: NDArray[Any], shift: NDArray[Any]) -> str:
    scaled = w.op("Mul", x, w.weight(f"{name}_scale", scale), name=f"{name}_scaled")
    return w.op("Add", scaled, w.weight(f"{name}_shift", shift), name=f"{name}_shifted")
