"""Small replacements and their inverse."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.errors import TagError
from mgc_desktop.tags.splice import Splice, apply, growth, inverse, spliced, tidy


@st.composite
def file_and_splices(draw: st.DrawFn) -> tuple[bytes, list[Splice]]:
    data = draw(st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return data, [Splice(start, end, draw(st.binary(max_size=10))) for start, end in pairs]


def applied(splices: tuple[Splice, ...], data: bytes) -> bytes:
    new = io.BytesIO()
    apply(splices, io.BytesIO(data), new)
    return new.getvalue()


@given(file_and_splices())
def test_the_inverse_gives_the_old_file_back(case: tuple[bytes, list[Splice]]) -> None:
    data, splices = case
    tidied = tidy(splices, io.BytesIO(data))
    new = applied(tidied, data)
    assert new == spliced(data, splices)
    assert len(new) == len(data) + growth(tidied)
    assert applied(inverse(tidied, io.BytesIO(data)), new) == data


@given(file_and_splices())
def test_tidy_splices_begin_and_end_with_a_difference(case: tuple[bytes, list[Splice]]) -> None:
    data, splices = case
    for splice in tidy(splices, io.BytesIO(data)):
        before = data[splice.start : splice.end]
        assert before != splice.data
        if before and splice.data:
            assert before[0] != splice.data[0]
            assert before[-1] != splice.data[-1]


@given(file_and_splices())
def test_splices_survive_json(case: tuple[bytes, list[Splice]]) -> None:
    assert [Splice.from_json(splice.to_json()) for splice in case[1]] == case[1]


def test_overlapping_splices_are_refused() -> None:
    with pytest.raises(TagError):
        tidy([Splice(0, 5, b"x"), Splice(3, 6, b"y")], io.BytesIO(b"0123456789"))


def test_large_files_are_copied_whole(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000  # more than five blocks
    (tmp_path / "old").write_bytes(data)
    ticks: list[int] = []
    with (tmp_path / "old").open("rb") as old, (tmp_path / "new").open("wb") as new:
        splices = (Splice(10, 10, b"in front"), Splice(3_000_001, 3_000_003, b""))
        apply(splices, old, new, lambda: ticks.append(1))
    assert (tmp_path / "new").read_bytes() == spliced(data, splices)
    assert ticks


def test_a_file_that_shrinks_under_way_is_noticed() -> None:
    with pytest.raises(TagError, match="shorter"):
        apply((Splice(50, 60, b"x"),), io.BytesIO(b"only this"), io.BytesIO())
