"""What a verdict means beside the genre that the file already has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mgc_desktop.library.song import State

# Names that people give to the ten genres, case-folded, without signs. A file agrees when one of its genres is the
# heard one or one of these: "Metal" is no contradiction to Hard Rock.
_NAMES: Final[dict[str, frozenset[str]]] = {
    "Alt Rock": frozenset(
        "altrock alternative alternativerock alternrock indie indierock rock poprock britpop grunge postpunk punk "
        "punkrock rockandroll".split()
    ),
    "Ambient": frozenset("ambient darkambient drone atmospheric chillout soundscape".split()),
    "Classical": frozenset(
        "classical classic klassik baroque romantic opera symphony symphonic orchestral orchestra chambermusic chamber "
        "choral piano westernart".split()
    ),
    "Electro Rock": frozenset("electrorock electronicrock industrial industrialrock synthrock ebm".split()),
    "Electronica": frozenset(
        "electronica electronic electro techno house trance dance edm idm drumnbass drumandbass dnb dubstep downtempo "
        "triphop synthpop breakbeat".split()
    ),
    "Hard Rock": frozenset(
        "hardrock metal heavymetal thrashmetal thrash deathmetal blackmetal powermetal numetal hardcore metalcore "
        "progressivemetal doommetal".split()
    ),
    "Hip-Hop": frozenset("hiphop rap trap hiphoprap raphiphop gangstarap rnb randb".split()),
    "Jazz": frozenset("jazz bebop swing bigband fusion jazzfusion smoothjazz cooljazz ragtime dixieland bop".split()),
    "New Age": frozenset("newage meditation relaxation healing".split()),
    "World": frozenset(
        "world worldmusic ethnic folk celtic african indian latin flamenco reggae middleeastern asian fado klezmer "
        "balkan".split()
    ),
}


def agrees(genres: Iterable[str], predicted: str) -> bool:
    """Whether one of a file's genres says the same as the heard one, in the words people use."""
    names = _NAMES.get(predicted, frozenset()) | {plain(predicted)}
    return any(plain(genre) in names for genre in genres)


def state_of(genres: Iterable[str], predicted: str | None, *, is_none: bool = False) -> State:
    """Where a song stands with these genres in the file; `predicted` is None without a verdict, `is_none` tells why:
    the song is like none of the genres, or the model is unsure between them."""
    genres = tuple(genres)
    if predicted is None:
        return State.NONE if is_none else State.UNSURE
    if not genres:
        return State.TO_WRITE
    return State.AGREES if agrees(genres, predicted) else State.DIFFERS


def meanings(name: str, known: Iterable[str], own: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """Which of the genres `known` a name in a file may stand for, the likeliest first: itself, one that the user calls
    so (`own`: the user's names of each genre), one that people call so. () for a name of another kind."""
    wanted, known = plain(name), tuple(known)
    itself = [genre for genre in known if plain(genre) == wanted]
    called = [genre for genre in known if any(plain(word) == wanted for word in (own or {}).get(genre, ()))]
    people = [genre for genre in known if wanted in _NAMES.get(genre, ())]
    return tuple(dict.fromkeys((*itself, *called, *people)))


def plain(name: str) -> str:
    """A genre's name without case and signs: "Hip-Hop" and "hip hop" are one."""
    return "".join(character for character in name.casefold().replace("&", "and") if character.isalnum())
