"""How well a head would do: every marked song is judged by one that learned from other artists only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.heads.training_set import TrainingSet

FOLDS: Final = 10


@dataclass(frozen=True, slots=True)
class GenreFigure:
    """Of one genre: its marked `songs` of so many `artists`, and how many of them `taught` and `bundled` head find.

    `judged`: songs of which something can be said; 0 where all are of one artist, and nothing would be left to learn.
    """

    genre: str
    songs: int
    artists: int
    rescored: int
    taught: int
    bundled: int


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidationReport:
    """What the cross-validation found. `heard`: by checksum of the marked songs, what a head called them that never
    heard their artists; songs of which nothing can be said are missing. `kept` of `others` unmarked songs, unheard by
    the head too, stay what the bundled head says of them.
    """

    genres: tuple[GenreFigure, ...]
    predicted: Mapping[str, str]
    kept: int
    others: int

    @property
    def songs(self) -> int:
        """Marked songs of which something can be said."""
        return sum(figure.rescored for figure in self.genres)

    @property
    def artists(self) -> int:
        """An upper bound of theirs: one who made songs of two genres counts twice."""
        return sum(figure.artists for figure in self.genres if figure.rescored)

    def accuracy(self, which: str) -> float | None:
        """The share of marked songs that "taught" or "bundled" head finds; None where nothing can be said."""
        return sum(getattr(f, which) for f in self.genres) / self.songs if self.songs else None

    def macro(self, which: str) -> float | None:
        """The same, as the mean over the genres."""
        shares = [getattr(f, which) / f.rescored for f in self.genres if f.rescored]
        return sum(shares) / len(shares) if shares else None

    @property
    def never_predicted(self) -> tuple[str, ...]:
        """Genres of which nothing can be said."""
        return tuple(figure.genre for figure in self.genres if not figure.rescored)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values, to be kept with the head."""
        return {
            "method": "cross-validation by artist",
            "songs": self.songs,
            "artists": self.artists,
            "taught": _short(self.accuracy("taught")),
            "taught_macro": _short(self.macro("taught")),
            "bundled": _short(self.accuracy("bundled")),
            "bundled_macro": _short(self.macro("bundled")),
            "others": self.others,
            "kept": self.kept,
            "genres": {
                f.genre: {"songs": f.songs, "artists": f.artists, "judged": f.rescored, "taught": f.taught,
                          "bundled": f.bundled}
                for f in self.genres
            },
        }  # fmt: skip


def cross_validate(examples: TrainingSet, *, cancel: CancelToken | None = None) -> CrossValidationReport:
    """Judge every marked song, and the remembered ones, by heads that learned without them. Raises `Cancelled`."""
    cancel = cancel or CancelToken()
    folds = _folds(examples)
    answers = np.full(len(folds), -1)
    labelled = len(examples.examples)
    for fold in range(int(folds.max(initial=-1)) + 1):
        cancel.check()
        held = folds == fold
        taught = set(examples.labels[~held[:labelled]])
        found = examples.probabilities(examples.fit(~held)).argmax(axis=1)
        answers[held] = found[held]
        blind = [i for i in np.flatnonzero(held[:labelled]) if examples.labels[i] not in taught]
        answers[blind] = -1
    return _report(examples, answers)


def _folds(examples: TrainingSet) -> NDArray[np.int64]:
    """`(n,)`: in which fold each song is held back. Artists stay together; songs of the library that nobody marked are
    held back with theirs, the remembered ones in turn."""
    labelled = len(examples.examples)
    artists = list(dict.fromkeys(examples.artists[:labelled]))
    number = min(FOLDS, len(artists))
    place = {artist: i % number for i, artist in enumerate(artists)}
    folds = np.full(len(examples.features), -1)
    folds[: len(examples.artists)] = [place.get(artist, -1) for artist in examples.artists]
    remembered = np.flatnonzero(examples.remembered)
    if number:
        folds[remembered] = np.arange(len(remembered)) % number
    return folds


def _report(examples: TrainingSet, answers: NDArray[np.int64]) -> CrossValidationReport:
    labelled = len(examples.examples)
    bundled = examples.logs.argmax(axis=1)
    others = examples.remembered & (answers >= 0)
    figures = []
    for number, genre in enumerate(examples.genres):
        mine = np.flatnonzero(examples.labels == number)
        if not len(mine):
            continue
        rescored = mine[answers[mine] >= 0]
        figures.append(
            GenreFigure(
                genre,
                songs=len(mine),
                artists=len(set(examples.artists[mine])),
                rescored=len(rescored),
                taught=int((answers[rescored] == number).sum()),
                bundled=int((bundled[rescored] == number).sum()),
            )
        )
    predicted = {
        example.checksum: examples.genres[answers[i]]
        for i, example in enumerate(examples.examples)
        if answers[i] >= 0 and i < labelled
    }
    return CrossValidationReport(
        tuple(figures), predicted, int((answers[others] == bundled[others]).sum()), int(others.sum())
    )


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
