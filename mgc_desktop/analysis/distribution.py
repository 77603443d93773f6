"""The distribution of the library's songs over genres, folders and decades, and which genres are over-represented.

A song whose file has several genres counts for each of them; the predicted genre is one a song. A genre has "much" or
"little" only if its share is at least 1.5 times the expected one, or at most two thirds of it, and the difference is
significant (two standard deviations of a binomial distribution; at least three songs for "much").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.analysis.columns import SongColumns, gathered, known_genres
from mgc_desktop.analysis.confusion import Table, key_of, others
from mgc_desktop.foundation.arrays import IntArray
from mgc_desktop.inference.genre_tree import Meanings, lenient_vocabulary

_MUCH: Final = 1.5
_FEW: Final = 3  # songs; fewer are never "much"
_FIRST_YEAR, _LAST_YEAR = 1860, 2100  # years outside are typing errors


class Side(Enum):
    """Which genre of a song is meant: the predicted one, or those in its file."""

    PREDICTED = "heard"
    TAGGED = "tagged"


class Weight(Enum):
    """Whether a genre is over- or under-represented."""

    LITTLE = "little"
    USUAL = "usual"
    MUCH = "much"


@dataclass(frozen=True, slots=True)
class Balance:
    """`ratio`: the share divided by the expected one."""

    ratio: float
    weight: Weight


def balance(count: int, total: int, expected: float) -> Balance:
    """Compare `count` of `total` songs with an `expected` share."""
    if total <= 0 or expected <= 0:
        return Balance(1.0, Weight.USUAL)
    ratio = count / total / expected
    surprise = abs(count - total * expected) > 2 * (total * expected * (1 - expected)) ** 0.5
    if surprise and ratio >= _MUCH and count >= _FEW:
        return Balance(ratio, Weight.MUCH)
    return Balance(ratio, Weight.LITTLE if surprise and ratio <= 1 / _MUCH else Weight.USUAL)


@dataclass(frozen=True, slots=True, eq=False)
class GenreSongs:
    """The songs of a genre: ids of those with it in the file, and of those for which it was predicted. `known`: whether
    the model can predict it; others are only names in files."""

    name: str
    known: bool
    tagged: IntArray
    predicted: IntArray

    def songs(self, side: Side) -> IntArray:
        """The ids of one side."""
        return self.predicted if side is Side.PREDICTED else self.tagged


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """A folder or a decade. `counts` `(genres,)`: its songs in each genre of the distribution, by the chosen side;
    `shares`: the shares of the same genres in the entire library."""

    name: str
    detail: str
    ids: IntArray
    genres: tuple[str, ...]
    counts: IntArray
    shares: tuple[float, ...]

    def balances(self) -> list[tuple[str, int, Balance]]:
        """Each genre with its songs here and the comparison with the entire library, the most songs first."""
        total = int(self.counts.sum())
        rows = [
            (genre, int(count), balance(int(count), total, share))
            for genre, count, share in zip(self.genres, self.counts, self.shares, strict=True)
        ]
        return sorted(rows, key=lambda row: -row[1])


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """`genres`: known ones first, each part by descending number of songs. `untagged`, `unsure`, `not_analysed`: ids of
    songs without a genre in the file, analysed without a verdict, not analysed."""

    genres: tuple[GenreSongs, ...]
    untagged: IntArray
    unsure: IntArray
    not_analysed: IntArray
    columns: SongColumns

    @property
    def verdicts(self) -> int:
        """The number of songs with a sure verdict."""
        return sum(len(genre.predicted) for genre in self.genres)

    def against_even(self, genre: GenreSongs) -> Balance:
        """The predicted share of a known genre compared with a uniform distribution."""
        known = sum(one.known for one in self.genres)
        return balance(len(genre.predicted), self.verdicts, 1 / known)

    def table(self) -> Table:
        """The rows of a CSV file, one for each genre."""
        rows: list[tuple[Any, ...]] = [(g.name, len(g.tagged), len(g.predicted)) for g in self.genres]
        rows += [("no genre in the file", len(self.untagged), ""), ("unsure", "", len(self.unsure))]
        rows.append(("not analysed", "", len(self.not_analysed)))
        return ("genre", "in the file", "heard"), rows


def distribution(
    columns: SongColumns, genres: Sequence[str] | None = None, own: Mapping[str, tuple[str, ...]] | None = None
) -> Distribution:
    """Count all songs. `genres`: of the model, by default those in
    use; what else was predicted is added. `own`: the user's names for them."""
    known = known_genres(columns, columns.vocabulary if genres is None else genres)
    meanings = Meanings(lenient_vocabulary(known), own)
    meant = cache(lambda name: next(iter(meanings.of(name)), name))
    labels = [_labels(names, meant) for names in columns.genres]
    sizes = np.bincount(columns.tagged, minlength=len(labels)).tolist()
    names = (*known, *others(((n, size) for part, size in zip(labels, sizes, strict=True) for n in part), known))
    tagged = _by_label(columns, labels, names)
    said = np.array([known.index(name) for name in columns.names], np.int64)
    predicted = np.where(columns.sure, said[columns.predicted] if len(said) else -1, -1)
    predicted_ids = gathered(predicted, columns.ids, len(names))
    rows = [GenreSongs(name, i < len(known), tagged[i], predicted_ids[i]) for i, name in enumerate(names)]
    rows.sort(key=lambda row: (not row.known, -max(len(row.tagged), len(row.predicted))))
    return Distribution(
        tuple(rows),
        columns.ids[~columns.has_genre],
        columns.ids[columns.was_analysed & ~columns.sure],
        columns.ids[~columns.was_analysed],
        columns,
    )


