"""All songs of the library as columns: read from the database in one pass, then counted in numpy."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import IntArray
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.vocabularies import LARGE, broad_genre
from mgc_desktop.library.bulk_queries import column_rows, latest_genres
from mgc_desktop.library.rows import names_in
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore

K = TypeVar("K", bound=Hashable)

NOT_ANALYSED: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class SongColumns:
    """One entry for each of `n` songs.

    `ids` `(n,)`. `tagged` `(n,)`: index into `genres`, the lists of genres that files have. `heard` `(n,)`: index into
    `names`, `UNHEARD` where nothing was; `sure` `(n,)`: whether that is a verdict; `confidence` `(n,)`, 0..1, 0 where
    nothing was heard. `folder` `(n,)`: index into `folders`. `year` `(n,)`: 0 where unknown. `written` `(n,)`: whether
    this program wrote the genre. `roots`: the folders that the user added.
    `vocabulary`: the genres that the verdicts in use could be; of a large vocabulary the broad ones, as in `names`.
    """

    ids: IntArray
    tagged: IntArray
    genres: tuple[tuple[str, ...], ...]
    predicted: IntArray
    names: tuple[str, ...]
    sure: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    folder: IntArray
    folders: tuple[Path, ...]
    year: IntArray
    written: NDArray[np.bool_]
    roots: tuple[Path, ...] = ()
    vocabulary: tuple[str, ...] = REPORT_GENRES

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def has_genre(self) -> NDArray[np.bool_]:
        """`(n,)`: whether the file has a genre."""
        filled = np.array([bool(genres) for genres in self.genres], bool)
        return filled[self.tagged] if len(filled) else np.zeros(0, bool)

    @property
    def was_analysed(self) -> NDArray[np.bool_]:
        """`(n,)`: whether the song was analysed, sure or not."""
        predicted: NDArray[np.bool_] = self.predicted != NOT_ANALYSED
        return predicted


def read_columns(store: LibraryStore) -> SongColumns:
    """All songs, 100,000 of them in some tenths of a second: not for the thread of the window."""
    rows = column_rows(store)
    ids, genres, predicted, confidence, folder, year, state, sure = zip(*rows, strict=True) if rows else ((),) * 8
    tagged, texts = codes(genres)
    names_code, names = codes(predicted)
    if None in names:  # not analysed: no name, and no verdict
        none = names.index(None)
        names_code = np.where(names_code == none, NOT_ANALYSED, names_code - (names_code > none))
        names = [name for name in names if name is not None]
    broad, names = codes(broad_genre(str(name)) for name in names)
    names_code = np.where(names_code == NOT_ANALYSED, NOT_ANALYSED, broad[names_code] if len(broad) else names_code)
    folder_code, folders = codes(folder)
    return SongColumns(
        ids=np.array(ids, np.int64),
        tagged=tagged,
        genres=tuple(tuple(json.loads(text)) for text in texts),
        predicted=names_code,
        names=tuple(names),
        sure=np.array(sure, bool) & (names_code != NOT_ANALYSED),
        confidence=np.array([c or 0.0 for c in confidence], np.float32),
        folder=folder_code,
        folders=tuple(Path(os.fsdecode(path)) for path in folders),
        year=np.array(year, np.int64),
        written=np.array([s == State.WRITTEN for s in state], bool),
        roots=tuple(store.folders()),
        vocabulary=vocabulary_in_use(store),
    )


def vocabulary_in_use(store: LibraryStore) -> tuple[str, ...]:
    """The genres of the verdict that was given last, the report's where there is none."""
    for vocabulary, genres in latest_genres(store):
        names = REPORT_GENRES if genres is None else tuple(names_in(genres))
        found = store.vocabulary(vocabulary or "", names)
        return found.broad_names if len(found) > LARGE else tuple(names)
    return REPORT_GENRES


def codes(values: Iterable[K]) -> tuple[IntArray, list[K]]:
    """The index of each value in the list of different values, and that list in the order of first occurrence."""
    numbers: dict[K, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]
    return np.array(found, np.int64), list(numbers)


def gathered(keys: IntArray, values: NDArray[Any], groups: int) -> list[NDArray[Any]]:
    """The values of each key 0..groups-1, in their order; values of other keys are left out."""
    order = np.argsort(keys, kind="stable")
    edges = np.searchsorted(keys[order], np.arange(groups + 1))
    return [values[order[a:b]] for a, b in itertools.pairwise(edges)]


def known_genres(columns: SongColumns, first: Sequence[str]) -> tuple[str, ...]:
    """`first` in their order, then the other predicted genres (of user heads), the most frequent first."""
    counts = np.bincount(columns.predicted[columns.was_analysed], minlength=len(columns.names))
    more = [columns.names[i] for i in np.argsort(-counts, kind="stable") if columns.names[i] not in first]
    return (*first, *more)
