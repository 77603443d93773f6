"""What a network is shown: random patches of clips while it learns, all patches in order when it is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mgc_desktop.features.framing import patches
from mgc_desktop.foundation.arrays import FloatArray, IntArray
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training import augment
from mgc_desktop.training.augment import Augmentation
from mgc_desktop.training.datasets.clip import Clip


class Examples(Protocol):
    """Anything that the training loop can learn from."""

    def plan(self, count: int, rng: Generator) -> IntArray:
        """Which items an epoch shows, in order."""
        ...

    def draw(self, index: int, rng: Generator) -> tuple[FloatArray, FloatArray]:
        """One item: the picture and what is to be said of it."""
        ...


@dataclass(frozen=True)
class Pictures:
    """Whole spectrograms with the genre of each, and how patches are cut and prepared: as the program does it.

    Where it is `balanced`, each genre is shown equally often however many clips it has (MagnaTagATune has 29 times as
    many clips of Classical as of Hip-Hop); otherwise each clip is.
    """

    pictures: Sequence[NDArray[np.floating]]
    labels: IntArray
    genres: int
    input: PatchInput
    augmentation: Augmentation = augment.NONE
    balanced: bool = True

    def __len__(self) -> int:
        return len(self.pictures)

    def plan(self, count: int, rng: Generator) -> IntArray:
        """Indices, each genre or each clip equally often."""
        if not self.balanced:
            return rng.integers(0, len(self.labels), count)
        sizes = np.bincount(self.labels, minlength=self.genres)
        weights = 1.0 / sizes[self.labels]
        chosen: IntArray = rng.choice(len(self.labels), size=count, p=weights / weights.sum())
        return chosen

    def draw(self, index: int, rng: Generator) -> tuple[FloatArray, FloatArray]:
        """A random patch of a clip, varied and prepared, and its genres as shares `(genres,)`."""
        share = augment.mixing_share(self.augmentation, rng)
        patch, target = self._crop(index, rng), self._target(index)
        if share < 1:
            other = int(self.plan(1, rng)[0])
            patch = share * patch + (1 - share) * self._crop(other, rng)
            target = share * target + (1 - share) * self._target(other)
        patch = augment.vary(patch, self.augmentation, rng)
        return self.input.prepare(patch[np.newaxis])[0], target.astype(np.float32)

    def windows(self, index: int) -> FloatArray:
        """All patches of a clip in order, prepared, `(n, bands, frames)`."""
        return self.input.prepare(self._cut(index))

    def _cut(self, index: int) -> FloatArray:
        return patches(np.asarray(self.pictures[index], np.float32), self.input.frames, self.input.hop)

    def _crop(self, index: int, rng: Generator) -> FloatArray:
        picture = self.pictures[index]
        frames = self.input.frames
        spare = picture.shape[1] - frames
        if spare <= 0:
            first_patch: FloatArray = self._cut(index)[0]
            return first_patch
        first = int(rng.integers(0, spare + 1))
        crop: FloatArray = np.asarray(picture[:, first : first + frames], np.float32)
        return crop

    def _target(self, index: int) -> FloatArray:
        target: FloatArray = np.zeros(self.genres, np.float32)
        target[self.labels[index]] = 1
        return target


class _Chosen(Sequence[NDArray[np.floating]]):
    """Some of the pictures in a given order, opened one by one."""

    def __init__(self, pictures: Mapping[str, NDArray[np.float16]], ids: Sequence[str]) -> None:
        self._pictures = pictures
        self._ids = ids

    @overload
    def __getitem__(self, index: int) -> NDArray[np.floating]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[NDArray[np.floating]]: ...

    def __getitem__(self, index: int | slice) -> NDArray[np.floating] | Sequence[NDArray[np.floating]]:
        if isinstance(index, slice):
            return _Chosen(self._pictures, self._ids[index])
        return self._pictures[self._ids[index]]

    def __len__(self) -> int:
        return len(self._ids)


def usable(clips: Sequence[Clip], features: Mapping[str, NDArray[np.float16]]) -> list[Clip]:
    """The clips that have both a genre and a picture: those that `labelled_pictures` takes, in this order."""
    return [c for c in clips if c.genre is not None and c.clip_id in features]


def labelled_pictures(
    clips: Sequence[Clip],
    features: Mapping[str, NDArray[np.float16]],
    genres: Sequence[str],
    taken: PatchInput,
    augmentation: Augmentation = augment.NONE,
    *,
    balanced: bool = True,
) -> Pictures:
    """The clips that have both a genre and a picture; `taken`: the patches that the network takes."""
    kept = usable(clips, features)
    labels = np.array([genres.index(c.genre) for c in kept if c.genre is not None], np.int64)
    chosen = _Chosen(features, [c.clip_id for c in kept])
    return Pictures(chosen, labels, len(genres), taken, augmentation, balanced)


def batches(
    examples: Examples, count: int, size: int, seed: tuple[int, int], *, rank: int = 0, world: int = 1
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """The batches of one epoch. `seed` is the run's and the epoch's number.

    Each example draws from a generator of its own, seeded by its place: whichever process takes it, it is the same.
    """
    plan = examples.plan(count, np.random.default_rng(seed))
    for first in range(0, count - size + 1, size):
        places = range(first + rank, first + size, world)
        drawn = [examples.draw(int(plan[i]), np.random.default_rng((*seed, i))) for i in places]
        yield np.stack([x for x, _ in drawn]), np.stack([t for _, t in drawn])
