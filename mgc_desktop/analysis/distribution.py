"""How the songs of the library spread over genres, folders and decades, and what there is much or little of.

A song whose file has several genres counts for each of them; what was heard is one genre a song. "Much" and "little"
are said only where the share is 1.5 times what was to be expected, or two thirds of it, and chance would hardly do it
(two standard deviations of as many draws; three songs at least for "much").
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
_FEW: Final = 3  # songs, below which nothing is much
_FIRST_YEAR, _LAST_YEAR = 1860, 2100  # what stands outside is a slip of whoever typed it


class Side(Enum):
    """Which genre of a song is meant: the heard one, or those in its file."""

    PREDICTED = "heard"
    TAGGED = "tagged"


class Weight(Enum):
    """Whether there is more of something than was to be expected."""

    LITTLE = "little"
    USUAL = "usual"
    MUCH = "much"


@dataclass(frozen=True, slots=True)
class Balance:
    """`ratio`: the share beside the expected one."""

    ratio: float
    weight: Weight


def balance(count: int, total: int, expected: float) -> Balance:
    """`count` of `total` songs beside an `expected` share."""
    if total <= 0 or expected <= 0:
        return Balance(1.0, Weight.USUAL)
    ratio = count / total / expected
    surprise = abs(count - total * expected) > 2 * (total * expected * (1 - expected)) ** 0.5
    if surprise and ratio >= _MUCH and count >= _FEW:
        return Balance(ratio, Weight.MUCH)
    return Balance(ratio, Weight.LITTLE if surprise and ratio <= 1 / _MUCH else Weight.USUAL)


@dataclass(frozen=True, slots=True, eq=False)
class GenreSongs:
    """The songs of a genre: ids of those whose file says so, and of those heard so. `known`: one that is listened
    for; others are only names in files."""

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
    `shares`: the same genres' shares in the whole library."""

    name: str
    detail: str
    ids: IntArray
    genres: tuple[str, ...]
    counts: IntArray
    shares: tuple[float, ...]

    def balances(self) -> list[tuple[str, int, Balance]]:
        """Each genre with its songs here and how that compares with the whole library, the most songs first."""
        total = int(self.counts.sum())
        rows = [
            (genre, int(count), balance(int(count), total, share))
            for genre, count, share in zip(self.genres, self.counts, self.shares, strict=True)
        ]
        return sorted(rows, key=lambda row: -row[1])


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """`genres`: known ones first, each part by falling number of songs. `untagged`, `unsure`, `unheard`: ids of songs
    without a genre in the file, listened to without a verdict, not listened to."""

    genres: tuple[GenreSongs, ...]
    untagged: IntArray
    unsure: IntArray
    not_analysed: IntArray
    columns: SongColumns

    @property
    def verdicts(self) -> int:
        """How many songs have a sure verdict."""
        return sum(len(genre.predicted) for genre in self.genres)

    def against_even(self, genre: GenreSongs) -> Balance:
        """The heard share of a known genre beside an even one."""
        known = sum(one.known for one in self.genres)
        return balance(len(genre.predicted), self.verdicts, 1 / known)

    def table(self) -> Table:
        """For a CSV file: a genre a row."""
        rows: list[tuple[Any, ...]] = [(g.name, len(g.tagged), len(g.predicted)) for g in self.genres]
        rows += [("no genre in the file", len(self.untagged), ""), ("unsure", "", len(self.unsure))]
        rows.append(("not listened to", "", len(self.not_analysed)))
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
    by_ear = gathered(predicted, columns.ids, len(names))
    rows = [GenreSongs(name, i < len(known), tagged[i], by_ear[i]) for i, name in enumerate(names)]
    rows.sort(key=lambda row: (not row.known, -max(len(row.tagged), len(row.predicted))))
    return Distribution(
        tuple(rows),
        columns.ids[~columns.has_genre],
        columns.ids[columns.was_analysed & ~columns.sure],
        columns.ids[~columns.was_analysed],
        columns,
    )


def _labels(genres: Sequence[str], meant: Callable[[str], str]) -> list[str]:
    """What a list of genres in a file counts for, each once."""
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


def by_folder(whole: Distribution, side: Side) -> list[Division]:
    """The folders of the library, the largest first; see `divided`."""
    columns = whole.columns
    sizes = np.bincount(columns.folder, minlength=len(columns.folders)).tolist()
    parts = divided(columns.folders, sizes, columns.roots)
    order = list(dict.fromkeys(parts))
    number = {part: i for i, part in enumerate(order)}
    keys = np.array([number[part] for part in parts], np.int64)[columns.folder]
    made = _parts(whole, side, keys, list(zip(short_names(order), map(str, order), strict=True)))
    return sorted(made, key=lambda part: -len(part.ids))


def by_decade(whole: Distribution, side: Side) -> list[Division]:
    """The decades of the songs whose year is known, the earliest first."""
    years = whole.columns.year
    valid = (years >= _FIRST_YEAR) & (years < _LAST_YEAR)
    decades = np.unique(years[valid] // 10)
    keys = np.where(valid, np.searchsorted(decades, years // 10), -1)
    return _parts(whole, side, keys, [(f"{10 * decade}s", f"{10 * decade} to {10 * decade + 9}") for decade in decades])


def divided(folders: Sequence[Path], sizes: Sequence[int], roots: Sequence[Path]) -> list[Path]:
    """For each folder, with `sizes` songs in it, the larger folder that it is counted in.

    First those that the user added; one that holds more than half of all songs is divided into the folders in it.
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
    """As many of the last parts of each folder's name as tell it from the others: `colobot/music`."""
    lengths = [1] * len(folders)
    while True:
        names = [str(Path(*folder.parts[-n:])) for folder, n in zip(folders, lengths, strict=True)]
        seen = Counter(names)
        longer = [i for i, name in enumerate(names) if seen[name] > 1 and lengths[i] < len(folders[i].parts)]
        if not longer:
            return names
        for i in longer:
            lengths[i] += 1


def _parts(whole: Distribution, side: Side, keys: IntArray, names: Sequence[tuple[str, str]]) -> list[Division]:
    genres = tuple(genre.name for genre in whole.genres if len(genre.songs(side)))
    sizes = [len(genre.songs(side)) for genre in whole.genres if len(genre.songs(side))]
    shares = tuple(size / sum(sizes) for size in sizes)
    place = _places(whole.columns.ids)
    counts = np.zeros((len(names), len(genres)), np.int64)
    chosen = (genre for genre in whole.genres if len(genre.songs(side)))
    for column, genre in enumerate(chosen):
        where = keys[place(genre.songs(side))]
        counts[:, column] = np.bincount(where[where >= 0], minlength=len(names))
    members = gathered(keys, whole.columns.ids, len(names))
    return [Division(*name, members[i], genres, counts[i], shares) for i, name in enumerate(names)]


def _places(ids: IntArray) -> Callable[[IntArray], IntArray]:
    """Where songs stand in the columns."""
    order = np.argsort(ids)
    ranked = ids[order]
    return lambda wanted: order[np.searchsorted(ranked, wanted)]
