"""What there is much and little of, in plain words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.analysis.columns import SongColumns
from mgc_desktop.analysis.distribution import (
    Balance,
    Distribution,
    Division,
    GenreSongs,
    Side,
    Weight,
    by_folder,
    distribution,
)
from mgc_desktop.ui.views.genres.words import (
    bar_reading,
    even_sentence,
    head_line,
    listed,
    part_line,
    part_reading,
    share_word,
    times,
)

GENRES = ("Jazz", "World", "Ambient", "Classical")


def library(**predicted: int) -> Distribution:
    """Songs heard so often; those in the file say the same; half of them lie in the folder "a", Jazz in "b"."""
    names = tuple(name for name in GENRES if predicted.get(name))
    codes = np.repeat(np.arange(len(names)), [predicted[name] for name in names])
    n = len(codes)
    jazz = np.array([names[code] == "Jazz" for code in codes], np.int64)
    columns = SongColumns(
        ids=np.arange(1, n + 1), tagged=codes, genres=tuple((name,) for name in names), predicted=codes, names=names,
        sure=np.ones(n, bool), confidence=np.ones(n, np.float32), folder=jazz,
        folders=(Path("/m/a"), Path("/m/b")), year=np.zeros(n, np.int64), written=np.zeros(n, bool),
    )  # fmt: skip
    return distribution(columns, GENRES)


def test_an_even_share_is_the_measure_of_much_and_little() -> None:
    found = library(Jazz=80, World=18, Classical=2)
    assert even_sentence(found) == (
        "An even share would be 25 % of what was heard. Much more: Jazz (3.2 ×). Much less: Ambient and Classical."
    )
    assert "No genre has much more." in even_sentence(library(Jazz=5, World=5, Ambient=5, Classical=5))
    assert even_sentence(library()) == ""


def test_a_bar_is_read_with_its_share_of_what_is_known() -> None:
    found = library(Jazz=80, World=20)
    jazz = found.genres[0]
    assert (
        bar_reading(found, jazz, Side.PREDICTED) == "Jazz: 80 songs heard, 80 % of what was heard, 3.2 × an even share"
    )
    assert bar_reading(found, jazz, Side.TAGGED) == "Jazz: 80 songs in the file, 80 % of the songs that have a genre"
    other = GenreSongs("Polka", False, np.arange(3), np.arange(0))
    assert bar_reading(found, other, Side.PREDICTED).endswith("none of the genres that are listened for")


def test_a_folder_is_compared_with_the_whole_library() -> None:
    a, b = sorted(by_folder(library(Jazz=40, World=60), Side.PREDICTED), key=lambda part: part.name)
    assert part_line(a) == "Much World (1.7 ×), little Jazz"
    assert part_line(b) == "Much Jazz (2.5 ×), little World"
    assert "40 songs" in part_reading(b) and "Jazz 100 %" in part_reading(b)
    assert "Beside the whole library: much Jazz" in part_reading(b)


def test_a_part_that_is_like_the_library_or_unknown_says_so() -> None:
    part = Division("x", "/x", np.arange(2), ("Jazz", "World"), np.array([1, 1]), (0.5, 0.5))
    assert part_line(part) == "No clear difference"
    assert part_line(Division("x", "/x", np.arange(2), ("Jazz",), np.array([0]), (1.0,))) == "No genre known yet"


@pytest.mark.parametrize(("ratio", "text"), [(0.24, "0.2 ×"), (3.14, "3.1 ×"), (12.3, "12 ×")])
def test_ratios(ratio: float, text: str) -> None:
    assert times(ratio) == text
    assert share_word(Balance(ratio, Weight.MUCH)) == f"{text} even share"
    assert share_word(Balance(ratio, Weight.USUAL)) == ""
    assert share_word(Balance(0.0, Weight.LITTLE)) == "never heard"


def test_lists_and_head() -> None:
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c" and listed([]) == ""
    assert head_line(library(Jazz=3)) == "3 songs  ·  3 with a genre in the file  ·  3 listened to"
