"""Heads, their marks in the library and their files, kept in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference import heads
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.heads import HeadError, Lesson, Pupil
from mgc_desktop.inference.memory import Memory
from mgc_desktop.inference.registry import pupil
from mgc_desktop.insight import school
from mgc_desktop.library.marks import mark, taught_heads, unmark
from mgc_desktop.library.store import LibraryStore

MUSICNN = pupil("musicnn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "heads"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


@pytest.fixture(scope="module")
def memory() -> Memory:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(10, 0.1), 60).astype(np.float32)
    return Memory(probabilities, rng.normal(size=(60, 400)).astype(np.float32), np.arange(60))


def lesson(number: int, genre: str = "Fado") -> Lesson:
    rng = np.random.default_rng(number)
    heard = rng.dirichlet(np.full(10, 0.2)).astype(np.float32)
    embedding = rng.normal(size=400).astype(np.float32) + (1 if genre == "Fado" else -1)
    return Lesson(f"{number:032x}", genre, f"Song {number}", f"Artist {number % 3}", heard, embedding)


def teach(store: LibraryStore, *lessons: Lesson, head: str = "Mine", model: str = MUSICNN.identity) -> None:
    mark(store, head, lessons, model)


Learn = Callable[[str], school.Learned]


@pytest.fixture
def learn(store: LibraryStore, memory: Memory, folder: Path) -> Learn:
    return lambda name: school.learn(store, name, MUSICNN, memory, folder)


def test_a_head_is_made_from_marks_and_kept(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0), lesson(1), lesson(2, "Jazz"))
    learned = learn("Mine")
    assert learned.head is not None
    assert learned.head.taught.own == ("Fado",)
    kept = heads.load_head("Mine", folder)
    assert kept == learned.head
    assert [each.title for each in kept.lessons] == ["Song 0", "Song 1", "Song 2"]


def test_it_changes_only_when_the_user_teaches_it(store: LibraryStore, learn: Learn, memory: Memory) -> None:
    teach(store, lesson(0), lesson(1))
    first = learn("Mine").head
    assert learn("Mine").head == first
    teach(store, lesson(2))
    assert learn("Mine").head != first


def test_the_figures_are_kept_with_it(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, *(lesson(i) for i in range(6)), *(lesson(10 + i, "Polka") for i in range(6)))
    learned = learn("Mine")
    report = school.examine(learned, folder)
    kept = heads.load_head("Mine", folder)
    assert kept.measured == report.to_dict()
    assert kept == learned.head, "figures do not make it another head"


def test_without_marks_there_is_no_head(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0))
    learn("Mine")
    unmark(store, "Mine", [lesson(0).checksum])
    school.drop_empty(store, "Mine", folder)
    assert learn("Mine").head is None
    assert heads.list_heads(folder=folder) == []


def test_a_library_that_was_lost_takes_no_head_with_it(
    store: LibraryStore, learn: Learn, folder: Path, tmp_path: Path, memory: Memory
) -> None:
    teach(store, lesson(0), lesson(1))
    mine = learn("Mine").head
    with LibraryStore(tmp_path / "anew.db") as anew:
        again = school.learn(anew, "Mine", MUSICNN, memory, folder)
        assert again.head == mine
        assert [each.lesson.title for each in again.marks] == ["Song 0", "Song 1"]


def test_marks_that_another_model_heard_teach_nothing(store: LibraryStore, learn: Learn) -> None:
    teach(store, lesson(0), model="musicnn@0.9")
    learned = learn("Mine")
    assert learned.head is None
    assert len(learned.marks) == 1
    teach(store, lesson(1))
    head = learn("Mine").head
    assert head is not None
    assert [each.checksum for each in head.lessons] == [lesson(1).checksum]


def test_a_head_of_an_older_model_is_made_anew(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0), lesson(1))
    head = learn("Mine").head
    assert head is not None
    heads.save_head(replace(head, made_for="musicnn@0.9+1.0"), folder)
    assert learn("Mine").head == head


def test_heads_that_wait_for_their_first_song_are_listed(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0), head="B")
    learn("B")
    teach(store, lesson(0), head="a")
    listed = school.all_heads(store, MUSICNN, folder)
    assert [(entry.name, entry.head is not None) for entry in listed] == [("a", False), ("B", True)]


def test_a_new_name_goes_with_file_and_marks(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0))
    teach(store, lesson(0), head="Taken")
    learn("Mine")
    assert school.rename(store, "Mine", "  Ours ", folder) == "Ours"
    assert taught_heads(store) == ["Ours", "Taken"]
    assert [entry.name for entry in heads.list_heads(folder=folder)] == ["Ours"]
    with pytest.raises(HeadError, match="already"):
        school.rename(store, "Ours", "taken", folder)
    with pytest.raises(HeadError, match="cannot be the name"):
        school.rename(store, "Ours", "a/b", folder)


def test_deleting_takes_marks_and_file(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, lesson(0))
    learn("Mine")
    school.delete(store, "Mine", folder)
    assert taught_heads(store) == []
    assert heads.list_heads(folder=folder) == []


def test_a_head_from_another_computer_can_be_taught_further(
    store: LibraryStore, learn: Learn, folder: Path, tmp_path: Path, memory: Memory
) -> None:
    teach(store, lesson(0), lesson(1))
    mine = learn("Mine").head
    assert mine is not None
    heads.write_head(mine, tmp_path / "fado.json")
    other = tmp_path / "other"
    with LibraryStore(tmp_path / "other.db") as theirs:
        assert school.bring_in(theirs, tmp_path / "fado.json", other).name == "Mine"
        same = school.learn(theirs, "Mine", MUSICNN, memory, other)
        assert same.head == mine, "it says here what it says there"
        teach(theirs, lesson(5, "Polka"))
        further = school.learn(theirs, "Mine", MUSICNN, memory, other).head
        assert further is not None
        assert further.taught.own == ("Fado", "Polka")
        assert len(further.lessons) == 3


@pytest.mark.parametrize(
    "typed, name",
    [("jazz", "Jazz"), (" hip-hop ", "Hip-Hop"), ("FADO", "Fado"), ("Fado  Vadio", "Fado Vadio"), ("演歌", "演歌")],
)
def test_a_genre_is_called_as_it_is_known(typed: str, name: str) -> None:
    assert school.proper_genre(typed, (*GENRES, "Fado")) == name


@pytest.mark.parametrize("typed", ["", "  ", "–", "a" * 61])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(HeadError, match="Choose another"):
        school.proper_genre(typed, GENRES)


def test_the_background_is_of_songs_that_nobody_marked(store: LibraryStore, memory: Memory) -> None:
    pupil_: Pupil = MUSICNN
    background = school.background_of(store, pupil_, memory, [lesson(0)])
    assert len(background.embedding) == background.remembered == 60
    assert background.artists == ()