def _labels(genres: Sequence[str], meant: Callable[[str], str]) -> list[str]:
    """The genres for which a list of genres in a file counts, each once."""
    labels = [meant(name) for name in genres]
    return labels if len(labels) < 2 else list({key_of(label): label for label in labels}.values())


def _by_label(columns: SongColumns, labels: Sequence[Sequence[str]], names: Sequence[str]) -> list[IntArray]:
    places = {key_of(name): i for i, name in enumerate(names)}
    place = cache(lambda label: places[key_of(label)])
    numbers = [[place(label) for label in part] for part in labels]
    lengths = np.array([len(part) for part in numbers], np.int64)
    flat = np.array([number for part in numbers for number in part], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    each = lengths[columns.tagged] if len(columns) else lengths[:0]
    song = np.repeat(np.arange(len(columns)), each)
    within = np.arange(len(song)) - np.repeat(np.cumsum(each) - each, each)
    keys = flat[starts[columns.tagged[song]] + within] if len(song) else flat[:0]
    return gathered(keys, columns.ids[song], len(names))


def by_folder(library: Distribution, side: Side) -> list[Division]:
    """The folders of the library, the largest first; see `divided`."""
    columns = library.columns
    sizes = np.bincount(columns.folder, minlength=len(columns.folders)).tolist()
    parts = divided(columns.folders, sizes, columns.roots)
    order = list(dict.fromkeys(parts))
    number = {part: i for i, part in enumerate(order)}
    keys = np.array([number[part] for part in parts], np.int64)[columns.folder]
    made = _parts(library, side, keys, list(zip(short_names(order), map(str, order), strict=True)))
    return sorted(made, key=lambda part: -len(part.ids))


def by_decade(library: Distribution, side: Side) -> list[Division]:
    """The decades of the songs whose year is known, the earliest first."""
    years = library.columns.year
    valid = (years >= _FIRST_YEAR) & (years < _LAST_YEAR)
    decades = np.unique(years[valid] // 10)
    keys = np.where(valid, np.searchsorted(decades, years // 10), -1)
    return _parts(
        library, side, keys, [(f"{10 * decade}s", f"{10 * decade} to {10 * decade + 9}") for decade in decades]
    )


def divided(folders: Sequence[Path], sizes: Sequence[int], roots: Sequence[Path]) -> list[Path]:
    """For each folder, with `sizes` songs in it, the larger folder in which it is counted.

    The larger folders are those that the user added; one with more than half of all songs is divided into its
    subfolders.
    """
    parts = [max((r for r in roots if f.is_relative_to(r)), key=lambda r: len(r.parts), default=f) for f in folders]
    while True:
        totals: Counter[Path] = Counter()
        for part, size in zip(parts, sizes, strict=True):
            totals[part] += size
        large = {part for part, size in totals.items() if 2 * size > totals.total()}
        inner = [i for i, part in enumerate(parts) if part in large and folders[i] != part]
        if not inner:
            return parts
        for i in inner:
            parts[i] /= folders[i].relative_to(parts[i]).parts[0]


def short_names(folders: Sequence[Path]) -> list[str]:
    """The shortest end of each folder's path that distinguishes it from the others: `colobot/music`."""
    lengths = [1] * len(folders)
    while True:
        names = [str(Path(*folder.parts[-n:])) for folder, n in zip(folders, lengths, strict=True)]
        seen = Counter(names)
        longer = [i for i, name in enumerate(names) if seen[name] > 1 and lengths[i] < len(folders[i].parts)]
        if not longer:
            return names
        for i in longer:
            lengths[i] += 1


def _parts(library: Distribution, side: Side, keys: IntArray, names: Sequence[tuple[str, str]]) -> list[Division]:
    genres = tuple(genre.name for genre in library.genres if len(genre.songs(side)))
    sizes = [len(genre.songs(side)) for genre in library.genres if len(genre.songs(side))]
    shares = tuple(size / sum(sizes) for size in sizes)
    place = _places(library.columns.ids)
    counts = np.zeros((len(names), len(genres)), np.int64)
    chosen = (genre for genre in library.genres if len(genre.songs(side)))
    for column, genre in enumerate(chosen):
        where = keys[place(genre.songs(side))]
        counts[:, column] = np.bincount(where[where >= 0], minlength=len(names))
    members = gathered(keys, library.columns.ids, len(names))
    return [Division(*name, members[i], genres, counts[i], shares) for i, name in enumerate(names)]


def _places(ids: IntArray) -> Callable[[IntArray], IntArray]:
    """A function from song ids to their positions in the columns."""
    order = np.argsort(ids)
    ranked = ids[order]
    return lambda wanted: order[np.searchsorted(ranked, wanted)]
