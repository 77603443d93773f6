"""Compares a verdict with the genres in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mgc_desktop.library.song import State

# Names that people use for the ten genres, case-folded, without signs. A file agrees if one of its genres is the
# predicted one or one of these: "Metal" does not contradict Hard Rock.
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
    """Whether one of a file's genres is the predicted genre or a common name of it."""
    names = _NAMES.get(predicted, frozenset()) | {plain(predicted)}
    return any(plain(genre) in names for genre in genres)


def state_of(genres: Iterable[str], predicted: str | None, *, is_none: bool = False) -> State:
    """The state of a song with these genres in the file; `predicted` is None without a verdict, `is_none` says whether
    that is because the song is like none of the genres."""
    genres = tuple(genres)
    if predicted is None:
        return State.NONE if is_none else State.UNSURE
    if not genres:
        return State.TO_WRITE
    return State.AGREES if agrees(genres, predicted) else State.DIFFERS


def meanings(name: str, known: Iterable[str], own: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """The genres in `known` that a name in a file may mean, the likeliest first: the genre itself, one with this name
    in the user's vocabulary (`own`: names by genre), one with this common name. () if there is none."""
    wanted, known = plain(name), tuple(known)
    itself = [genre for genre in known if plain(genre) == wanted]
    called = [genre for genre in known if any(plain(word) == wanted for word in (own or {}).get(genre, ()))]
    people = [genre for genre in known if wanted in _NAMES.get(genre, ())]
    return tuple(dict.fromkeys((*itself, *called, *people)))


def plain(name: str) -> str:
    """A genre's name without case and signs: "Hip-Hop" and "hip hop" are equal."""
    return "".join(character for character in name.casefold().replace("&", "and") if character.isalnum())
