"""Where models disagree: over the time of one song, and over a library. Without Qt."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.library.model_comparison import predictions_by_model
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore

STEP: Final = 0.5  # seconds between two comparisons in a song
_MOST: Final = 500  # songs in the list of disagreements
_LEAST: Final = 0.01  # probability; a smaller difference is agreement

Model = tuple[str, str]  # name, version


@dataclass(frozen=True, slots=True)
class AgreementSegment:
    """A part of a song in which not all models predict the same genre, with the prediction of each; seconds."""

    start: float
    end: float
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """`times` `(n,)` seconds; `agreement` `(n,)`: the share of models that predict the most frequent genre."""

    times: FloatArray
    agreement: FloatArray
    disputes: tuple[AgreementSegment, ...]


def agreement(timelines: Sequence[Timeline], duration: float, step: float = STEP) -> Agreement:
    """Compare models over a song of `duration` seconds; models without segments (silence) are left out.

    Segments are in the order of time; a segment ends where the prediction of any model changes.
    """
    predicted = [timeline for timeline in timelines if len(timeline)]
    times = np.arange(step / 2, max(step, duration), step).astype(np.float32)
    leaders = [tuple(t.genres[int(t.at(float(seconds)).argmax())] for t in predicted) for seconds in times]
    shares = [max(map(row.count, row)) / len(row) if row else 1.0 for row in leaders]
    disputes, first = [], 0
    for genres, run in itertools.groupby(leaders):
        count = len(list(run))
        if len(set(genres)) > 1:
            disputes.append(AgreementSegment(first * step, min(duration, (first + count) * step), genres))
        first += count
    return Agreement(times, np.array(shares, np.float32), tuple(disputes))


@dataclass(frozen=True, slots=True, eq=False)
class Dispute:
    """A song on which models disagree. `genres`: each model's most probable genre, None if it has not analysed it.

    `distance`: mean total variation distance of all pairs of models, 0 (equal) to 1.
    """

    song: Song
    genres: tuple[str | None, ...]
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A comparison of models over a library.

    `predicted`: how many of `songs` each model has analysed. `common` `(models, models)`: songs that both have
    analysed; `agreement` `(models, models)`: the share of these with the same most probable genre, NaN without any.
    `disputes`: the songs with the largest distances, descending.
    """

    models: tuple[str, ...]
    songs: int
    predicted: tuple[int, ...]
    agreement: FloatArray
    common: NDArray[np.int64]
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Predictions:
    """By model and song: `probabilities` `(models, songs, genres)`, `predicted` `(models, songs)`."""

    songs: list[int]
    genres: tuple[str, ...]
    probabilities: FloatArray
    predicted: NDArray[np.bool_]


def compare(store: LibraryStore, models: Sequence[Model], *, most: int = _MOST) -> Comparison:
    """Compare the stored predictions of these models for the library. No song is analysed."""
    found = _collect(store, models)
    leaders = np.where(found.predicted, found.probabilities.argmax(axis=2), -1)
    common = np.array([[np.count_nonzero(a & b) for b in found.predicted] for a in found.predicted], np.int64)
    same = np.array([[np.count_nonzero((a == b) & (a >= 0)) for b in leaders] for a in leaders], np.float32)
    agreement = np.divide(same, common, out=np.full(same.shape, np.nan, np.float32), where=common > 0)
    return Comparison(
        tuple(name for name, _ in models),
        sum(store.counts().values()),
        tuple(int(n) for n in found.predicted.sum(axis=1)),
        agreement.astype(np.float32),
        common,
        _disputes(store, found, leaders, most),
    )


def _collect(store: LibraryStore, models: Sequence[Model]) -> _Predictions:
    rows = [list(predictions_by_model(store, *model)) for model in models]
    songs = sorted({song for part in rows for song, _, _ in part})
    genres = tuple(dict.fromkeys(genre for part in rows for _, names, _ in part for genre in names))
    place = {song: i for i, song in enumerate(songs)}
    probabilities = np.zeros((len(models), len(songs), max(1, len(genres))), np.float32)
    predicted = np.zeros((len(models), len(songs)), np.bool_)
    for model, part in enumerate(rows):
        columns: dict[tuple[str, ...], list[int]] = {}
        for song, names, values in part:
            at = columns.setdefault(names, [genres.index(name) for name in names])
            probabilities[model, place[song], at] = values
            predicted[model, place[song]] = True
    return _Predictions(songs, genres, probabilities, predicted)


def _disputes(store: LibraryStore, kept: _Predictions, leaders: NDArray[np.int64], most: int) -> tuple[Dispute, ...]:
    distances = _distances(kept)
    order = [int(i) for i in np.argsort(-distances, kind="stable")[:most] if distances[i] >= _LEAST]
    songs = {song.id: song for song in store.songs([kept.songs[i] for i in order])}
    found = []
    for i in order:
        if (song := songs.get(kept.songs[i])) is not None:
            names = tuple(kept.genres[j] if j >= 0 else None for j in leaders[:, i])
            found.append(Dispute(song, names, float(distances[i])))
    return tuple(found)


def _distances(kept: _Predictions) -> FloatArray:
    """`(songs,)`: the mean total variation distance over the pairs of models that both analysed a song."""
    total = np.zeros(len(kept.songs), np.float32)
    pairs = np.zeros(len(kept.songs), np.float32)
    for a, b in itertools.combinations(range(len(kept.predicted)), 2):
        both = kept.predicted[a] & kept.predicted[b]
        apart = 0.5 * np.abs(kept.probabilities[a] - kept.probabilities[b]).sum(axis=1)
        total += np.where(both, apart, 0)
        pairs += both
    distances: FloatArray = (total / np.maximum(pairs, 1)).astype(np.float32)
    return distances
