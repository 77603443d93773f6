"""Two palettes that can be read."""

from __future__ import annotations

import re

import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.ui import theme
from mgc_desktop.ui.theme import DARK, FURTHER_COLOURS, LIGHT, Palette, tell_apart

PALETTES = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#123456", "#123456") == 1.0


@PALETTES
@pytest.mark.parametrize("text, ground", theme.TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(palette: Palette, text: str, ground: str) -> None:
    assert theme.contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


OWN = [f"Own {number}" for number in range(60)]  # enough names for every further colour


@PALETTES
@pytest.mark.parametrize("genre", [*GENRES, *OWN])
def test_names_of_genres_can_be_read_on_panels(palette: Palette, genre: str) -> None:
    ink = palette.genre_as_text(genre)
    assert theme.contrast(ink, palette.panel) >= 4.5
    assert theme.contrast(ink, palette.raised) >= 4.5


@PALETTES
@pytest.mark.parametrize("genre", [*GENRES, *OWN])
def test_names_can_be_read_inside_their_bands(palette: Palette, genre: str) -> None:
    fill = palette.genre(genre)
    assert theme.contrast(palette.on_genre(genre), fill) >= 4.5
    assert theme.contrast(palette.on_genre(genre, veiled=True), theme.laid_over(fill, palette.overlay)) >= 4.5


def test_a_veil_mixes() -> None:
    assert theme.laid_over("#FF8000", "#80000000") == "#7F4000"
    assert theme.laid_over("#123456", "#00FFFFFF") == "#123456"


def test_every_genre_has_a_colour_of_its_own() -> None:
    assert set(theme.GENRE_COLOURS) == set(GENRES)
    assert len(set(theme.GENRE_COLOURS.values())) == len(GENRES)


@PALETTES
def test_a_genre_of_the_users_own_has_the_same_colour_always(palette: Palette) -> None:
    assert palette.genre("Fado") == palette.genre(" fado") in theme.FURTHER_COLOURS
    assert {palette.genre(name) for name in OWN} == set(theme.FURTHER_COLOURS)


def test_genres_of_the_users_own_are_told_apart_and_keep_their_colours_where_they_can() -> None:
    own = OWN[: len(FURTHER_COLOURS)]
    before = {name: DARK.genre(name) for name in own}
    assert len(set(before.values())) < len(own), "names that come to the same colour"
    try:
        tell_apart(own)
        apart = {name: DARK.genre(name) for name in own}
        assert len(set(apart.values())) == len(own)
        assert apart[min(own)] == before[min(own)]
        tell_apart(OWN)  # more than there are colours
        assert {DARK.genre(name) for name in OWN} == set(FURTHER_COLOURS)
    finally:
        tell_apart([])
    assert {name: DARK.genre(name) for name in own} == before


def test_further_colours_are_none_of_the_ten() -> None:
    assert len(set(theme.FURTHER_COLOURS)) == len(theme.FURTHER_COLOURS)
    assert not set(theme.FURTHER_COLOURS) & set(theme.GENRE_COLOURS.values())


@PALETTES
def test_no_genre_is_grey(palette: Palette) -> None:
    assert palette.genre(None) == palette.genre("") == palette.muted
    assert palette.genre_as_text(None) == palette.text


@PALETTES
def test_the_style_sheet_is_filled_in(palette: Palette) -> None:
    sheet = theme.style_sheet(palette, "/of/the/program/icons")
    assert f"/of/the/program/icons/check-{palette.name}.svg" in sheet
    assert palette.panel in sheet
    assert not re.search(r"\{[a-z_]+\}|\{\{", sheet)
