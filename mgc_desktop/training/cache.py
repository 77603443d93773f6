"""Spectrograms on disk: one memory-mapped file a clip, named by what was heard and how.

The name holds the audio's content, the stretch and the configuration, so nothing stale is ever read, the same song
in two data sets is computed once, and a run that was killed goes on where it stopped. Files appear complete or not
at all.
"""

from __future__ import annotations

import errno
import hashlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.training.datasets.clip import Clip, Skipped, digest
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation, extract

Progress = Callable[[int, int, float], None]  # done, of how many, seconds to go


@dataclass(frozen=True)
class FeatureCache:
    """The spectrograms of one representation in a folder. Values are float16: 0.06 dB at worst."""

    folder: Path
    representation: Representation

    def path(self, clip: Clip) -> Path:
        """Where the clip's picture is, or will be."""
        stretch = f"{digest(clip.path)} {clip.start:.3f} {clip.end}"
        name = hashlib.sha256(stretch.encode()).hexdigest()[:32]
        return self.folder / self.representation.key / name[:2] / f"{name}.npy"

    def load(self, clip: Clip) -> NDArray[np.float16]:
        """The picture, `(bands, frames)`, memory-mapped; KeyError if it was not computed."""
        path = self.path(clip)
        if not path.is_file():
            raise KeyError(clip.clip_id)
        return _open(path)

    def fill(
        self, clips: Iterable[Clip], *, workers: int = 1, progress: Progress | None = None
    ) -> tuple[dict[str, NDArray[np.float16]], tuple[Skipped, ...]]:
        """Compute what is missing: the pictures by clip id, and the clips that could not be computed.

        Raises TrainingError when the disk is full; what was done until then stays.
        """
        paths = {clip.clip_id: (clip, self.path(clip)) for clip in clips}
        missing = [(clip, path) for clip, path in paths.values() if not path.is_file()]
        skipped: list[Skipped] = []
        begun = time.monotonic()
        for done, fault in enumerate(self._compute(missing, workers), start=1):
            if fault is not None:
                skipped.append(fault)
            if progress is not None:
                progress(done, len(missing), (time.monotonic() - begun) / done * (len(missing) - done))
        return {name: _open(path) for name, (_, path) in paths.items() if path.is_file()}, tuple(skipped)

    def _compute(self, missing: list[tuple[Clip, Path]], workers: int) -> Iterable[Skipped | None]:
        if workers <= 1:
            yield from (_store(clip, path, self.representation) for clip, path in missing)
            return
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_store, clip, path, self.representation) for clip, path in missing]
            try:
                for job in as_completed(jobs):
                    yield job.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _open(path: Path) -> NDArray[np.float16]:
    try:
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]
    except (ValueError, OSError) as error:
        raise TrainingError("This file of the cache is damaged. Delete it to compute it again.", path=path) from error


def _store(clip: Clip, path: Path, representation: Representation) -> Skipped | None:
    """Compute one picture and keep it; a fault of the clip is returned, a fault of the disk raised."""
    try:
        picture = extract(clip.path, representation, clip.start, clip.end)
    except MgcError as error:
        return Skipped(clip.clip_id, error.message)
    write_array(path, picture.astype(np.float16))
    return None


def write_array(path: Path, values: NDArray[np.generic]) -> None:
    """Save an array so that it is there complete or not at all; TrainingError when the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durability=Durability.BUFFERED) as unfinished, unfinished.open("wb") as file:
            np.save(file, values)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TrainingError(
                "The disk is full. Free some space, or choose another folder with --cache; what was computed stays.",
                path=path.parent,
            ) from error
        raise TrainingError(f"The cache cannot be written: {error.strerror}.", path=path.parent) from error
