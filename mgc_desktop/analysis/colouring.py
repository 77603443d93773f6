"""The colour groups of the points on the map: by the predicted genre, or by the genre in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.inference.genre_tree import Meanings, lenient_vocabulary
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.vocabularies import broad_genre
from mgc_desktop.library.verdict import plain

By = Literal["heard", "file"]

UNSURE: Final = "Unsure"
NO_GENRE: Final = "No genre"
OTHERS: Final = "Other genres"
_OWN: Final = 8  # other genres in files that get a colour each, the most frequent ones


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """`names`: the groups, in the order of the legend. `group` `(n,)`: the group of each song. `counts`: the sizes of
    the groups. `uncoloured_from`: groups from this index on are not genres and have no colour."""

    names: tuple[str, ...]
    group: NDArray[np.int16]
    counts: tuple[int, ...]
    uncoloured_from: int

    def is_uncoloured(self, group: int) -> bool:
        """Whether a group is not a genre."""
        return group >= self.uncoloured_from


def by_prediction(
    predicted: Sequence[str], sure: NDArray[np.bool_], genres: Sequence[str] = REPORT_GENRES
) -> Colouring:
    """By the verdicts; songs without one are "unsure"."""
    labels = [broad_genre(name) if is_sure else UNSURE for name, is_sure in zip(predicted, sure.tolist(), strict=True)]
    adapter = Counter(label for label in labels if label not in genres and label != UNSURE)
    return _grouped(labels, (*genres, *(name for name, _ in adapter.most_common())), (UNSURE,))


def by_file(
    genres: Sequence[tuple[str, ...]], predicted: Sequence[str], known: Sequence[str] = REPORT_GENRES
) -> Colouring:
    """By what the files say, in the words of the ten genres where it means one of them ("metal" is Hard Rock)."""
    meanings = Meanings(lenient_vocabulary(known))
    found: dict[tuple[tuple[str, ...], str], str] = {}
    spelt: dict[str, Counter[str]] = {}
    labels = []
    for pair in zip(genres, predicted, strict=True):
        if pair not in found:
            found[pair] = _in_file(pair[0], broad_genre(pair[1]), meanings)
        labels.append(found[pair])
    for label in labels:
        if label not in known and label != NO_GENRE:
            spelt.setdefault(plain(label), Counter())[label] += 1
    usual = {key: spellings.most_common(1)[0][0] for key, spellings in spelt.items()}
    frequent = sorted(spelt, key=lambda key: (-spelt[key].total(), key))[:_OWN]
    named = {label: label for label in (*known, NO_GENRE)}
    named |= {label: usual[key] for key in frequent for label in spelt[key]}
    own = tuple(usual[key] for key in frequent)
    return _grouped([named.get(label, OTHERS) for label in labels], (*known, *own), (OTHERS, NO_GENRE))


def _in_file(genres: tuple[str, ...], predicted: str, meanings: Meanings) -> str:
    """One genre of a file: the one that agrees with what was heard, else the first that is one of the ten."""
    if not genres:
        return NO_GENRE
    meant = [genre for name in genres for genre in meanings.of(name)]
    return predicted if predicted in meant else meant[0] if meant else genres[0]


def _grouped(labels: Sequence[str], coloured: tuple[str, ...], uncoloured: tuple[str, ...]) -> Colouring:
    counts = Counter(labels)
    names = (*coloured, *(name for name in uncoloured if counts[name] or name != OTHERS))
    number = {name: i for i, name in enumerate(names)}
    group = np.array([number[label] for label in labels], np.int16)
    return Colouring(names, group, tuple(counts[name] for name in names), len(coloured))
