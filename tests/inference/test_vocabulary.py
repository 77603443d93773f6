"""Vocabularies: what is bundled, what a user's file may say, and how names find theirs."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.errors import ModelError, SettingsError
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.vocabularies import (
    described,
    description,
    find_vocabulary,
    list_vocabularies,
    load_vocabulary,
    user_folder,
    vocabulary_of,
)
from mgc_desktop.inference.vocabulary import Vocabulary


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    return tmp_path


def test_two_vocabularies_are_bundled() -> None:
    report, everyday = list_vocabularies()
    assert (report.id, report.names) == ("report", REPORT_GENRES)
    assert report.measured == set(REPORT_GENRES) - {"Ambient", "New Age"}
    assert (everyday.id, len(everyday)) == ("everyday", 22)
    assert everyday.lineage("House & Techno") == ("House & Techno", "Electronic")
    assert everyday.broad("Jazz") == "Jazz"


def test_a_vocabulary_may_be_a_key_and_travel_to_other_processes() -> None:
    report = find_vocabulary("report")
    assert report.index("Jazz") == 7  # fills the cache, which must not hinder either
    assert pickle.loads(pickle.dumps(report)) == report
    assert {report: 1}[Vocabulary.from_dict(report.to_dict())] == 1


def test_names_find_their_vocabulary() -> None:
    assert vocabulary_of(REPORT_GENRES).id == "report"
    own = vocabulary_of((*REPORT_GENRES, "Polka"))
    assert (own.id, own.names[-1], own.parent("Hard Rock")) == ("report+own", "Polka", "Rock")
    other = vocabulary_of(("Polka", "Tango"))
    assert other.names == ("Polka", "Tango")
    assert other.id == vocabulary_of(["Polka", "Tango"]).id != vocabulary_of(["Tango", "Polka"]).id


def test_a_file_says_only_what_the_names_do_not() -> None:
    report = find_vocabulary("report")
    assert description(report) == {}
    discogs = Vocabulary("discogs", ("House", "Bebop"), parents=("Electronic", "Jazz"))
    assert described(discogs.names, description(discogs)["vocabulary"]) == discogs
    with pytest.raises(ValueError, match="not those of the vocabulary 'report'"):
        described(("Jazz", "World"), "report")
    with pytest.raises(ValueError, match="not known"):
        described(("Jazz", "World"), "nobody's")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"id": "Ein Name"}, "cannot be the id"),
        ({"id": "../../etc"}, "cannot be the id"),
        ({"names": ()}, "1 to 2000 names"),
        ({"names": ("Jazz", "jazz")}, "must differ"),
        ({"names": ("Jazz", "")}, "may be empty"),
        ({"names": ("Jazz\n", "Pop")}, "cannot be the name"),
        ({"names": ("J" * 300, "Pop")}, "cannot be the name"),
        ({"kind": "mood"}, "kind 'mood'"),
        ({"parents": ("Pop",)}, "2 names but 1 parents"),
        ({"parents": ("Pop", "Jazz")}, "its own parent"),
        ({"parents": ("Jazz", "")}, "its own parent"),
        ({"colours": ("red", "")}, "#RRGGBB"),
        ({"measured": frozenset({"Rock"})}, "measured but"),
    ],
)
def test_what_makes_no_vocabulary_is_refused(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Vocabulary(**{"id": "mine", "names": ("Jazz", "Pop"), **values})


def test_the_user_may_add_vocabularies_and_change_bundled_ones() -> None:
    user_folder().mkdir(parents=True)
    mine = '[[genre]]\nname = "Polka"\nmeasured = true\n[[genre]]\nname = "Ländler"\nparent = "Folk"\n'
    (user_folder() / "mine.toml").write_text(f'id = "mine"\n{mine}', encoding="utf-8")
    genres = "".join(f'[[genre]]\nname = "{name}"\ncolour = "#112233"\n' for name in REPORT_GENRES)
    (user_folder() / "report.toml").write_text(f'id = "report"\ntitle = "Mine"\n{genres}', encoding="utf-8")
    (user_folder() / "wrong.toml").write_text(f'id = "everyday"\n{mine}', encoding="utf-8")
    (user_folder() / "damaged.toml").write_bytes(b"\xff\xfe")
    found = {vocabulary.id: vocabulary for vocabulary in list_vocabularies()}
    assert list(found) == ["report", "everyday", "mine"]
    assert (found["report"].title, found["report"].colour_of("Jazz")) == ("Mine", "#112233")
    assert found["mine"].parent("Ländler") == "Folk"
    assert len(found["everyday"]) == 22  # other names would change what a head's rows mean
    assert vocabulary_of(("Polka", "Ländler")).id == "mine"


@pytest.mark.parametrize(
    "content",
    [b"", b"id = 7", b'id = "a"\ngenre = 3', b'id = "a"\ngenre = [3]', b"\xff", b"[" * 5000, b"a" * 1_100_000,
     b'id = "a"\n[[genre]]\nname = 3', b'id = "a"\nsize = 3\n[[genre]]\nname = "b"', b"a = 1" + b"0" * 5000,
     b'id = "a"\n[[genre]]\nname = "b"\naliases = "c"', b'id = "a"\n[[genre]]\nname = "b"\nparent = 3'],
)  # fmt: skip
def test_a_file_that_is_not_understood_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_vocabulary(path)
    assert caught.value.path == path


def test_an_unknown_vocabulary_is_told_with_those_there_are() -> None:
    with pytest.raises(ModelError, match="report, everyday"):
        find_vocabulary("polka")
