"""A file agrees with a verdict if its genre has the same meaning."""

from __future__ import annotations

import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.song import State
from mgc_desktop.library.verdict import agrees, meanings, state_of


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_agrees_with_its_own_name_however_it_is_written(genre: str) -> None:
    assert agrees([genre.upper().replace(" ", "-")], genre)


@pytest.mark.parametrize(
    ("in_file", "predicted", "state"),
    [
        ((), "Jazz", State.TO_WRITE),
        (("Jazz",), None, State.UNSURE),
        ((), None, State.UNSURE),
        (("Metal",), "Hard Rock", State.AGREES),
        (("Pop", "Drum & Bass"), "Electronica", State.AGREES),
        (("Soundtrack",), "Classical", State.DIFFERS),
        (("Jazz",), "Hip-Hop", State.DIFFERS),
    ],
)
def test_state_of_a_song(in_file: tuple[str, ...], predicted: str | None, state: State) -> None:
    assert state_of(in_file, predicted) is state


@pytest.mark.parametrize(
    ("name", "known", "own", "meant"),
    [
        ("hip hop", GENRES, {}, ("Hip-Hop",)),
        ("Metal", GENRES, {}, ("Hard Rock",)),
        ("Soundtrack", GENRES, {}, ()),
        ("Soundtrack", GENRES, {"Classical": ("soundtrack",)}, ("Classical",)),
        ("Fado", GENRES, {}, ("World",)),
        ("Fado", (*GENRES, "Fado"), {}, ("Fado", "World")),  # a genre of the user's own goes before what people say
        ("Metal", ("Jazz",), {}, ()),
    ],
)
def test_meanings_of_a_name_in_a_file(
    name: str, known: tuple[str, ...], own: dict[str, tuple[str, ...]], meant: tuple[str, ...]
) -> None:
    assert meanings(name, known, own) == meant


@pytest.mark.parametrize("name", ["Metal", "Fado", "Drum & Bass", "Soundtrack", "piano", "R&B"])
@pytest.mark.parametrize("predicted", GENRES)
def test_a_name_agrees_with_each_of_its_meanings(name: str, predicted: str) -> None:
    assert agrees([name], predicted) == (predicted in meanings(name, GENRES))
