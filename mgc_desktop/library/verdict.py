"""Compares a verdict with the genres in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mgc_desktop.inference.genre_tree import Meanings, key, lenient_vocabulary, meanings_in
from mgc_desktop.inference.vocabularies import list_vocabularies
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.library.song import State


def agrees(genres: Iterable[str], predicted: str, vocabulary: Vocabulary | None = None) -> bool:
    """Whether one of the genres of a file has the same meaning as the predicted one, or one of them is the broader
    name of the other. `vocabulary`: that of the prediction, by default the first known one that has the name."""
    if vocabulary is None or predicted not in vocabulary:
        vocabulary = next((each for each in list_vocabularies() if predicted in each), None)
    if vocabulary is None:
        return any(plain(genre) == plain(predicted) for genre in genres)
    meanings = meanings_in(vocabulary)
    return any(meanings.agree(genre, predicted) for genre in genres)


def state_of(
    genres: Iterable[str], predicted: str | None, vocabulary: Vocabulary | None = None, *, is_none: bool = False
) -> State:
    """The state of a song with these genres in the file; `predicted` is None without a verdict, `is_none` says whether
    that is because the song is like none of the genres. `vocabulary`: see `agrees`."""
    genres = tuple(genres)
    if predicted is None:
        return State.NONE if is_none else State.UNSURE
    if not genres:
        return State.TO_WRITE
    return State.AGREES if agrees(genres, predicted, vocabulary) else State.DIFFERS


def meanings(name: str, known: Iterable[str], own: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """Which of the genres `known` a name in a file may have as its meaning, the likeliest first: the genre itself, one
    that the user gives this name (`own`: the user's names of each genre), one that people give this name, one above
    it. () for a name without a meaning among them."""
    return Meanings(lenient_vocabulary(known), own).of(name)


def plain(name: str) -> str:
    """A genre's name without case and signs: "Hip-Hop" and "hip hop" are one."""
    return key(name)
