"""What the choice of the resampler costs: the taggers learned from sound resampled as librosa did in 2019.

Of the 96 bands only the top three (7.4 to 8 kHz) lie on the filters' slopes, yet tags move. Compared here are soxr in
two qualities, and what the program does, with the filter of 2019, in single patches and in the verdict on whole songs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch
from torch.nn import functional

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_mono
from mgc_desktop.features.config import MUSICNN, MelConfig
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import sigmoid, song_probabilities
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.training.product.backbone.describe import MODEL_FILE, PATCH_FRAMES
from mgc_desktop.training.product.backbone.fuse import fuse
from mgc_desktop.training.product.backbone.graph import build
from mgc_desktop.training.product.backbone.measure import Run, onnx_run
from mgc_desktop.training.product.backbone.wheel import Tagger

# resampy 0.2's 'kaiser_best', which librosa.load used in 2019.
_ZEROS, _ROLLOFF, _BETA = 64, 0.9475937167399596, 14.769656459379492


def kaiser_2019(y: FloatArray, sr: int, sr_out: int) -> FloatArray:
    """Windowed-sinc resampling with the constants of 2019, `(n,)` to `(ceil(n sr_out / sr),)`."""
    divisor = math.gcd(sr, sr_out)
    a, b = sr // divisor, sr_out // divisor
    cutoff = min(a, b) * _ROLLOFF
    width = math.ceil(_ZEROS * a / cutoff)
    taps = torch.arange(-width, width + a, dtype=torch.float64) / a
    t = (taps[None] - torch.arange(b, dtype=torch.float64)[:, None] / b) * cutoff
    inside = (1 - (t / _ZEROS) ** 2).clamp(min=0).sqrt()
    window = torch.special.i0(_BETA * inside) / torch.special.i0(torch.tensor(_BETA, dtype=torch.float64))
    kernel = (torch.sinc(t) * window * (t.abs() <= _ZEROS) * cutoff / a).float().unsqueeze(1)
    padded = functional.pad(torch.from_numpy(y), (width, width + a))
    out = functional.conv1d(padded[None, None], kernel, stride=a)
    return out[0].T.reshape(-1)[: -(-len(y) * b // a)].numpy()


def top_band_gains(config: MelConfig, bands: int, sr: int = 44100) -> list[float]:
    """Decibels of each of the last bands with the filter of 2019, relative to soxr HQ, for white noise."""
    y = np.random.default_rng(0).normal(0, 0.1, 40 * sr).astype(np.float32)
    then, now = (
        np.expm1(log_mel(resampled, config)[-bands:].astype(np.float64) * np.log(10)).mean(axis=1)
        for resampled in (kaiser_2019(y, sr, config.sr), soxr.resample(y, sr, config.sr, "HQ"))
    )
    return [float(gain) for gain in 10 * np.log10(then / now)]


def compare(folder: Path, taggers: Sequence[Tagger], songs: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Each way against the filter of 2019, over all songs that need resampling; the genres are the bundled head's.

    The last way is what the program does: soxr HQ, and the top bands turned down in the graph.
    """
    classifier = Classifier.open(folder)
    plain = onnx_run(
        build([fuse(t, PATCH_FRAMES) for t in taggers], MUSICNN.n_mels, PATCH_FRAMES, ()).SerializeToString()
    )
    program = onnx_run((folder / MODEL_FILE).read_bytes())
    ways = {"soxr HQ": ("HQ", plain), "soxr VHQ": ("VHQ", plain), "soxr HQ, top bands turned down": ("HQ", program)}
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for path in songs:
        with AudioReader(path) as reader:
            y, sr = np.concatenate([to_mono(block) for block in reader]), reader.info.sr
        if sr == MUSICNN.sr:
            continue
        expected = _tags(plain, kaiser_2019(y, sr, MUSICNN.sr))
        for name, (quality, run) in ways.items():
            got = _tags(run, soxr.resample(y, sr, MUSICNN.sr, quality))
            rows[name].append(_row(classifier, expected, got))
    return {name: _summary(of_way) for name, of_way in rows.items()}


def _tags(run: Run, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tag logits and embedding of all patches."""
    cut = patches(log_mel(y, MUSICNN), PATCH_FRAMES, PATCH_FRAMES)
    tags, embedding = zip(*(run(patch[np.newaxis]) for patch in cut), strict=True)
    return np.concatenate(tags), np.concatenate(embedding)


def _row(
    classifier: Classifier, expected: tuple[FloatArray, FloatArray], got: tuple[FloatArray, FloatArray]
) -> dict[str, float]:
    assert classifier.head is not None
    tags = [sigmoid(logits) for logits, _ in (expected, got)]
    genres = [classifier.head.logits(tags=logits, embedding=embedding) for logits, embedding in (expected, got)]
    before, after = (song_probabilities(logits, classifier.calibration) for logits in genres)
    moved = np.abs(tags[0] - tags[1])
    return {
        "patches": len(moved),
        "moved_sum": float(moved.mean(axis=1).sum()),
        "moved_most": float(moved.max()),
        "song_tags_moved_most": float(np.abs(tags[0].mean(axis=0) - tags[1].mean(axis=0)).max()),
        "patches_same": float((genres[0].argmax(axis=1) == genres[1].argmax(axis=1)).sum()),
        "song_same": float(before.argmax() == after.argmax()),
        "song_moved": float(np.abs(before - after).max()),
    }


def _summary(rows: list[dict[str, float]]) -> dict[str, Any]:
    total = {name: sum(row[name] for row in rows) for name in rows[0]}
    most = {name: max(row[name] for row in rows) for name in rows[0]}
    return {
        "songs": len(rows),
        "patches": int(total["patches"]),
        "a_patch's_tags_move_on_average": total["moved_sum"] / total["patches"],
        "at_most": most["moved_most"],
        "a_song's_tags_move_at_most": most["song_tags_moved_most"],
        "patches_with_the_same_genre": f"{total['patches_same'] / total['patches']:.1%}",
        "songs_with_the_same_genre": f"{total['song_same']:.0f} of {len(rows)}",
        "a_song's_genres_move_at_most": most["song_moved"],
    }
