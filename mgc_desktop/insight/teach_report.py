"""How well a head would do: every marked song is judged by one that learned from other artists only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.insight.teach import Lessons

FOLDS: Final = 10


@dataclass(frozen=True, slots=True)
class GenreFigure:
    """Of one genre: its marked `songs` of so many `artists`, and how many of them `taught` and `bundled` head find.

    `judged`: songs of which something can be said; 0 where all are of one artist, and nothing would be left to learn.
    """

    genre: str
    songs: int
    artists: int
    judged: int
    taught: int
    bundled: int


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What the cross-validation found. `heard`: by checksum of the marked songs, what a head called them that never
    heard their artists; songs of which nothing can be said are missing. `kept` of `others` unmarked songs, unheard by
    the head too, stay what the bundled head says of them.
    """

    genres: tuple[GenreFigure, ...]
    heard: Mapping[str, str]
    kept: int
    others: int

    @property
    def songs(self) -> int:
        """Marked songs of which something can be said."""
        return sum(figure.judged for figure in self.genres)

    @property
    def artists(self) -> int:
        """An upper bound of theirs: one who made songs of two genres counts twice."""
        return sum(figure.artists for figure in self.genres if figure.judged)

    def accuracy(self, which: str) -> float | None:
        """The share of marked songs that "taught" or "bundled" head finds; None where nothing can be said."""
        return sum(getattr(f, which) for f in self.genres) / self.songs if self.songs else None

    def macro(self, which: str) -> float | None:
        """The same, as the mean over the genres."""
        shares = [getattr(f, which) / f.judged for f in self.genres if f.judged]
        return sum(shares) / len(shares) if shares else None

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Genres of which nothing can be said."""
        return tuple(figure.genre for figure in self.genres if not figure.judged)

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
                f.genre: {"songs": f.songs, "artists": f.artists, "judged": f.judged, "taught": f.taught,
                          "bundled": f.bundled}
                for f in self.genres
            },
        }  # fmt: skip


def cross_validate(lessons: Lessons, *, cancel: CancelToken | None = None) -> Report:
    """Judge every marked song, and the remembered ones, by heads that learned without them. Raises `Cancelled`."""
    cancel = cancel or CancelToken()
    folds = _folds(lessons)
    answers = np.full(len(folds), -1)
    marked = len(lessons.lessons)
    for fold in range(int(folds.max(initial=-1)) + 1):
        cancel.check()
        held = folds == fold
        taught = set(lessons.labels[~held[:marked]])
        found = lessons.probabilities(lessons.fit(~held)).argmax(axis=1)
        answers[held] = found[held]
        blind = [i for i in np.flatnonzero(held[:marked]) if lessons.labels[i] not in taught]
        answers[blind] = -1
    return _report(lessons, answers)


def _folds(lessons: Lessons) -> NDArray[np.int64]:
    """`(n,)`: in which fold each song is held back. Artists stay together; songs of the library that nobody marked are
    held back with theirs, the remembered ones in turn."""
    marked = len(lessons.lessons)
    artists = list(dict.fromkeys(lessons.artists[:marked]))
    number = min(FOLDS, len(artists))
    place = {artist: i % number for i, artist in enumerate(artists)}
    folds = np.full(len(lessons.features), -1)
    folds[: len(lessons.artists)] = [place.get(artist, -1) for artist in lessons.artists]
    remembered = np.flatnonzero(lessons.remembered)
    if number:
        folds[remembered] = np.arange(len(remembered)) % number
    return folds


def _report(lessons: Lessons, answers: NDArray[np.int64]) -> Report:
    marked = len(lessons.lessons)
    bundled = lessons.logs.argmax(axis=1)
    others = lessons.remembered & (answers >= 0)
    figures = []
    for number, genre in enumerate(lessons.genres):
        mine = np.flatnonzero(lessons.labels == number)
        if not len(mine):
            continue
        judged = mine[answers[mine] >= 0]
        figures.append(
            GenreFigure(
                genre,
                songs=len(mine),
                artists=len(set(lessons.artists[mine])),
                judged=len(judged),
                taught=int((answers[judged] == number).sum()),
                bundled=int((bundled[judged] == number).sum()),
            )
        )
    heard = {
        lesson.checksum: lessons.genres[answers[i]]
        for i, lesson in enumerate(lessons.lessons)
        if answers[i] >= 0 and i < marked
    }
    return Report(tuple(figures), heard, int((answers[others] == bundled[others]).sum()), int(others.sum()))


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
