"""The colours of genres in all views: one palette, the same colour for a name always.

A name has the colour that a bundled or a user's vocabulary fixes. A name of a large vocabulary has that of its broad
genre. Any other has one of `FURTHER_COLOURS`, derived from its letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from mgc_desktop.inference.vocabularies import broad_genre, list_vocabularies

GENRE_COLOURS: Final[Mapping[str, str]] = MappingProxyType({
    "Alt Rock": "#E4674B",
    "Ambient": "#58B8C4",
    "Classical": "#D9B64A",
    "Electro Rock": "#D46CB3",
    "Electronica": "#5C8DF0",
    "Hard Rock": "#B8405E",
    "Hip-Hop": "#F0923E",
    "Jazz": "#9C7FD1",
    "New Age": "#86B875",
    "World": "#3FA58A",
})  # fmt: skip

# For all other genres: each name has the same one of them always, unless another of the user's own has it.
FURTHER_COLOURS: Final[tuple[str, ...]] = (
    "#B4C64A", "#4DBB6A", "#74B4EA", "#7C82E8", "#B673E0", "#E98FB4", "#BD8D60", "#93A6BA",
    "#DCCB86", "#86DDBD", "#C46A4A", "#C5A5EC", "#5F9A9A", "#E0A08A",
)  # fmt: skip


@cache
def _fixed() -> dict[str, str]:
    """Those of the vocabularies; the report's come first where several have a name."""
    found: dict[str, str] = dict(GENRE_COLOURS)
    for vocabulary in list_vocabularies():
        for name, colour in zip(vocabulary.names, vocabulary.colours, strict=True):
            if colour:
                found.setdefault(name, colour)
    return found


def genre_colour(name: str) -> str:
    """The fill colour of a genre, #RRGGBB."""
    return _colour(name) or _colour(broad_genre(name)) or FURTHER_COLOURS[_place(broad_genre(name))]


def distinct_colours(names: Sequence[str]) -> dict[str, str]:
    """The colours of genres that are shown together: none twice, as long as there are enough."""
    found = {name: genre_colour(name) for name in names}
    taken = {colour for name, colour in found.items() if _colour(name)}
    for name in names:
        if not _colour(name) and name == broad_genre(name):
            start = FURTHER_COLOURS.index(found[name]) if found[name] in FURTHER_COLOURS else 0
            order = (*FURTHER_COLOURS[start:], *FURTHER_COLOURS[:start], *_fixed().values())
            found[name] = next((colour for colour in order if colour not in taken), found[name])
            taken.add(found[name])
    return found


def _colour(name: str) -> str | None:
    return _fixed().get(name) or _moved.get(name)


_moved: dict[str, str] = {}  # genres of the user's own whose colour another one has


def tell_apart(own: Iterable[str]) -> None:
    """From now on no two of these genres have one colour, as long as there are enough.

    Where two names come to the same, the later in the alphabet moves on to the next that is free.
    """
    _moved.clear()
    taken: set[int] = set()
    for name in sorted(set(own) - _fixed().keys()):
        places = [(_place(name) + step) % len(FURTHER_COLOURS) for step in range(len(FURTHER_COLOURS))]
        place = next((place for place in places if place not in taken), places[0])
        taken.add(place)
        if place != places[0]:
            _moved[name] = FURTHER_COLOURS[place]


def _place(name: str) -> int:
    return zlib.crc32(" ".join(name.casefold().split()).encode()) % len(FURTHER_COLOURS)
