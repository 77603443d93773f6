"""Estimates the accuracy of a head: every labelled song is predicted by a head fitted on other artists only."""

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
    """The result for one genre: its labelled `songs` by `artists`, and how many the `taught` (user) and `bundled` head
    predict correctly.

    `judged`: songs that could be predicted; 0 if all are by one artist, since no song would be left to fit on.
    """

    genre: str
    songs: int
    artists: int
    rescored: int
    taught: int
    bundled: int


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidationReport:
    """The result of the cross-validation. `predicted`: by checksum of the labelled songs, the prediction of a head that
    was not fitted on their artists; songs without such a head are missing. `kept` of `others` unlabelled songs, not
    used in the fit either, keep the genre of the bundled head.
    """

    genres: tuple[GenreFigure, ...]
    predicted: Mapping[str, str]
    kept: int
    others: int

    @property
    def songs(self) -> int:
        """The number of labelled songs with a prediction."""
        return sum(figure.rescored for figure in self.genres)

    @property
    def artists(self) -> int:
        """An upper bound of the number of their artists: an artist with songs of two genres counts twice."""
        return sum(figure.artists for figure in self.genres if figure.rescored)

    def accuracy(self, which: str) -> float | None:
        """The share of labelled songs that "taught" or "bundled" head predicts correctly; None without predictions."""
        return sum(getattr(f, which) for f in self.genres) / self.songs if self.songs else None

    def macro(self, which: str) -> float | None:
        """The mean of these shares over the genres."""
        shares = [getattr(f, which) / f.rescored for f in self.genres if f.rescored]
        return sum(shares) / len(shares) if shares else None

    @property
    def never_predicted(self) -> tuple[str, ...]:
        """Genres whose songs have no prediction."""
        return tuple(figure.genre for figure in self.genres if not figure.rescored)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values, which are stored with the head."""
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
    """Predict every labelled song and every reference song by heads fitted without them. Raises `Cancelled`."""
    cancel = cancel or CancelToken()
    folds = _folds(examples)
    predictions = np.full(len(folds), -1)
    labelled = len(examples.examples)
    for fold in range(int(folds.max(initial=-1)) + 1):
        cancel.check()
        held = folds == fold
        taught = set(examples.labels[~held[:labelled]])
        found = examples.probabilities(examples.fit(~held)).argmax(axis=1)
        predictions[held] = found[held]
        blind = [i for i in np.flatnonzero(held[:labelled]) if examples.labels[i] not in taught]
        predictions[blind] = -1
    return _report(examples, predictions)


def _folds(examples: TrainingSet) -> NDArray[np.int64]:
    """`(n,)`: the fold in which each song is held out. Songs of one artist are in one fold, as are the
    unlabelled songs of that artist in the library; reference songs are distributed evenly."""
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


def _report(examples: TrainingSet, predictions: NDArray[np.int64]) -> CrossValidationReport:
    labelled = len(examples.examples)
    bundled = examples.logs.argmax(axis=1)
    others = examples.remembered & (predictions >= 0)
    figures = []
    for number, genre in enumerate(examples.genres):
        mine = np.flatnonzero(examples.labels == number)
        if not len(mine):
            continue
        rescored = mine[predictions[mine] >= 0]
        figures.append(
            GenreFigure(
                genre,
                songs=len(mine),
                artists=len(set(examples.artists[mine])),
                rescored=len(rescored),
                taught=int((predictions[rescored] == number).sum()),
                bundled=int((bundled[rescored] == number).sum()),
            )
        )
    predicted = {
        example.checksum: examples.genres[predictions[i]]
        for i, example in enumerate(examples.examples)
        if predictions[i] >= 0 and i < labelled
    }
    return CrossValidationReport(
        tuple(figures), predicted, int((predictions[others] == bundled[others]).sum()), int(others.sum())
    )


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
