"""The changes that would be written to the songs of the library: from verdicts, the user's rules and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from mgc_desktop.inference.vocabularies import broad_genres, vocabulary_of
from mgc_desktop.library.query import Filter, Query, Sort
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import Analysis, LibraryStore
from mgc_desktop.library.ticks import MIN_DURATION, is_long_enough, is_sure_enough
from mgc_desktop.tags.policy import PlannedChange, Policy, SongPrediction, named_by_user, names_of, plan
from mgc_desktop.tags.read import why_read_only
from mgc_desktop.tags.write import FileState

# Files with these suffixes are not opened to find out whether they can be written; other suffixes are ambiguous.
_SURELY_WRITABLE: Final = frozenset({".mp3", ".flac", ".ogg", ".opus", ".oga", ".m4a", ".wma", ".wv", ".ape", ".mpc"})
BY_HAND: Final = "Chosen by hand."  # the reason that `PlannedChange.edited` sets


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One song of the review. `proposal`: the user's names of the predicted genre, () if unsure.

    `change.writes`: whether it will be written.
    """

    song: Song
    change: PlannedChange
    proposal: tuple[str, ...]

    def accepted(self) -> ReviewRow:
        """The row with its change accepted: as planned, or the proposal where the rules would not write it."""
        return self if self.change.writes else self.edited(self.change.new if self._is_new else self.proposal)

    def declined(self) -> ReviewRow:
        """The row declined; the change is kept, so that it can be accepted again."""
        return self.unticked("Declined by hand.")

    def unticked(self, reason: str) -> ReviewRow:
        """The row not to be written unless the user decides so, with the reason."""
        return replace(self, change=replace(self.change, writes=False, reason=reason))

    def edited(self, genres: Sequence[str]) -> ReviewRow:
        """The row with genres that were chosen by hand."""
        return replace(self, change=self.change.edited(genres))

    def decided(self, accepted: bool | None, genres: Sequence[str] | None) -> ReviewRow:
        """The row as the user decided, which overrides the rules. `accepted`: whether to write, None: not decided;
        `genres`: chosen by hand, None: those of the rules. An unsure verdict is never written."""
        if not self.proposal and genres is None:
            return self
        row = self if genres is None else self.edited(genres)
        if accepted is False:
            return row.declined()
        return row.accepted() if accepted else row

    @property
    def _is_new(self) -> bool:
        return self.change.new != self.change.old


def review(
    store: LibraryStore,
    policy: Policy,
    songs: Sequence[int] | None = None,
    *,
    min_confidence: float | None = None,
) -> list[ReviewRow]:
    """The plan for these songs, by default all that have something to decide; changes that are written come first.

    `min_confidence`, 0 to 1: songs on which the user has not decided are only written if their verdict has at least
    this confidence and they are long enough, whatever the rules say. None: only the rules decide.
    """
    wanted = list(store.ids(Query(Filter.TO_REVIEW, sort=Sort.ARTIST)) if songs is None else songs)
    # The verdict of an album is computed from all its songs, also from those that are not reviewed.
    asked = list(store.ids(Query())) if policy.album else wanted
    verdicts = store.verdicts(asked)
    rows = [song for song in store.songs(asked) if song.id in verdicts]
    changes = plan([_song_prediction(song, verdicts[song.id]) for song in rows], policy)
    changes = [_if_writable(change) for change in changes]
    choices = store.choices()
    chosen = set(wanted)
    planned = [
        ReviewRow(song, change, _proposal(song, verdicts[song.id], policy))
        for song, change in zip(rows, changes, strict=True)
        if song.id in chosen
    ]
    reviewed = [_decided(row, *choices.get(row.song.id, (None, None)), min_confidence) for row in planned]
    return sorted(reviewed, key=lambda row: not row.change.writes)


def _if_writable(change: PlannedChange) -> PlannedChange:
    """The change, or no change with the reason if this program cannot write the file."""
    if not change.writes or change.state is None or change.path.suffix.lower() in _SURELY_WRITABLE:
        return change
    reason = _why_read_only(change.path, change.state)
    if not reason:
        return change
    return replace(change, new=change.old, writes=False, reason=f"Cannot be written: the file {reason}.")


@lru_cache(maxsize=100_000)
def _why_read_only(path: Path, state: FileState) -> str:
    """`why_read_only`, cached as long as the file is unchanged."""
    return why_read_only(path)


def _decided(
    row: ReviewRow, accepted: bool | None, genres: tuple[str, ...] | None, min_confidence: float | None
) -> ReviewRow:
    if accepted is not None or genres is not None:
        return row.decided(accepted, genres)
    if min_confidence is None or row.song.by_user or not row.change.writes:
        return row
    if not is_long_enough(row.song):
        return row.unticked(f"It lasts less than {MIN_DURATION:.0f} seconds, too short for a sure verdict.")
    if not is_sure_enough(row.change.confidence, min_confidence):
        return row.unticked(f"{row.change.reason.rstrip('.')}, less than the {min_confidence:.0%} asked for.")
    return row


def _song_prediction(song: Song, verdict: Analysis) -> SongPrediction:
    return SongPrediction(
        song.path,
        verdict.genre,
        dict(zip(verdict.genres, map(float, verdict.probabilities), strict=True)),
        song.genres,
        artist=song.artist or "",
        album=song.album or "",
        state=FileState(song.size, song.mtime_ns),
        audio=song.checksum,
        by_user=verdict.genres if song.by_user else (),
        broad=_broad_genres(verdict.genres),
    )


@lru_cache(maxsize=64)
def _broad_genres(genres: tuple[str, ...]) -> dict[str, str]:
    return broad_genres(vocabulary_of(genres))


def _proposal(song: Song, verdict: Analysis, policy: Policy) -> tuple[str, ...]:
    if song.by_user:
        return named_by_user(verdict.genres, policy)
    return names_of(verdict.genre, _broad_genres(verdict.genres), policy) if verdict.genre else ()


def save_choices(store: LibraryStore, rows: Iterable[ReviewRow]) -> None:
    """Store decisions, so that a review that was closed continues where it was."""
    store.choose_each((row.song.id, *decision(row)) for row in rows)


def decision(row: ReviewRow) -> tuple[bool, tuple[str, ...] | None]:
    """The user's decision on a song: whether to write it, and the genres if they were chosen by hand."""
    by_hand = row.change.reason == BY_HAND and row.change.new != row.proposal
    return row.change.writes, row.change.new if by_hand else None


def counts(rows: Iterable[ReviewRow]) -> tuple[int, int]:
    """The number of songs that are written, and how many of those lose a genre."""
    writes = [row for row in rows if row.change.writes]
    return len(writes), sum(bool(set(row.change.old) - set(row.change.new)) for row in writes)
