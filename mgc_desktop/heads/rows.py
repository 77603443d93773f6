"""The contents of the Teach view as rows and texts: labelled songs, songs to label, and the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.heads.cross_validation import CrossValidationReport, GenreFigure
from mgc_desktop.inference.registry import teachable_genres
from mgc_desktop.library.labels import Label
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore

MAX_RESULTS: Final = 200  # largest number of songs that a search shows
ENOUGH: Final = 3  # songs of a genre that are recommended at least


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A song. `genre`: its label, None if it has none; `before`: the prediction of the bundled head, None if there is
    none; `judged`: the prediction of a head that was not fitted on its artist, None if there is none (yet).
    """

    checksum: str | None
    song: int | None
    title: str
    artist: str
    genre: str | None = None
    before: str | None = None
    rescored: str | None = None
    path: Path | None = None

    @property
    def right(self) -> bool | None:
        """Whether the prediction equals the label."""
        return None if self.rescored is None else self.rescored == self.genre


def labelled_rows(labels: Iterable[Label], report: CrossValidationReport | None) -> tuple[LabelRow, ...]:
    """The labelled songs by genre, the bundled genres last."""
    rows = [
        LabelRow(
            mark.example.checksum,
            None,
            mark.example.title,
            mark.example.artist,
            mark.example.genre,
            teachable_genres()[int(np.argmax(mark.example.probabilities))],
            report.predicted.get(mark.example.checksum) if report else None,
            mark.path,
        )
        for mark in labels
    ]
    return tuple(sorted(rows, key=lambda row: (row.genre in teachable_genres(), (row.genre or "").casefold())))


def search_rows(store: LibraryStore, words: str) -> tuple[tuple[LabelRow, ...], int]:
    """The first songs of the library that match the search words, and the number of all."""
    ids = store.ids(Query(search=words))
    return tuple(_search_row(song) for song in store.songs(ids[:MAX_RESULTS])), len(ids)


def _search_row(song: Song) -> LabelRow:
    return LabelRow(song.checksum, song.id, song.name, song.artist or "", before=song.predicted, path=song.path)


def with_labels(rows: Sequence[LabelRow], labelled: Iterable[Label]) -> tuple[LabelRow, ...]:
    """Rows of a search with the labels of their songs."""
    genres = {mark.example.checksum: mark.example.genre for mark in labelled}
    return tuple(replace(row, genre=genres.get(row.checksum or "")) for row in rows)


def summary(labelled: Sequence[Label], in_use: bool) -> str:
    """2 genres of your own · 14 songs marked · in use."""
    own = {mark.example.genre for mark in labelled} - set(teachable_genres())
    parts = [f"{len(own)} genre{'s' * (len(own) != 1)} of your own"] if own else []
    corrections = sum(mark.example.genre in teachable_genres() for mark in labelled)
    parts.append(f"{len(labelled)} song{'s' * (len(labelled) != 1)} marked")
    if corrections and own:
        parts.append(f"{corrections} of them correct a bundled genre")
    parts.append("in use: live, in the library and wherever songs are tagged" if in_use else "not in use")
    return "  ·  ".join(parts)


def advice(figures: Sequence[GenreFigure]) -> tuple[str, ...]:
    """Hints how the user can improve the head; one sentence a genre, at most three."""
    sentences = []
    for figure in figures:
        if figure.artists < 2:
            sentences.append(
                f"{figure.genre} cannot be measured yet: its songs are of one artist. Label a song of another artist."
            )
        elif figure.songs < ENOUGH:
            sentences.append(f"{figure.genre} has only {figure.songs} songs. Label {ENOUGH} or more.")
    return tuple(sentences[:3])


def figure_rows(report: CrossValidationReport) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
    """The figures as a table: names of the columns, rows."""
    header = ("genre", "songs", "artists", "judged", "right taught", "right bundled")
    rows: list[tuple[str | int, ...]] = [
        (f.genre, f.songs, f.artists, f.rescored, f.taught, f.bundled) for f in report.genres
    ]
    return header, [*rows, ("unlabelled free music", report.others, "", report.others, report.kept, report.others)]
