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
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore

K = TypeVar("K", bound=Hashable)

NOT_ANALYSED: Final = -1

# The song's state says whether its verdict is sure, except for songs that are waiting, stale or written: only for these
# the analysis is looked up.
_SELECT: Final = f"""
SELECT song.id, song.genres, song.heard, song.confidence, song.folder, coalesce(song.year, 0), song.state,
    CASE song.state
        WHEN '{State.UNSURE}' THEN 0 WHEN '{State.NONE}' THEN 0
        WHEN '{State.DIFFERS}' THEN 1 WHEN '{State.TO_WRITE}' THEN 1 WHEN '{State.AGREES}' THEN 1
        ELSE EXISTS (
            SELECT 1 FROM analysis WHERE analysis.checksum = song.checksum
            AND analysis.model || '@' || analysis.version = song.model AND analysis.genre IS NOT NULL)
            OR EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)
    END
FROM song NOT INDEXED
"""


@dataclass(frozen=True, slots=True, eq=False)
class SongColumns:
    """One entry for each of `n` songs.

    `ids` `(n,)`. `tagged` `(n,)`: index into `genres`, the lists of genres in the files. `predicted` `(n,)`: index into
    `names`, `NOT_ANALYSED` without a prediction; `sure` `(n,)`: whether the prediction is a verdict; `confidence`
    `(n,)`, 0..1, 0 without a prediction. `folder` `(n,)`: index into `folders`. `year` `(n,)`: 0 if unknown. `written`
    `(n,)`: whether this program wrote the genre. `roots`: the folders that the user added.
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
    """All songs. 100,000 of them take some tenths of a second: do not call this on the GUI thread."""
    rows = store.select(_SELECT)
    ids, genres, predicted, confidence, folder, year, state, sure = zip(*rows, strict=True) if rows else ((),) * 8
    tagged, texts = codes(genres)
    names_code, names = codes(predicted)
    if None in names:  # not analysed: no name, and no verdict
        none = names.index(None)
        names_code = np.where(names_code == none, NOT_ANALYSED, names_code - (names_code > none))
        names = [name for name in names if name is not None]
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
    )


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
