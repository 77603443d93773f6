"""What the backbone says of much music: segments of twelve seconds, plain and varied, each with its answers, on disk.

Built once, in chunks that are complete or not there, so it goes on after a kill; all report models learn from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.training.cache import write_array
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.inputs import FRAMES, WINDOWS
from mgc_desktop.training.product.distil.variation import varied

Teacher = Callable[[FloatArray], tuple[FloatArray, FloatArray]]  # patches to their tag logits and embeddings
LENGTH: Final = WINDOWS * FRAMES
_CHUNK: Final = 256  # segments in a file


@dataclass(frozen=True)
class Corpus:
    """`pictures` `(n, bands, 748)`, `tags` `(n, 4, 100)` logits and `embeddings` `(n, 4, 400)` of each window.

    `songs` `(n,)` index the list that it was built from; `plain` `(n,)` tells untouched segments from varied ones.
    """

    pictures: list[NDArray[np.float16]]  # chunks, memory-mapped
    tags: NDArray[np.float16]
    embeddings: NDArray[np.float16]
    songs: NDArray[np.int64]
    plain: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.songs)

    def picture(self, index: int) -> FloatArray:
        """One segment, `(bands, 748)`."""
        return np.asarray(self.pictures[index // _CHUNK][index % _CHUNK], np.float32)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A segment to be made: of which song, from which frame, varied with which other one (-1: plain)."""

    song: int
    start: int
    other: int
    other_start: int


def build(
    pictures: Sequence[NDArray[np.floating]],
    parts: Sequence[str],
    teacher: Teacher,
    folder: Path,
    *,
    varied_share: float = 1.0,
    most: int | None = None,
    segments: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Cut whole songs' spectrograms `(bands, frames)` (musicnn's) into segments and ask the teacher, chunk by chunk.

    Each song gives its consecutive segments (`most` of them, if there are more) and `varied_share` times as many varied
    ones, into which only songs of the same of the `parts` are mixed; at most `segments` in all, drawn from everywhere.
    Raises TrainingError if no song is long enough or the disk is full.
    """
    plans = _plan([picture.shape[1] for picture in pictures], parts, varied_share, most, seed)[:segments]
    if not plans:
        raise TrainingError(f"No recording is as long as a segment ({LENGTH} frames).", path=folder)
    chunks = [plans[i : i + _CHUNK] for i in range(0, len(plans), _CHUNK)]
    for i, chunk in enumerate(chunks):
        if not (folder / f"embeddings-{i:04d}.npy").is_file():  # the last of a chunk's three files
            rng = np.random.default_rng((seed, i))
            cut = np.stack([_segment(pictures, plan, rng) for plan in chunk])
            _ask(teacher, cut, folder, i)
        if progress is not None:
            progress(i + 1, len(chunks))
    songs = [[plan.song for plan in plans], [plan.other < 0 for plan in plans]]
    (folder / "corpus.json").write_text(json.dumps(songs), encoding="utf-8")
    return load(folder)


def load(folder: Path) -> Corpus:
    """What `build` made."""
    try:
        songs, plain = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
        parts = {
            kind: [np.load(path, mmap_mode="r") for path in sorted(folder.glob(f"{kind}-*.npy"))]
            for kind in ("pictures", "tags", "embeddings")
        }
        tags, embeddings = np.concatenate(parts["tags"]), np.concatenate(parts["embeddings"])
    except (OSError, ValueError) as error:
        raise TrainingError("This corpus is incomplete; build it again.", path=folder) from error
    return Corpus(parts["pictures"], tags, embeddings, np.array(songs), np.array(plain))


def _plan(
    lengths: Sequence[int], parts: Sequence[str], varied_share: float, most: int | None, seed: int
) -> list[_Plan]:
    rng = np.random.default_rng(seed)
    long = [i for i, frames in enumerate(lengths) if frames >= LENGTH]
    plans: list[_Plan] = []
    for song in long:
        count = lengths[song] // LENGTH
        first = int(rng.integers(0, lengths[song] - count * LENGTH + 1))
        chosen = sorted(rng.permutation(count)[:most])
        plans += [_Plan(song, first + int(i) * LENGTH, -1, 0) for i in chosen]
        for _ in range(round(len(chosen) * varied_share)):
            other = int(rng.choice([s for s in long if parts[s] == parts[song]]))
            start, other_start = (int(rng.integers(0, lengths[s] - LENGTH + 1)) for s in (song, other))
            plans.append(_Plan(song, start, other, other_start))
    return [plans[i] for i in rng.permutation(len(plans))]


def _segment(pictures: Sequence[NDArray[np.floating]], plan: _Plan, rng: np.random.Generator) -> FloatArray:
    own = np.asarray(pictures[plan.song][:, plan.start : plan.start + LENGTH], np.float32)
    if plan.other < 0:
        return own
    other = pictures[plan.other][:, plan.other_start : plan.other_start + LENGTH]
    return varied(own, np.asarray(other, np.float32), rng)


def _ask(teacher: Teacher, segments: FloatArray, folder: Path, number: int) -> None:
    n, bands, _ = segments.shape
    stored = segments.astype(np.float16)
    windows = stored.astype(np.float32).reshape(n, bands, WINDOWS, FRAMES).swapaxes(1, 2)
    heard = teacher(windows.reshape(n * WINDOWS, bands, FRAMES))
    write_array(folder / f"pictures-{number:04d}.npy", stored)
    for kind, values in zip(("tags", "embeddings"), heard, strict=True):
        write_array(folder / f"{kind}-{number:04d}.npy", values.reshape(n, WINDOWS, -1).astype(np.float16))
