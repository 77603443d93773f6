"""Spectrograms on disk: one memory-mapped file a clip, named by its sound and how it was computed.

The name holds a checksum of the sound (without tags), the stretch and the configuration, so nothing stale is ever
read, new tags compute nothing again, the same song in two data sets is computed once, and a run that was killed goes
on where it stopped. Files appear complete or not at all; one that is damaged all the same is computed again.
"""

from __future__ import annotations

import errno
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.training.datasets.clip import Clip, Skipped, sound_digest
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation, extract

Progress = Callable[[int, int, float], None]  # done, of how many, seconds to go


Pictures = Mapping[str, NDArray[np.float16]]


class StoredPictures(Pictures):
    """Pictures by clip id, opened when they are asked for: a system keeps only some hundreds of files open at once."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = dict(paths)

    def __getitem__(self, clip_id: str) -> NDArray[np.float16]:
        found = _open(self._paths[clip_id])
        if found is None:
            raise TrainingError(
                "This file of the cache was damaged or removed meanwhile. Run the same command again.",
                path=self._paths[clip_id],
            )
        return found

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@dataclass(frozen=True)
class FeatureCache:
    """The spectrograms of one representation in a folder. Values are float16: 0.06 dB at worst."""

    folder: Path
    representation: Representation

    def path(self, clip: Clip) -> Path:
        """Where the clip's picture is, or will be."""
        stretch = f"{sound_digest(clip.path)} {clip.start:.3f} {clip.end}"
        name = hashlib.sha256(stretch.encode()).hexdigest()[:32]
        return self.folder / self.representation.key / name[:2] / f"{name}.npy"

    def load(self, clip: Clip) -> NDArray[np.float16]:
        """The picture, `(bands, frames)`, memory-mapped; KeyError if it was not computed or is damaged."""
        found = _open(self.path(clip))
        if found is None:
            raise KeyError(clip.clip_id)
        return found

    def fill(
        self, clips: Iterable[Clip], *, workers: int = 1, progress: Progress | None = None
    ) -> tuple[Pictures, tuple[Skipped, ...]]:
        """Compute what is missing: the pictures by clip id, and the clips that could not be computed.

        Raises TrainingError when the disk is full; what was done until then stays.
        """
        check_folder(self.folder)
        skipped: list[Skipped] = []
        paths: dict[str, tuple[Clip, Path]] = {}
        for clip in clips:
            try:
                paths[clip.clip_id] = clip, self.path(clip)
            except OSError as error:
                skipped.append(Skipped(clip.clip_id, f"the file cannot be read ({error.strerror})"))
        missing = [(clip, path) for clip, path in paths.values() if _open(path) is None]
        begun = time.monotonic()
        for done, fault in enumerate(self._compute(missing, workers), start=1):
            if fault is not None:
                skipped.append(fault)
            if progress is not None:
                progress(done, len(missing), (time.monotonic() - begun) / done * (len(missing) - done))
        computed = {name: path for name, (_, path) in paths.items() if _open(path) is not None}
        return StoredPictures(computed), tuple(skipped)

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


def check_folder(folder: Path) -> None:
    """TrainingError if the cache cannot be a folder there; nothing is made."""
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise TrainingError("The cache must be a folder, and this is a file. Choose another --cache.", path=there)


def _open(path: Path) -> NDArray[np.float16] | None:
    """A file of the cache, memory-mapped; None if it is missing or damaged, so that it is computed again."""
    try:
        found: NDArray[np.float16] = np.load(path, mmap_mode="r")
    except (ValueError, OSError, EOFError):
        return None
    return found if found.ndim == 2 and found.dtype == np.float16 else None


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
