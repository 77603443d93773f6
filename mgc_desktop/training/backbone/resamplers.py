"""What the choice of the resampler costs: the taggers learned from sound resampled as librosa did in 2019.

Of the 96 bands only the top three (7.4 to 8 kHz) lie on the filters' slopes, yet tags move. Compared here are soxr in
two qualities with the filter of 2019, in single patches and in the verdict on whole songs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_mono
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.calibration import song_probabilities
from mgc_desktop.inference.classifier import Classifier, PatchScores

FloatArray = NDArray[np.float32]

# resampy 0.2's 'kaiser_best', which librosa.load used in 2019.
_ZEROS, _ROLLOFF, _BETA = 64, 0.9475937167399596, 14.769656459379492
_QUALITIES = ("HQ", "VHQ")


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


def compare(classifier: Classifier, songs: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """For each quality of soxr against the filter of 2019, over all songs that need resampling."""
    rows: dict[str, list[dict[str, float]]] = {quality: [] for quality in _QUALITIES}
    for path in songs:
        with AudioReader(path) as reader:
            y, sr = np.concatenate([to_mono(block) for block in reader]), reader.info.sr
        wanted = classifier.metadata.mel.sr
        if sr == wanted:
            continue
        expected = _scores(classifier, kaiser_2019(y, sr, wanted))
        for quality in _QUALITIES:
            rows[quality].append(_row(classifier, expected, _scores(classifier, soxr.resample(y, sr, wanted, quality))))
    return {f"soxr {quality}": _summary(of_quality) for quality, of_quality in rows.items()}


def _scores(classifier: Classifier, y: FloatArray) -> PatchScores:
    wanted = classifier.metadata.input
    return classifier.predict(patches(log_mel(y, wanted.mel), wanted.frames, wanted.hop))


def _row(classifier: Classifier, expected: PatchScores, got: PatchScores) -> dict[str, float]:
    assert expected.tags is not None and got.tags is not None
    moved = np.abs(expected.tags - got.tags)
    before, after = (song_probabilities(s.logits, classifier.calibration) for s in (expected, got))
    return {
        "patches": len(moved),
        "moved_sum": float(moved.sum()) / moved.shape[1],
        "moved_most": float(moved.max()),
        "song_tags_moved_most": float(np.abs(expected.tags.mean(axis=0) - got.tags.mean(axis=0)).max()),
        "patches_same": float((expected.logits.argmax(axis=1) == got.logits.argmax(axis=1)).sum()),
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
