"""Similar songs: nearest neighbours by the cosine of embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NearestSongs:
    """`songs` `(k,)`: row numbers, the most similar first; `distances` `(k,)`: cosine distance (1 - cosine), 0 the same
    direction, 2 the opposite."""

    songs: NDArray[np.intp]
    distances: FloatArray


class Neighbours:
    """Compares songs by the cosine of their standardised embeddings."""

    def __init__(self, standard: FloatArray) -> None:
        """`standard`: `(n, E)` embeddings with mean 0 and standard deviation 1."""
        lengths = np.sqrt(np.einsum("ij,ij->i", standard, standard))[:, np.newaxis]
        self._rows: FloatArray = standard / np.maximum(lengths, 1e-9)

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, song: int, count: int) -> NearestSongs:
        """The `count` songs that are most similar to the one in row `song`, or fewer if there are fewer."""
        distances = 1 - self._rows @ self._rows[song]
        distances[song] = np.inf
        count = min(count, len(distances) - 1)
        if count <= 0:
            return NearestSongs(np.zeros(0, np.intp), np.zeros(0, np.float32))
        found = np.argpartition(distances, count - 1)[:count]
        found = found[np.argsort(distances[found], kind="stable")]
        return NearestSongs(found, np.maximum(distances[found], 0).astype(np.float32))
