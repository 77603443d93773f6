"""Maps of the embeddings of a model that brings none, such as an imported one: PCA of the user's own songs.

Fitted when the library is read. The map stays as it is while the program runs; the next start fits it anew to the songs
that there are then. LDA and UMAP are not fitted here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.projection import DIMENSIONS, Method, Projection, ProjectionSet
from mgc_desktop.library.bulk_queries import embedding_blobs
from mgc_desktop.library.store import LibraryStore

LEAST_SONGS: Final = 4
_MOST_SONGS: Final = 20_000
_LEAST_SPREAD: Final = 1e-6
FITTED_ON: Final = "the songs of this library"


def fit_projections(store: LibraryStore, model: str, embedding: int) -> ProjectionSet | None:
    """PCA of what a model heard in the library, `embedding` numbers a song; None for too few songs, or all alike."""
    blobs = embedding_blobs(store, model, embedding, _MOST_SONGS)
    if len(blobs) < LEAST_SONGS:
        return None
    return pca_of(np.frombuffer(b"".join(blobs), "<f4").reshape(len(blobs), embedding))


def pca_of(embeddings: FloatArray) -> ProjectionSet | None:
    """Of `(n, E)` embeddings, so that all lie in a square or cube of side 1; None where they do not differ."""
    if not np.isfinite(embeddings).all():
        return None
    mean = embeddings.mean(axis=0, dtype=np.float64)
    spread = np.maximum(embeddings.std(axis=0, dtype=np.float64), _LEAST_SPREAD)
    standard = (embeddings - mean) / spread
    if standard.shape[1] < max(DIMENSIONS) or not np.abs(standard).max() > _LEAST_SPREAD:
        return None
    axes = _axes(standard, max(DIMENSIONS))
    places = standard @ axes.T
    lowest, highest = places.min(axis=0), places.max(axis=0)
    scale = 1.0 / (highest - lowest).max()
    weights, biases = axes * scale, 0.5 - scale * (lowest + highest) / 2
    maps: dict[tuple[Method, int], Projection] = {
        ("pca", count): Projection("pca", (weights[:count],), (biases[:count],)) for count in DIMENSIONS
    }
    return ProjectionSet(mean, spread, maps, FITTED_ON)


def _axes(standard: FloatArray, count: int) -> FloatArray:
    """The directions `(count, E)` in which the rows differ most, each turned so that its largest number is above 0."""
    n, width = standard.shape
    if n < width:  # by the smaller of the two matrices of products
        values, vectors = np.linalg.eigh(standard @ standard.T)
        found = (vectors[:, ::-1][:, :count].T @ standard) / np.sqrt(
            np.maximum(values[::-1][:count, np.newaxis], _LEAST_SPREAD)
        )
    else:
        found = np.linalg.eigh(standard.T @ standard)[1][:, ::-1][:, :count].T
    largest = np.take_along_axis(found, np.abs(found).argmax(axis=1)[:, np.newaxis], axis=1)
    turned: FloatArray = found * np.where(largest < 0, -1.0, 1.0)
    return turned
