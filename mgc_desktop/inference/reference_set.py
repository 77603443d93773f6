"""The reference songs of a model: free music that is the background when a genre of a user is fitted.

A user labels a few songs of a genre. All other music shows what the genre is not; if the user's library is small, the
reference songs stand in for it. Only their predictions and embeddings are stored, not the music.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.foundation.atomic_write import replacing
from mgc_desktop.inference.jsonfile import WAY_OUT, read_bytes
from mgc_desktop.inference.npzfile import read_arrays

FILE_NAME: Final = "memory.npz"
_TINY: Final = np.float32(1e-37)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSet:
    """`n` songs: `probabilities` `(n, genres)` under the bundled head, `embedding` `(n, E)`.

    `rows` `(n,)`: the row of each song in the list of free music (`training/data/free_music.tsv`), counted from 0.
    """

    probabilities: FloatArray
    embedding: FloatArray
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def save(self, path: Path) -> None:
        """Write the set; numbers have 16 bits each, and probabilities are stored as logarithms."""
        logs = np.log(np.maximum(self.probabilities, _TINY))
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(
                file,
                log_probabilities=logs.astype(np.float16),
                embedding=self.embedding.astype(np.float16),
                rows=self.rows.astype(np.uint16),
            )

    @classmethod
    def load(cls, folder: Path) -> ReferenceSet:
        """The set of the model in `folder`; raises ModelError if it is missing or damaged."""
        path = folder / FILE_NAME
        try:
            values = read_arrays(read_bytes(path))
            logs = values["log_probabilities"].astype(np.float32)
            embedding = values["embedding"].astype(np.float32)
            rows = values["rows"].astype(np.int64)
        except (ModelError, TypeError, ValueError, KeyError) as error:
            raise ModelError(f"The model's reference songs are missing or damaged. {WAY_OUT}", path=path) from error
        if logs.ndim != 2 or embedding.ndim != 2 or not len(logs) == len(embedding) == len(rows):
            raise ModelError(f"The model's reference songs are damaged. {WAY_OUT}", path=path)
        probabilities = np.exp(logs)
        return cls(probabilities / probabilities.sum(axis=1, keepdims=True), embedding, rows)
