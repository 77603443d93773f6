"""The genre in the file against the predicted genre, for all songs that have both: a way to find wrong tags.

A song counts once, even if its file has several genres: in the row of the genre that agrees with the prediction, else
in that of the first known genre, else in that of the first genre. Names are compared as for the library's states
"agrees" and "differs"; a name that is not a known genre has a row of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.analysis.columns import SongColumns, gathered, known_genres
from mgc_desktop.foundation.arrays import IntArray
from mgc_desktop.inference.genre_tree import Meanings, lenient_vocabulary
from mgc_desktop.library.verdict import plain

UNSURE: Final = "unsure"  # the last column: analysed, without a verdict

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


class Share(Enum):
    """The unit of a matrix: counts, or shares of the row or column."""

    COUNTS = "counts"
    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """`counts` `(rows, columns)`. The first `known` rows and columns are the same genres, so their diagonal agrees."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: IntArray
    known: int

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return int(self.counts.sum())

    @property
    def agreeing(self) -> int:
        """The sum of the diagonal."""
        return int(self.counts[: self.known, : self.known].trace())

    def values(self, share: Share) -> NDArray[np.float64]:
        """The counts, or each as a share 0..1 of its row or column; 0 for an empty row or column."""
        if share is Share.COUNTS:
            return self.counts.astype(np.float64)
        sums = self.counts.sum(axis=1 if share is Share.ROWS else 0, keepdims=True)
        shares: NDArray[np.float64] = self.counts / np.maximum(sums, 1)
        return shares

    def table(self, share: Share = Share.COUNTS) -> Table:
        """The rows of a CSV file, one for each row of the matrix."""
        values = self.counts if share is Share.COUNTS else self.values(share).round(4)
        body = [(name, *row) for name, row in zip(self.rows, values.tolist(), strict=True)]
        return ("in the file / heard", *self.columns), body


@dataclass(frozen=True, slots=True, eq=False)
class LibraryConfusion:
    """The matrix of the library. `songs`: the ids of a cell. `written`: how many songs got their genre from this
    program, and so agree. `predicted`, `tagged`: how many of all `songs_in_all` were analysed, and have a
    genre in the file."""

    matrix: Matrix
    cells: tuple[IntArray, ...]
    written: int
    songs_in_all: int
    predicted: int
    tagged: int

    def songs(self, row: int, column: int) -> IntArray:
        """The ids of a cell's songs, the highest confidence first: off the diagonal, the most likely wrong tags."""
        return self.cells[row * len(self.matrix.columns) + column]

    def largest_difference(self) -> tuple[int, int] | None:
        """The cell off the diagonal with the most songs, except "unsure"; None if there is none."""
        counts = self.matrix.counts[:, :-1].copy()
        known = np.arange(self.matrix.known)
        counts[known, known] = 0
        if not counts.any():
            return None
        row, column = np.unravel_index(int(counts.argmax()), counts.shape)
        return int(row), int(column)


def confusion(
    columns: SongColumns, genres: Sequence[str] | None = None, own: Mapping[str, tuple[str, ...]] | None = None
) -> LibraryConfusion:
    """Count all songs that have a genre and were analysed. `genres`: of the model, by default those of the vocabulary
    in use; what else was predicted is added.
    `own`: the user's names for them."""
    known = known_genres(columns, columns.vocabulary if genres is None else genres)
    both = columns.has_genre & columns.was_analysed
    predicted = np.where(columns.sure, columns.predicted, len(columns.names))[both]
    pairs, pair_of = np.unique(columns.tagged[both] * (len(columns.names) + 1) + predicted, return_inverse=True)
    tagged, said = np.divmod(pairs, len(columns.names) + 1)
    names = (*columns.names, None)
    meanings = Meanings(lenient_vocabulary(known), own)
    labels = [_row(columns.genres[t], names[h], meanings) for t, h in zip(tagged, said, strict=True)]
    sizes = np.bincount(pair_of, minlength=len(pairs))
    rows = (*known, *others(zip(labels, sizes.tolist(), strict=True), known))
    places = {key_of(name): i for i, name in enumerate(rows)}
    key = cache(key_of)
    row = np.array([places[key(label)] for label in labels], np.int64)
    column = np.array([len(known) if names[h] is None else known.index(names[h]) for h in said], np.int64)
    width = len(known) + 1
    cell = (row * width + column)[pair_of] if len(pairs) else np.zeros(0, np.int64)
    surest = np.argsort(-columns.confidence[both], kind="stable")
    cells = gathered(cell[surest], columns.ids[both][surest], len(rows) * width)
    counts = np.array([len(ids) for ids in cells], np.int64).reshape(len(rows), width)
    return LibraryConfusion(
        Matrix(rows, (*known, UNSURE), counts, len(known)),
        tuple(cells),
        int((columns.written & both).sum()),
        len(columns),
        int(columns.was_analysed.sum()),
        int(columns.has_genre.sum()),
    )


def _row(genres: Sequence[str], predicted: str | None, meanings: Meanings) -> str:
    """The row in which a song with these genres counts."""
    found = [meaning for name in genres for meaning in meanings.of(name)]
    if predicted in found or (predicted and any(meanings.agree(name, predicted) for name in genres)):
        return predicted or ""
    return found[0] if found else genres[0]


def others(labels: Iterable[tuple[str, int]], known: Sequence[str]) -> list[str]:
    """The names that are not a known genre, from pairs of name and number of songs: in their most frequent spelling,
    the most frequent first."""
    spellings: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    for label, size in labels:
        sizes[label] += size
    for label, size in sizes.items():
        spellings.setdefault(key_of(label), Counter())[label] = size
    for name in known:
        spellings.pop(key_of(name), None)
    usual = [(found.total(), found.most_common(1)[0][0]) for found in spellings.values()]
    return [name for _, name in sorted(usual, key=lambda item: (-item[0], item[1].casefold()))]


def key_of(name: str) -> str:
    """The key of a name: equal for spellings that differ only in case and signs."""
    return plain(name) or name
