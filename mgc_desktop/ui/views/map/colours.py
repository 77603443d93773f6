"""The colours of the groups of songs on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mgc_desktop.analysis.colouring import NO_GENRE, UNSURE, Colouring
from mgc_desktop.ui.theme import GENRE_COLOURS, Palette

# For genres beside the ten: names in files, and those that the user taught.
_OTHERS: Final = ("#C77B58", "#6E9BB8", "#A9A13F", "#B58BB0", "#5FAE7B", "#D0879A", "#8A93D6", "#9B8468")


@dataclass(frozen=True, slots=True)
class Ink:
    """How the songs of a group are drawn: a disc, or where they have no genre a ring."""

    colour: str
    ring: bool = False


def inks(colouring: Colouring, palette: Palette) -> tuple[Ink, ...]:
    """One for each group."""
    made, others = [], 0
    for number, name in enumerate(colouring.names):
        if colouring.is_uncoloured(number):
            made.append(Ink(palette.muted, ring=name in (UNSURE, NO_GENRE)))
        elif name in GENRE_COLOURS:
            made.append(Ink(palette.genre(name)))
        else:
            made.append(Ink(_OTHERS[others % len(_OTHERS)]))
            others += 1
    return tuple(made)
