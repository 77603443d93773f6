"""From the many spellings of genres to the report's ten."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from mgc_desktop.inference.genres import GENRES

_ALIASES: Final[dict[str, str]] = {
    "alternative rock": "Alt Rock",
    "alternative": "Alt Rock",
    "indie rock": "Alt Rock",
    "baroque": "Classical",
    "choral": "Classical",
    "opera": "Classical",
    "renaissance": "Classical",
    "symphonic": "Classical",
    "medieval": "Classical",
    "chamber music": "Classical",
    "electrorock": "Electro Rock",
    "electronic": "Electronica",
    "electro": "Electronica",
    "techno": "Electronica",
    "trance": "Electronica",
    "house": "Electronica",
    "drum and bass": "Electronica",
    "metal": "Hard Rock",
    "heavy metal": "Hard Rock",
    "metal punk": "Hard Rock",
    "punk": "Hard Rock",
    "hiphop": "Hip-Hop",
    "rap": "Hip-Hop",
    "jazz and blues": "Jazz",
    "newage": "New Age",
    "celtic": "World",
    "ethnic": "World",
    "world music": "World",
    "world fusion": "World",
    "international": "World",
}


def plain(name: str) -> str:
    """Lower case, no accents, `&` as `and`, and everything but letters and digits as one space."""
    bare = unicodedata.normalize("NFKD", name.replace("&", " and ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.lower().replace("'", "")).strip()


_TEN: Final = {plain(genre): genre for genre in GENRES}


def to_genre(*names: str) -> str | None:
    """The first of the given names that is one of the ten genres or an alias of one; None if none is.

    A name may itself be a list (`Classical,Baroque`, `Rock; Hard Rock`).
    """
    for name in names:
        for part in re.split(r"[,;/|]", name):
            key = plain(part)
            found = _TEN.get(key) or _ALIASES.get(key)
            if found:
                return found
    return None
