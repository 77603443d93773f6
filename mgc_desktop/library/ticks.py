"""Which songs are ticked by default: those that the review writes unless the user decides otherwise.

The table of the library, the number on its button and the review use the same conditions. The limits were measured:
`docs/decisions/0005-library.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mgc_desktop.library.song import Song, State
from mgc_desktop.tags.genre_text import EMPTY_NAMES, without_empty

MIN_CONFIDENCE: Final = 0.7  # below it more verdicts were wrong than right
MIN_DURATION: Final = 10.0  # seconds
_ROUNDING: Final = 0.005  # a verdict that is shown as 70 % counts as 70 %

_SURE_SQL: Final = (
    f"(confidence >= {MIN_CONFIDENCE - _ROUNDING} AND duration >= {MIN_DURATION} "
    "OR checksum IN (SELECT checksum FROM user_genres))"
)


@dataclass(frozen=True, slots=True)
class TickRules:
    """The user's rules that affect the ticks. `empty_names`: genre names that count as no genre; `dropped`: genres
    for which the user's vocabulary has no name."""

    empty_names: tuple[str, ...] = EMPTY_NAMES
    dropped: frozenset[str] = frozenset()

    def condition(self, differing: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        """The SQL condition that a song is ticked by default, and its parameters. `differing`: the genre lists, in
        JSON, of the files whose genre differs from the verdict."""
        empty = [text for text in differing if not without_empty(json.loads(text), self.empty_names)]
        dropped = tuple(self.dropped)
        statement = (
            f"((state = '{State.TO_WRITE}' OR state = '{State.DIFFERS}' AND genres IN ({_places(empty)})) "
            f"AND {_SURE_SQL} AND (heard NOT IN ({_places(dropped)}) "
            "OR checksum IN (SELECT checksum FROM user_genres)))"
        )
        return statement, (*empty, *dropped)


def _places(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def is_sure_enough(confidence: float | None, minimum: float = MIN_CONFIDENCE) -> bool:
    """Whether a verdict of this confidence, 0 to 1, may be written without asking the user."""
    return confidence is not None and confidence >= minimum - _ROUNDING


def is_long_enough(song: Song) -> bool:
    """Whether a song is long enough for its verdict to be written without asking the user."""
    return song.duration is not None and song.duration >= MIN_DURATION


def is_ticked_by_default(song: Song, rules: TickRules = TickRules()) -> bool:
    """Whether a song on which the user has not decided is written: its file has no genre, and its verdict is sure
    enough or the user's own."""
    is_sure = is_sure_enough(song.confidence) and is_long_enough(song) and song.predicted not in rules.dropped
    is_empty = song.state is State.DIFFERS and not without_empty(song.genres, rules.empty_names)
    return (song.state is State.TO_WRITE or is_empty) and (song.by_user or is_sure)
