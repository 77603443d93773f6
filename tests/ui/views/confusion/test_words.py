"""What the view says when it has something to say, and what to do when it has not."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.analysis.confusion import UNSURE, LibraryConfusion, Matrix
from mgc_desktop.ui.views.confusion.words import cell_title, head_line, nothing_to_compare


def found(
    counts: list[list[int]], *, written: int = 0, songs: int = 10, predicted: int = 9, tagged: int = 9
) -> LibraryConfusion:
    matrix = Matrix(("Jazz", "Soundtrack"), ("Jazz", UNSURE), np.array(counts), 1)
    return LibraryConfusion(matrix, (), written, songs, predicted, tagged)


def test_the_head_tells_how_many_agree() -> None:
    assert head_line(found([[3, 1], [1, 0]])) == (
        "5 songs with a genre in the file and heard  ·  3 agree (60 %)  ·  1 unsure"
    )
    assert "2 of all tagged by this program" in head_line(found([[3, 0], [0, 0]], written=2))
    assert head_line(found([[0, 0], [0, 0]])) == ""


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ((0, 0), "Jazz in the file, and heard"),
        ((1, 0), "Soundtrack in the file, heard as Jazz"),
        ((0, 1), "Jazz in the file, heard without a verdict"),
    ],
)
def test_a_cell_is_named(place: tuple[int, int], title: str) -> None:
    assert cell_title(found([[1, 1], [1, 1]]), *place) == title


@pytest.mark.parametrize(
    ("songs", "predicted", "tagged", "word"),
    [
        (0, 0, 0, "Add the folders"),
        (5, 0, 5, "Let the program listen to them"),
        (5, 5, 0, "No file says a genre"),
        (5, 2, 3, "No song has both"),
    ],
)
def test_an_empty_matrix_says_why_and_what_to_do(songs: int, predicted: int, tagged: int, word: str) -> None:
    nothing = found([[0, 0], [0, 0]], songs=songs, predicted=predicted, tagged=tagged)
    assert word in " ".join(nothing_to_compare(nothing))
