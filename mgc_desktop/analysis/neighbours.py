"""More like this: the songs whose embeddings point the same way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """`songs` `(k,)`: row numbers, the most alike first; `distances` `(k,)`: 0 the same, 1 nothing in common, 2 the
    opposite (1 - cosine)."""

    songs: NDArray[np.intp]
    distances: FloatArray


class Neighbours:
    """Compares songs by the angle between their embeddings, each number of which has mean 0 and spread 1."""

    def __init__(self, standard: FloatArray) -> None:
        """`(n, E)`."""
        lengths = np.sqrt(np.einsum("ij,ij->i", standard, standard))[:, np.newaxis]
        self._rows: FloatArray = standard / np.maximum(lengths, 1e-9)

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, song: int, count: int) -> Alike:
        """The `count` songs that are most like the one in row `song`, or as many as there are."""
        distances = 1 - self._rows @ self._rows[song]
        distances[song] = np.inf
        count = min(count, len(distances) - 1)
        if count <= 0:
            return Alike(np.zeros(0, np.intp), np.zeros(0, np.float32))
        found = np.argpartition(distances, count - 1)[:count]
        found = found[np.argsort(distances[found], kind="stable")]
        return Alike(found, np.maximum(distances[found], 0).astype(np.float32))
