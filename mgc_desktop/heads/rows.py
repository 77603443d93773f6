"""The Teach view in rows and words: marked songs, songs that can be marked, and the figures."""

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

FOUND: Final = 200  # songs that a search shows; who sees more has to search more narrowly
ENOUGH: Final = 3  # songs of a genre from which on it can be learned at all well


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A song. `genre`: what it was marked as, None when not; `before`: what the bundled head heard, None when nothing
    was; `judged`: what a head calls it that never heard its artist, None when that cannot be said (yet).
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
        """Whether the judgement is what the user said."""
        return None if self.rescored is None else self.rescored == self.genre


def labelled_rows(labels: Iterable[Label], report: CrossValidationReport | None) -> tuple[LabelRow, ...]:
    """The marked songs, by genre; the bundled ones last."""
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


def found_rows(store: LibraryStore, words: str) -> tuple[tuple[LabelRow, ...], int]:
    """The first songs of the library with these words, and how many there are in all."""
    ids = store.ids(Query(search=words))
    return tuple(_found(song) for song in store.songs(ids[:FOUND])), len(ids)


def _found(song: Song) -> LabelRow:
    return LabelRow(song.checksum, song.id, song.name, song.artist or "", before=song.predicted, path=song.path)


def with_labels(rows: Sequence[LabelRow], labelled: Iterable[Label]) -> tuple[LabelRow, ...]:
    """Found songs with what they are marked as."""
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
    """What the user can do so that more can be said, and it is learned better; one sentence a genre, at most three."""
    sentences = []
    for figure in figures:
        if figure.artists < 2:
            sentences.append(
                f"Nothing can be said of {figure.genre} yet: its songs are of one artist. Mark one of another."
            )
        elif figure.songs < ENOUGH:
            sentences.append(f"{figure.genre} is known by {figure.songs} songs. Mark {ENOUGH} or more.")
    return tuple(sentences[:3])


def figure_rows(report: CrossValidationReport) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
    """The numbers as a table: names of the columns, rows."""
    header = ("genre", "songs", "artists", "judged", "right taught", "right bundled")
    rows: list[tuple[str | int, ...]] = [
        (f.genre, f.songs, f.artists, f.rescored, f.taught, f.bundled) for f in report.genres
    ]
    return header, [*rows, ("unmarked free music", report.others, "", report.others, report.kept, report.others)]
