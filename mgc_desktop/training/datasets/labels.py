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


# Words of everyday genre names, to tell a folder of genres from a folder of artists.
_GENRE_WORDS: Final = frozenset(
    "acoustic alternative ambient baroque bass beat blues bluegrass celtic chanson children choral christmas classic "
    "classical club country dance disco drone dub dubstep easy electro electronic electronica emo ethnic experimental "
    "flamenco folk funk garage gospel goth gothic grunge hardcore hip hiphop holiday hop house idm indie industrial "
    "instrumental jazz jungle latin lounge medieval metal musical new newage noise opera orchestral piano polka pop "
    "post prog progressive psychedelic punk ragtime rap rave reggae reggaeton rnb rock rockabilly salsa samba schlager "
    "score shoegaze singer ska soul soundtrack spoken swing symphonic synth synthpop tango techno trance trap trip "
    "vocal wave world".split()
)


def sounds_like_genre(name: str) -> bool:
    """Whether a word of the name is one that genres are called by."""
    return to_genre(name) is not None or bool(_GENRE_WORDS & set(plain(name).split()))


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
