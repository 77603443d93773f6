"""What would be written to the songs of the library: from the verdicts, the user's rules and single decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mgc_desktop.library.query import Filter, Query, Sort
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import Analysis, LibraryStore
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.tags.policy import PlannedChange, Policy, SongPrediction, plan
from mgc_desktop.tags.write import FileState

BY_HAND: Final = "Chosen by hand."  # as `PlannedChange.edited` says


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One song of the review. `proposal`: what the heard genre is called in the user's words, () if unsure.

    `change.writes`: whether it will be written.
    """

    song: Song
    change: PlannedChange
    proposal: tuple[str, ...]

    def accepted(self) -> ReviewRow:
        """To be written: as planned, or what was heard where the rules would not write it."""
        return self if self.change.writes else self.edited(self.change.new if self._is_new else self.proposal)

    def declined(self) -> ReviewRow:
        """Not to be written; what would have been is kept, so that it can be accepted again."""
        return replace(self, change=replace(self.change, writes=False, reason="Declined by hand."))

    def edited(self, genres: Sequence[str]) -> ReviewRow:
        """With genres chosen by hand."""
        return replace(self, change=self.change.edited(genres))

    @property
    def _is_new(self) -> bool:
        return self.change.new != self.change.old


def review(store: LibraryStore, policy: Policy, songs: Sequence[int] | None = None) -> list[ReviewRow]:
    """The plan for these songs, by default all that have something to decide; what is written comes first."""
    wanted = list(store.ids(Query(Filter.TO_REVIEW, sort=Sort.ARTIST)) if songs is None else songs)
    # An album's verdict is that of all its songs, also of those that are not to be reviewed.
    asked = list(store.ids(Query())) if policy.album else wanted
    verdicts = store.verdicts(asked)
    rows = [song for song in store.songs(asked) if song.id in verdicts]
    changes = plan((_heard(song, verdicts[song.id]) for song in rows), policy)
    choices = store.choices()
    chosen = set(wanted)
    reviewed = [
        _decided(ReviewRow(song, change, _proposal(verdicts[song.id], policy)), *choices.get(song.id, (None, None)))
        for song, change in zip(rows, changes, strict=True)
        if song.id in chosen
    ]
    return sorted(reviewed, key=lambda row: not row.change.writes)


def _heard(song: Song, verdict: Analysis) -> SongPrediction:
    return SongPrediction(
        song.path,
        verdict.genre,
        dict(zip(verdict.genres, map(float, verdict.probabilities), strict=True)),
        song.genres,
        artist=song.artist or "",
        album=song.album or "",
        state=FileState(song.size, song.mtime_ns),
    )


def _proposal(verdict: Analysis, policy: Policy) -> tuple[str, ...]:
    return distinct(policy.vocabulary.names(verdict.genre)) if verdict.genre else ()


def _decided(row: ReviewRow, accepted: bool | None, genres: tuple[str, ...] | None) -> ReviewRow:
    """What the user decided in the table or in an earlier review goes before the rules; "unsure" before both."""
    if not row.proposal and genres is None:
        return row
    if genres is not None:
        row = row.edited(genres)
    if accepted is False:
        return row.declined()
    return row.accepted() if accepted else row


def keep_choices(store: LibraryStore, rows: Iterable[ReviewRow]) -> None:
    """Remember decisions, so that a review that was closed goes on where it was."""
    store.choose_each((row.song.id, row.change.writes, row.change.new if _by_hand(row) else None) for row in rows)


def _by_hand(row: ReviewRow) -> bool:
    return row.change.reason == BY_HAND and row.change.new != row.proposal


def counts(rows: Iterable[ReviewRow]) -> tuple[int, int]:
    """How many are written, and how many of those had a genre that is taken away."""
    writes = [row for row in rows if row.change.writes]
    return len(writes), sum(bool(set(row.change.old) - set(row.change.new)) for row in writes)
