"""The user's own names for genres."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc_desktop.errors import SettingsError
from mgc_desktop.tags.vocabulary import Vocabulary, load_vocabulary

HEARD = {"Electronica": 0.3, "Electro Rock": 0.25, "Ambient": 0.4, "World": 0.05}


def test_genres_of_one_name_are_added_and_ranked_anew() -> None:
    mine = Vocabulary({"electronica": ("Electronic",), "Electro Rock": ("electronic",)})
    assert mine.apply(HEARD)[0] == ("Electronic", pytest.approx(0.55))


def test_ignored_genres_are_gone() -> None:
    assert [name for name, _ in Vocabulary({"Ambient": ()}).apply(HEARD)] == ["Electronica", "Electro Rock", "World"]


def test_one_genre_may_become_several() -> None:
    ranked = dict(Vocabulary({"Electro Rock": ("Rock", "Electronic")}).apply({"Electro Rock": 0.9}))
    assert ranked == {"Rock": 0.9, "Electronic": 0.9}


TOML = '"Hip-Hop" = "Rap"\n"New Age" = ""\n"Electro Rock" = ["Rock", "Electronic"]\n'
CSV = "# mine\nHip-Hop,Rap\nNew Age,\n\nElectro Rock,Rock,Electronic\n"


@pytest.mark.parametrize(("name", "text"), [("map.toml", TOML), ("map.csv", CSV), ("map.csv", "\ufeff" + CSV)])
def test_both_file_formats_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert load_vocabulary(path).mapping == {
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
        load_vocabulary(path)
    assert said in str(caught.value)
    assert caught.value.path == path
