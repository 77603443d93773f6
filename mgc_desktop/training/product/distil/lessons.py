"""The corpus as examples for the training loop, and the loss that pulls a network towards the backbone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mgc_desktop.foundation.arrays import FloatArray, IntArray
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training import augment
from mgc_desktop.training.augment import Augmentation
from mgc_desktop.training.inputs import FRAMES, WINDOWS
from mgc_desktop.training.product.distil.corpus import Corpus
from mgc_desktop.training.product.pretrained import Heard

_TAG_LIMIT: Final = 5.0  # logits; a tag that is surely absent need not be absent by the same amount


@dataclass(frozen=True)
class Lessons:
    """Windows of some of the corpus' segments: a patch, and the genres, tags and embedding to be said of it.

    `genres` `(n, 4, 10)`: the teacher's shares for each window of the whole corpus. `segments`: the ones to use.
    Sampling evens out the genres that the teacher hears, as far as the square root: there is little Hip-Hop and Jazz in
    game music, and showing the few pieces 50 times as often would only teach those pieces.
    """

    corpus: Corpus
    genres: FloatArray
    segments: IntArray
    input: PatchInput
    augmentation: Augmentation = augment.NONE

    def __len__(self) -> int:
        return len(self.segments)

    def plan(self, count: int, rng: Generator) -> IntArray:
        """Which segments an epoch shows."""
        heard = self.genres[self.segments].mean(axis=1)
        weights = heard @ (1 / np.sqrt(heard.mean(axis=0) + 1e-3))
        return self.segments[rng.choice(len(self.segments), size=count, p=weights / weights.sum())]

    def draw(self, index: int, rng: Generator) -> tuple[FloatArray, FloatArray]:
        """One prepared window, and genres, tags and embedding in one row."""
        window = int(rng.integers(WINDOWS))
        patch = self.corpus.picture(index)[:, window * FRAMES : (window + 1) * FRAMES]
        said = (self.genres[index, window], self.corpus.tags[index, window], self.corpus.embeddings[index, window])
        patch = self.input.prepare(augment.mask(patch, self.augmentation, rng)[np.newaxis])[0]
        return patch, np.concatenate(said).astype(np.float32)


@dataclass(frozen=True)
class Imitation:
    """The loss: cross-entropy of the genres, squared distance of tag logits and of (standardised) embeddings."""

    genres: int
    tags: int
    spread: Tensor  # (units,) standard deviation of each number of the embedding
    tag_weight: float = 0.3
    embedding_weight: float = 0.3

    def __call__(self, heard: Heard, said: Tensor) -> Tensor:
        """Between a network's answers and rows of `Lessons.draw`."""
        genres = said[:, : self.genres]
        tags = said[:, self.genres : self.genres + self.tags]
        units = said[:, self.genres + self.tags :]
        verdict = -(genres * functional.log_softmax(heard.logits, dim=1)).sum(dim=1).mean()
        tag_error = (_limited(heard.tags) - _limited(tags)).square().mean()
        unit_error = ((heard.embedding - units) / self.spread).square().mean()
        return verdict + self.tag_weight * tag_error + self.embedding_weight * unit_error


def _limited(logits: Tensor) -> Tensor:
    return _TAG_LIMIT * torch.tanh(logits / _TAG_LIMIT)


def spread(corpus: Corpus) -> Tensor:
    """The standard deviation of each number of the embeddings, for `Imitation`."""
    values: NDArray[np.float32] = corpus.embeddings.reshape(-1, corpus.embeddings.shape[2]).astype(np.float32)
    return torch.from_numpy(np.maximum(values.std(axis=0), 1e-3))
