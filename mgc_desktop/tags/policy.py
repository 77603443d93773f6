"""Plans what to write: from predictions, existing genres and the user's rules, with a reason for each song."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_mapping import GenreMapping
from mgc_desktop.tags.genre_text import EMPTY_NAMES, distinct, without_empty
from mgc_desktop.tags.write import FileState

_FURTHER: Final = 0.2  # least probability of a second genre; ten genres have 0.1 each by chance


class Mode(Enum):
    """What happens to existing genres."""

    FILL = "fill"
    APPEND = "append"
    REPLACE = "replace"
    SEPARATE = "separate"

    @property
    def explanation(self) -> str:
        """A sentence for the user."""
        return _EXPLANATIONS[self]


_EXPLANATIONS: Final = {
    Mode.FILL: "Only songs without a genre get one; existing genres stay.",
    Mode.APPEND: "The predicted genre is added after the existing ones.",
    Mode.REPLACE: "The predicted genre replaces the existing ones.",
    Mode.SEPARATE: f"The predicted genre is written to a separate field, {Field.SEPARATE.value}; the genre stays.",
}


class Level(Enum):
    """Which name of a genre is written: "House", "Electronic", or both."""

    SPECIFIC = "specific"
    BROAD = "broad"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Policy:
    """The user's rules.

    `min_confidence`: probability from 0 to 1 that each genre must have. `top`: how many genres at most.
    `mapping` is applied before both. `album`: one verdict for all songs of an album.
    `empty_names`: genres that count as none when songs without a genre get one. `level`: whether the predicted genre,
    the broad genre that it belongs to, or both are written, the broad one first.
    """

    mode: Mode = Mode.FILL
    min_confidence: float = 0.0
    top: int = 1
    mapping: GenreMapping = field(default_factory=GenreMapping)
    album: bool = False
    empty_names: tuple[str, ...] = EMPTY_NAMES
    level: Level = Level.SPECIFIC

    def keeps(self, old: Sequence[str]) -> bool:
        """Whether a song keeps its existing genres, whatever its analysis says."""
        return self.mode is Mode.FILL and bool(without_empty(old, self.empty_names))

    @property
    def field(self) -> Field:
        """The field that it writes."""
        return Field.SEPARATE if self.mode is Mode.SEPARATE else Field.GENRE

    @property
    def note(self) -> str:
        """The rules in one line, for the journal."""
        parts = [self.mode.value, f"confidence from {self.min_confidence:.0%}", f"up to {self.top} genres"]
        level = {Level.SPECIFIC: [], Level.BROAD: ["broad genres"], Level.BOTH: ["broad and specific genres"]}
        return ", ".join(parts + level[self.level] + (["one verdict an album"] if self.album else []))


@dataclass(frozen=True, slots=True)
class SongPrediction:
    """What the plan needs to know of a song.

    `genre`: the verdict, None if unsure. `probabilities`: all genres of the model, calibrated. `existing`,
    `separate`: what stands in the two fields. `state`: the file as it was when its tags were read. `audio`: the
    checksum of the sound that the verdict is of, None where it is not known. `read_only`: why its tags cannot be
    written, as in `SongTags`. `by_user`: the genres that the user gave to this sound; where there are any, no limit of
    confidence or number applies to them, and neither does the verdict of the album.
    `broad`: the broad genre of each genre that belongs to one.
    """

    path: Path
    genre: str | None
    probabilities: Mapping[str, float]
    existing: tuple[str, ...] = ()
    separate: tuple[str, ...] = ()
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    state: FileState | None = None
    audio: str | None = None
    read_only: str = ""
    by_user: tuple[str, ...] = ()
    broad: Mapping[str, str] = field(default_factory=dict)

    def of(self, where: Field) -> tuple[str, ...]:
        """The values of a field."""
        return self.existing if where is Field.GENRE else self.separate


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """The plan for a song: `old` -> `new` in `field`, and a sentence with the reason.

    `writes` is False if nothing would be written. `confidence`: probability of the strongest genre. `state` and `audio`
    as in `SongPrediction`: a file that has changed since is not written.
    """

    path: Path
    field: Field
    old: tuple[str, ...]
    new: tuple[str, ...]
    reason: str
    writes: bool
    confidence: float = 0.0
    state: FileState | None = None
    audio: str | None = None

    def edited(self, values: Sequence[str]) -> PlannedChange:
        """The song with genres chosen by hand."""
        new = distinct(values)
        return replace(self, new=new, writes=new != self.old, reason="Chosen by hand.")

    def declined(self) -> PlannedChange:
        """The song, not to be written."""
        return replace(self, new=self.old, writes=False, reason="Declined by hand.")


def plan(songs: Iterable[SongPrediction], policy: Policy) -> list[PlannedChange]:
    """One planned change for each song, in order."""
    songs = list(songs)
    return [_planned(song, policy) for song in (_by_album(songs) if policy.album else songs)]


def _planned(song: SongPrediction, policy: Policy) -> PlannedChange:
    old = song.of(policy.field)
    if policy.level is Level.BROAD:
        song = _broadened(song)
    ranked = policy.mapping.apply(song.probabilities)
    confidence = 1.0 if song.by_user else ranked[0][1] if ranked else 0.0

    def skipped(reason: str) -> PlannedChange:
        return PlannedChange(song.path, policy.field, old, old, reason, False, confidence, song.state, song.audio)

    if song.read_only:
        return skipped(f"Cannot be written: the file {song.read_only}.")
    if policy.keeps(old):
        return skipped(f"Has a genre already ({', '.join(old)}).")
    if not song.by_user and song.genre is None:
        return skipped("The model is unsure, so nothing is written.")
    heard = named_by_user(song.by_user, policy) or _chosen(song.genre or "", ranked, policy)
    if policy.level is Level.BOTH and not song.by_user:
        heard = _with_broad(heard, song, policy)
    if not heard:
        return skipped(_why_none(ranked, policy))
    new = distinct((*old, *heard)) if policy.mode is Mode.APPEND else heard
    if {name.casefold() for name in new} == {name.casefold() for name in old}:
        return skipped(f"Has this genre already ({', '.join(old)}).")
    reason = f"You said {', '.join(heard)}." if song.by_user else f"Heard {', '.join(heard)} ({confidence:.0%})."
    return PlannedChange(song.path, policy.field, old, new, reason, True, confidence, song.state, song.audio)


def _broadened(song: SongPrediction) -> SongPrediction:
    """The song by broad genres alone: their probabilities are the sums of those of the genres in them."""
    sums: dict[str, float] = {}
    for name, probability in song.probabilities.items():
        broad = song.broad.get(name, name)
        sums[broad] = min(1.0, sums.get(broad, 0.0) + probability)
    genre = None if song.genre is None else song.broad.get(song.genre, song.genre)
    return replace(song, genre=genre, probabilities=sums)


def _with_broad(names: Sequence[str], song: SongPrediction, policy: Policy) -> tuple[str, ...]:
    """The names, each with that of its broad genre before it, by the user's names."""
    found: list[str] = []
    for name in names:
        for genre in song.probabilities:
            if name in policy.mapping.names(genre) and genre in song.broad:
                found.extend(policy.mapping.names(song.broad[genre]))
        found.append(name)
    return distinct(found)


