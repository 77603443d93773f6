"""Which songs are ticked by default: those that the review writes unless the user decides otherwise.

The table of the library, the number on its button and the review use the same conditions. The limits were measured:
`docs/decisions/0005-library.md`.
"""

from __future__ import annotations

from typing import Final

from mgc_desktop.library.song import Song, State

MIN_CONFIDENCE: Final = 0.7  # below it a verdict was wrong more often than right
MIN_DURATION: Final = 10.0  # seconds
_ROUNDING: Final = 0.005  # a verdict that is shown as 70 % counts as 70 %

TICKED_SQL: Final = (
    f"(state = '{State.TO_WRITE}' AND (confidence >= {MIN_CONFIDENCE - _ROUNDING} AND duration >= {MIN_DURATION} "
    "OR checksum IN (SELECT checksum FROM user_genres)))"
)


def is_sure_enough(confidence: float | None, minimum: float = MIN_CONFIDENCE) -> bool:
    """Whether a verdict of this confidence, 0 to 1, may be written without being asked."""
    return confidence is not None and confidence >= minimum - _ROUNDING


def is_long_enough(song: Song) -> bool:
    """Whether a song lasts long enough for its verdict to be written without being asked."""
    return song.duration is not None and song.duration >= MIN_DURATION


def is_ticked_by_default(song: Song) -> bool:
    """Whether a song on which the user has not decided is written: it has no genre, and its verdict is sure enough or
    the user's own."""
    is_sure = song.by_user or (is_sure_enough(song.confidence) and is_long_enough(song))
    return song.state is State.TO_WRITE and is_sure
