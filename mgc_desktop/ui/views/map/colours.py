"""The colours of the groups of songs on the map."""

from __future__ import annotations

from dataclasses import dataclass

from mgc_desktop.analysis.colouring import NO_GENRE, UNSURE, Colouring
from mgc_desktop.ui.genre_colours import distinct_colours
from mgc_desktop.ui.theme import Palette


@dataclass(frozen=True, slots=True)
class Ink:
    """How the songs of a group are drawn: a disc, or where they have no genre a ring."""

    colour: str
    ring: bool = False


def inks(colouring: Colouring, palette: Palette) -> tuple[Ink, ...]:
    """One for each group."""
    colours = distinct_colours(
        [name for number, name in enumerate(colouring.names) if not colouring.is_uncoloured(number)]
    )
    return tuple(
        Ink(palette.muted, ring=name in (UNSURE, NO_GENRE)) if colouring.is_uncoloured(number) else Ink(colours[name])
        for number, name in enumerate(colouring.names)
    )