def names_of(genre: str, broad: Mapping[str, str], policy: Policy) -> tuple[str, ...]:
    """The names that the rules write for a genre, whatever stands in the file; `broad` as in `SongPrediction`."""
    above = broad.get(genre, genre)
    own = policy.mapping.names(above if policy.level is Level.BROAD else genre)
    return distinct((*policy.mapping.names(above), *own) if policy.level is Level.BOTH and own else own)


def named_by_user(genres: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """The genres that the user gave to a song, by the user's names; one that the names ignore is kept all the same."""
    return distinct(name for genre in genres for name in policy.mapping.names(genre) or (genre,))


def _chosen(genre: str, ranked: Sequence[tuple[str, float]], policy: Policy) -> tuple[str, ...]:
    """The genres that the rules allow: the verdict, and others that are probable enough."""
    verdict = {name.casefold() for name in policy.mapping.names(genre)}
    enough = [
        name
        for name, probability in ranked
        if probability >= policy.min_confidence and (name.casefold() in verdict or probability >= _FURTHER)
    ]
    return tuple(enough[: policy.top])


def _why_none(ranked: Sequence[tuple[str, float]], policy: Policy) -> str:
    if not ranked:
        return "All predicted genres are on the list of genres to ignore."
    name, probability = ranked[0]
    if probability < policy.min_confidence:
        return f"{name} has a probability of {probability:.0%}, less than the required {policy.min_confidence:.0%}."
    return f"The predicted genre is on the list of genres to ignore, and {name} is too improbable ({probability:.0%})."


def _by_album(songs: Sequence[SongPrediction]) -> list[SongPrediction]:
    """The songs with the verdict and the mean probabilities of their album; songs of no album as they are.

    Songs with a genre of the user take no part: they have that genre, and it is no model's verdict.
    """
    albums: dict[tuple[str, ...], list[SongPrediction]] = {}
    for song in songs:
        if not song.by_user:
            albums.setdefault(_album(song), []).append(song)
    shared = {key: _verdict(members) for key, members in albums.items() if len(members) > 1}
    return [
        replace(song, genre=shared[key][0], probabilities=shared[key][1])
        if (key := _album(song)) in shared and not song.by_user
        else song
        for song in songs
    ]


def _album(song: SongPrediction) -> tuple[str, ...]:
    """The key of an album: songs with one album name belong together if they share the album artist, or the folder."""
    if not song.album:
        return (str(song.path),)
    whose = song.album_artist.casefold() or str(song.path.parent)
    return (song.album.casefold(), whose)


def _verdict(songs: Sequence[SongPrediction]) -> tuple[str | None, dict[str, float]]:
    """The genre with the highest mean probability, if it is the verdict of at least half of the songs; else unsure."""
    names = list(songs[0].probabilities)
    mean = {name: sum(song.probabilities.get(name, 0.0) for song in songs) / len(songs) for name in names}
    genre = max(mean, key=mean.__getitem__) if mean else None
    agreeing = sum(song.genre == genre for song in songs)
    return (genre if 2 * agreeing >= len(songs) else None), mean
