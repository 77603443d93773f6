"""How true and how fast the ONNX graph is, against the networks in torch, in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mgc_desktop.features.config import MUSICNN
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.onnx_runtime import load_onnxruntime
from mgc_desktop.training.extract import Representation, extract
from mgc_desktop.training.product.backbone.describe import MODEL_FILE, PATCH_FRAMES
from mgc_desktop.training.product.backbone.fuse import fuse
from mgc_desktop.training.product.backbone.graph import build
from mgc_desktop.training.product.backbone.network import Backbone
from mgc_desktop.training.product.backbone.wheel import Tagger

Run = Callable[[FloatArray], Sequence[FloatArray]]

_SECONDS = PATCH_FRAMES * MUSICNN.frame_seconds
_REPEATS = 8
_BATCHES = (1, 2, 4, 8, 16)


def made_patches(n: int = 16, seed: int = 0) -> FloatArray:
    """`(n, bands, frames)` patches that look like music enough: smooth in time, falling with frequency, sparse.

    Silence and noise at full scale are among them.
    """
    rng = np.random.default_rng(seed)
    bands = np.linspace(1, 0.2, MUSICNN.n_mels)[:, np.newaxis]
    slow = np.repeat(rng.random((n, MUSICNN.n_mels, 1 + PATCH_FRAMES // 8)), 8, axis=2)[..., :PATCH_FRAMES]
    patches = 5 * bands * slow**2 * (0.7 + 0.3 * rng.random((n, MUSICNN.n_mels, PATCH_FRAMES)))
    patches[0] = 0
    patches[1] = 4.5 + 2 * rng.random(patches.shape[1:])
    return patches.astype(np.float32)


def torch_run(taggers: Sequence[Tagger], threads: int = 1) -> Run:
    """The reference: every filter, dead or not."""
    network = Backbone(taggers)

    def run(patches: FloatArray) -> Sequence[FloatArray]:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            return [output.numpy() for output in network(torch.from_numpy(patches))]

    return run


def onnx_run(model: bytes, threads: int = 1) -> Run:
    """ONNX Runtime with the settings of the program, but for `threads`."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda patches: session.run(None, {"patches": patches})


def differences(reference: Run, run: Run, patches: FloatArray) -> dict[str, float]:
    """The greatest difference of any output over the patches."""
    names = ("tag_logits", "embedding")
    pairs = zip(names, _all(reference, patches), _all(run, patches), strict=True)
    return {name: float(np.abs(expected - got).max()) for name, expected, got in pairs}


def _all(run: Run, patches: FloatArray) -> list[FloatArray]:
    parts = [run(patches[i : i + 4]) for i in range(0, len(patches), 4)]
    return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]


def golden_patches(songs: Sequence[Path]) -> FloatArray:
    """A patch from the middle of each song, then made ones; rounded so that float16 holds them exactly."""
    cut = []
    for path in songs:
        mel = extract(path, Representation(MUSICNN))
        start = (mel.shape[1] - PATCH_FRAMES) // 2
        cut.append(mel[:, start : start + PATCH_FRAMES])
    return np.concatenate([np.stack(cut), made_patches(3)]).astype(np.float16).astype(np.float32)


def write_golden(path: Path, taggers: Sequence[Tagger], songs: Sequence[Path]) -> None:
    """What torch, with every filter, says of a few patches: lets the graph be tested where there is no torch."""
    patches = golden_patches(songs)
    tags, embedding = torch_run(taggers)(patches)
    np.savez_compressed(path, patches=patches.astype(np.float16), tags=tags, embedding=embedding)


def speed(folder: Path, taggers: Sequence[Tagger]) -> list[dict[str, Any]]:
    """Seconds of audio per second of each way: the best of several rounds, in turns, since machines are busy."""
    patches = made_patches(max(_BATCHES))
    small = (folder / MODEL_FILE).read_bytes()
    whole = build([fuse(t, PATCH_FRAMES, 0.0) for t in taggers], MUSICNN.n_mels, PATCH_FRAMES).SerializeToString()
    ways: dict[str, tuple[Run, int]] = {
        f"torch, all filters, {threads} thread{'s' * (threads > 1)}": (torch_run(taggers, threads), 2)
        for threads in (1, 2)
    }
    ways["ONNX Runtime, all filters, 1 thread"] = onnx_run(whole), 2
    for threads in (1, 2):
        for batch in _BATCHES if threads == 1 else (1, 2, 8):
            name = f"ONNX Runtime, live filters, {threads} thread{'s' * (threads > 1)}, batch {batch}"
            ways[name] = onnx_run(small, threads), batch
    best = dict.fromkeys(ways, (np.inf, np.inf))
    for _ in range(_REPEATS):
        for name, (run, batch) in ways.items():
            wall, cpu = _seconds(run, patches, batch)
            best[name] = min(best[name][0], wall), min(best[name][1], cpu)
    _, reference = best[next(iter(ways))]
    return [
        {
            "way": name,
            "audio_seconds_per_second": round(_SECONDS / wall),
            "per_CPU_second": round(_SECONDS / cpu),
            "CPU_time_of_torch_over_this": round(reference / cpu, 1),
        }
        for name, (wall, cpu) in best.items()
    ]


def _seconds(run: Run, patches: FloatArray, batch: int) -> tuple[float, float]:
    """Wall time and CPU time for one patch."""
    wall, cpu = time.perf_counter(), time.process_time()
    for i in range(0, len(patches), batch):
        run(patches[i : i + batch])
    return (time.perf_counter() - wall) / len(patches), (time.process_time() - cpu) / len(patches)
