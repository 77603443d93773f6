"""Which words in files mean a genre of a vocabulary: aliases, and what lies above a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc_desktop.errors import SettingsError
from mgc_desktop.inference.genre_tree import Meanings, genre_tree, lenient_vocabulary, load_tables, user_file
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.tags.genre_text import ID3V1_GENRES

EVERYDAY = find_vocabulary("everyday")
# Names of the list that say nothing of the kind of music, or of too many kinds.
_NO_KIND = set(
    "Other;Pranks;Instrumental;Dream;Cult;Cabaret;Retro;Revival;Avantgarde;Primus;Porn Groove;Duet;Drum Solo;Beat;"
    "Crossover;Contemporary Christian;Abstract;Eclectic;Experimental;Global;A Cappella".split(";")
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("in_file", "predicted", "agree"),
    [
        ("Deep House", "Electronic", True),
        ("deep-house", "House & Techno", True),
        ("Electronic", "House & Techno", True),
        ("Deep House", "Ambient", False),
        ("Bebop", "Jazz", True),
        ("Neo Soul", "R&B & Soul", True),
        ("Drum'n'Bass", "Electronic", True),
        ("Folk", "World", False),
        ("Klassik", "Classical", True),
        ("Hip Hop/Rap", "Hip-Hop", True),
        ("Polka", "Jazz", False),
        ("", "Jazz", False),
    ],
)
def test_agreement_knows_parents_and_aliases(in_file: str, predicted: str, agree: bool) -> None:
    assert Meanings(EVERYDAY).agree(in_file, predicted) is agree


def test_siblings_do_not_agree() -> None:
    discogs = Vocabulary("discogs", ("House", "Techno", "Bebop"), parents=("Electronic", "Electronic", "Jazz"))
    meanings = Meanings(discogs)
    assert not meanings.agree("House", "Techno")
    assert meanings.agree("Electronic", "Techno")
    assert meanings.agree("Detroit Techno", "Techno")


def test_every_genre_of_the_old_list_that_names_a_kind_of_music_has_a_meaning() -> None:
    meanings = Meanings(EVERYDAY)
    spoken = {"Speech", "Comedy", "Humour", "Satire", "Audiobook", "Audio Theatre", "Podcast", "Spoken Word"}
    without = {name for name in ID3V1_GENRES if not meanings.of(name)}
    assert without <= _NO_KIND | spoken, sorted(without - _NO_KIND - spoken)
    assert sum(len(names) for table in load_tables(genre_file()).values() for names in table.values()) > 300


def genre_file() -> Path:
    from mgc_desktop.inference.genre_tree import FILE_NAME
    from mgc_desktop.paths import resources_dir

    return resources_dir() / FILE_NAME


def test_the_user_may_change_the_facts() -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text('[under]\nJazz = ["Polka"]\n[aliases]\n"Hip-Hop" = ["Sprechgesang"]\n', encoding="utf-8")
    meanings = Meanings(EVERYDAY)
    assert set(meanings.of("Polka")) == {"Folk", "Jazz"}
    assert meanings.of("Sprechgesang") == ("Hip-Hop",)


@pytest.mark.parametrize(
    "content", ["[over]\n", "under = 3\n", "[under]\nJazz = 3\n", "[under]\nJazz = [3]\n", "[", ""]
)
def test_a_damaged_file_of_the_user_s_changes_nothing(content: str) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(content, encoding="utf-8")
    assert Meanings(EVERYDAY).of("Bebop") == ("Jazz",)
    if content:
        with pytest.raises(SettingsError, match="genre_aliases"):
            load_tables(user_file())


def test_names_from_anywhere_make_a_vocabulary() -> None:
    assert lenient_vocabulary(["Jazz", "jazz", "", " x", "a\nb", "Polka"]).names == ("Jazz", "Polka")
    assert len(lenient_vocabulary([])) == 1


def test_a_circle_ends() -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text('[under]\nA = ["B"]\nB = ["A"]\n', encoding="utf-8")
    assert len(list(genre_tree().above("A"))) <= 8
