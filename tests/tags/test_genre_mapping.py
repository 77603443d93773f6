"""The user's own names for genres."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.errors import SettingsError
from mgc_desktop.tags.genre_mapping import GenreMapping, load_genre_mapping

HEARD = {"Electronica": 0.3, "Electro Rock": 0.25, "Ambient": 0.4, "World": 0.05}


def test_genres_of_one_name_are_added_and_ranked_anew() -> None:
    mine = GenreMapping({"electronica": ("Electronic",), "Electro Rock": ("electronic",)})
    assert mine.apply(HEARD)[0] == ("Electronic", pytest.approx(0.55))


def test_ignored_genres_are_gone() -> None:
    assert [name for name, _ in GenreMapping({"Ambient": ()}).apply(HEARD)] == ["Electronica", "Electro Rock", "World"]


def test_one_genre_may_become_several() -> None:
    ranked = dict(GenreMapping({"Electro Rock": ("Rock", "Electronic")}).apply({"Electro Rock": 0.9}))
    assert ranked == {"Rock": 0.9, "Electronic": 0.9}


TOML = '"Hip-Hop" = "Rap"\n"New Age" = ""\n"Electro Rock" = ["Rock", "Electronic"]\n'
CSV = "# mine\nHip-Hop,Rap\nNew Age,\n\nElectro Rock,Rock,Electronic\n"


@pytest.mark.parametrize(("name", "text"), [("map.toml", TOML), ("map.csv", CSV), ("map.csv", "\ufeff" + CSV)])
def test_both_file_formats_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert load_genre_mapping(path).mapping == {
        "Hip-Hop": ("Rap",),
        "New Age": (),
        "Electro Rock": ("Rock", "Electronic"),
    }


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("map.toml", b'"Hip-Hop" = ', "TOML"),
        ("map.toml", b'"Hip-Hop" = 3', "Hip-Hop"),
        ("map.csv", b"Hip-Hop,Rap\nJazz\n", "line 2"),
        ("map.csv", b"Jazz,Caf\xe9\n", "UTF-8"),
        ("map.toml", None, "read"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, name: str, data: bytes | None, said: str) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        load_genre_mapping(path)
    assert said in str(caught.value)
    assert caught.value.path == path


def big(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20_000_000_000)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and devices of Unix")
@pytest.mark.parametrize(("make", "said"), [(big, "such a file has at most"), (pipe, "a pipe"), (zeros, "a device")])
@pytest.mark.parametrize("name", ["map.toml", "map.csv"])
def test_what_is_huge_or_never_ends_is_not_read(
    tmp_path: Path, name: str, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(SettingsError, match=said):
        load_genre_mapping(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("map.csv", "Jazz," + "x" * 200_000, "at most"),
        ("map.csv", "Jazz," + "x" * 90_000, "a line of more than"),
        ("map.csv", "Jazz," + "x" * 1000, "too long"),
        ("map.csv", "Jazz,a\0b", "control character|no CSV"),
        ("map.csv", 'Jazz,"a\nb"', "control character"),
        ("map.toml", '"Jazz" = "a\\u001bb"', "control character"),
        ("map.toml", "a = " + "[" * 50_000, "a line of more than"),
        ("map.toml", "a = " + "[\n" * 40_000, "nested|TOML"),
        ("map.toml", "a = " + "{b=" * 600, "nested|TOML"),
        ("map.toml", TOML + "x", "TOML"),
        ("map.toml", "a." * 40_000 + "a = 1", "a line of more than"),
        ("map.toml", "a." * 900 + "a = 1", "must be a name"),
        ("map.toml", "a = " + "1" * 1900, "must be a name"),
    ],
)
def test_absurd_contents_are_said_in_a_sentence(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as caught:
        load_genre_mapping(tmp_path / name)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))
