"""Splits several genres in one text, and joins them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mutagen._constants import GENRES as _ID3V1_GENRES

from mgc_desktop import settings

JOIN: Final = "; "  # ID3v2.3 has one text only; "/" belongs to names such as "Hip-Hop/Rap"

ID3V1_GENRES: Final[tuple[str, ...]] = tuple(_ID3V1_GENRES)

# Names that programs write if no genre was chosen.
EMPTY_NAMES: Final = tuple(settings.EMPTY_NAMES.default)

_KNOWN = frozenset(name.casefold() for name in ID3V1_GENRES)
# Names of one genre whose parts are genres as well.
_ONE_NAME = frozenset(
    {
        "children's music/family",
        "folk/rock",
        "hip hop/rap",
        "hip-hop/rap",
        "pop/funk",
        "pop/rock",
        "r&b/soul",
        "rhythm and blues/soul",
        "soul/r&b",
    }
)


def split_joined(text: str) -> tuple[str, ...]:
    """The genres in one ID3v2.3 text, in which programs join several by ";" or by "/".

    A "/" separates genres only if each part is a known genre and the text is not the name of one.
    """
    return tuple(genre for part in text.split(";") for genre in _split_slash(part.strip()) if genre)


def _split_slash(text: str) -> list[str]:
    parts = [part.strip() for part in text.split("/")]
    joined = len(parts) > 1 and text.casefold() not in _ONE_NAME and all(p.casefold() in _KNOWN for p in parts)
    return parts if joined else [text]


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values without blanks and repetitions (ignoring case), in order."""
    seen: dict[str, str] = {}
    for value in values:
        if text := value.strip():
            seen.setdefault(text.casefold(), text)
    return tuple(seen.values())


def without_empty(values: Iterable[str], empty_names: Iterable[str]) -> tuple[str, ...]:
    """The values that name a genre: those not in `empty_names`, ignoring case."""
    empty = {name.strip().casefold() for name in empty_names}
    return tuple(value for value in values if value.strip().casefold() not in empty)


def id3v1_index(genre: str) -> int:
    """The number of a genre in ID3v1, 255 if it is not in the list."""
    folded = genre.casefold()
    return next((i for i, name in enumerate(ID3V1_GENRES) if name.casefold() == folded), 255)
