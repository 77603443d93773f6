"""A file agrees when it says the same in other words."""

from __future__ import annotations

import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.song import State
from mgc_desktop.library.verdict import agrees, state_of


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_agrees_with_its_own_name_however_it_is_written(genre: str) -> None:
    assert agrees([genre.upper().replace(" ", "-")], genre)


@pytest.mark.parametrize(
    ("in_file", "heard", "state"),
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
def test_where_a_song_stands(in_file: tuple[str, ...], heard: str | None, state: State) -> None:
    assert state_of(in_file, heard) is state
