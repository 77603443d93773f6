"""The one palette of genres: told apart by everybody, the same always, and broad genres for large vocabularies."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from mgc_desktop.inference import vocabularies
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.ui.genre_colours import FURTHER_COLOURS, GENRE_COLOURS, distinct_colours, genre_colour

# Full protanopia and deuteranopia, linear RGB (Machado, Oliveira and Fernandes 2009).
_SIGHTS = {
    "usual": np.eye(3),
    "protan": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deutan": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
}  # fmt: skip


def seen(colour: str, sight: str) -> NDArray[np.float64]:
    """CIELAB of a colour as somebody sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(_SIGHTS[sight] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 1e-6))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", _SIGHTS)
def test_the_everyday_genres_are_told_apart(sight: str) -> None:
    colours = {name: genre_colour(name) for name in find_vocabulary("everyday").names}
    fixed_before = set(GENRE_COLOURS)  # the report's ten keep the colours that users know
    for one, other in itertools.combinations(colours, 2):
        if not {one, other} <= fixed_before:
            distance = np.linalg.norm(seen(colours[one], sight) - seen(colours[other], sight))
            assert distance > 12, (one, other, distance)


def test_names_of_a_large_vocabulary_have_the_colour_of_their_broad_genre(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabularies, "_seen", {})
    monkeypatch.setattr(vocabularies, "_broad", {})
    names = tuple(f"Style {number}" for number in range(400))
    parents = tuple(("Electronic", "Rock", "Krautmusik", "Jazz")[number % 4] for number in range(400))
    vocabularies.remember(Vocabulary("styles", names, parents=parents))
    assert genre_colour("Style 0") == genre_colour("Style 4") == genre_colour("Electronic")
    assert genre_colour("Style 2") == genre_colour("Krautmusik") in FURTHER_COLOURS
    assert vocabularies.vocabulary_of(names).broad_names == ("Electronic", "Rock", "Krautmusik", "Jazz")


def test_what_is_shown_together_has_different_colours() -> None:
    names = [*find_vocabulary("report").names, *(f"Kind {number}" for number in range(10))]
    assert len(set(distinct_colours(names).values())) == len(names)
    assert distinct_colours(names) == distinct_colours(names)
