"""User heads: their labels in the library and their files agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.heads import head_training
from mgc_desktop.inference import user_heads
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.reference_set import ReferenceSet
from mgc_desktop.inference.registry import base_model
from mgc_desktop.inference.user_heads import BaseModel, HeadError, LabelledSong
from mgc_desktop.library.labels import add_labels, labelled_heads, remove_labels
from mgc_desktop.library.store import LibraryStore

MUSICNN = base_model("musicnn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "heads"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


@pytest.fixture(scope="module")
def memory() -> ReferenceSet:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(10, 0.1), 60).astype(np.float32)
    return ReferenceSet(probabilities, rng.normal(size=(60, 400)).astype(np.float32), np.arange(60))


def example(number: int, genre: str = "Fado") -> LabelledSong:
    rng = np.random.default_rng(number)
    predicted = rng.dirichlet(np.full(10, 0.2)).astype(np.float32)
    embedding = rng.normal(size=400).astype(np.float32) + (1 if genre == "Fado" else -1)
    return LabelledSong(f"{number:032x}", genre, f"Song {number}", f"Artist {number % 3}", predicted, embedding)


def teach(store: LibraryStore, *examples: LabelledSong, head: str = "Mine", model: str = MUSICNN.identity) -> None:
    add_labels(store, head, examples, model)


Learn = Callable[[str], head_training.FittedHead]


@pytest.fixture
def learn(store: LibraryStore, memory: ReferenceSet, folder: Path) -> Learn:
    return lambda name: head_training.fit_head(store, name, MUSICNN, memory, folder)


def test_a_head_is_fitted_on_labels_and_saved(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0), example(1), example(2, "Jazz"))
    learned = learn("Mine")
    assert learned.head is not None
    assert learned.head.adapter.own == ("Fado",)
    kept = user_heads.load_head("Mine", folder)
    assert kept == learned.head
    assert [each.title for each in kept.examples] == ["Song 0", "Song 1", "Song 2"]


def test_a_head_changes_only_if_its_labels_change(store: LibraryStore, learn: Learn, memory: ReferenceSet) -> None:
    teach(store, example(0), example(1))
    first = learn("Mine").head
    assert learn("Mine").head == first
    teach(store, example(2))
    assert learn("Mine").head != first


def test_figures_are_saved_with_the_head(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, *(example(i) for i in range(6)), *(example(10 + i, "Polka") for i in range(6)))
    learned = learn("Mine")
    report = head_training.measure_head(learned, folder)
    kept = user_heads.load_head("Mine", folder)
    assert kept.measured == report.to_dict()
    assert kept == learned.head, "figures do not make it another head"


def test_without_labels_there_is_no_head(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0))
    learn("Mine")
    remove_labels(store, "Mine", [example(0).checksum])
    head_training.delete_if_empty(store, "Mine", folder)
    assert learn("Mine").head is None
    assert user_heads.list_heads(folder=folder) == []


def test_heads_survive_a_lost_library(
    store: LibraryStore, learn: Learn, folder: Path, tmp_path: Path, memory: ReferenceSet
) -> None:
    teach(store, example(0), example(1))
    mine = learn("Mine").head
    with LibraryStore(tmp_path / "anew.db") as anew:
        again = head_training.fit_head(anew, "Mine", MUSICNN, memory, folder)
        assert again.head == mine
        assert [each.example.title for each in again.labels] == ["Song 0", "Song 1"]


def test_labels_with_predictions_of_another_model_are_not_used(store: LibraryStore, learn: Learn) -> None:
    teach(store, example(0), model="musicnn@0.9")
    learned = learn("Mine")
    assert learned.head is None
    assert len(learned.labels) == 1
    teach(store, example(1))
    head = learn("Mine").head
    assert head is not None
    assert [each.checksum for each in head.examples] == [example(1).checksum]


def test_a_head_of_an_older_model_is_fitted_again(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0), example(1))
    head = learn("Mine").head
    assert head is not None
    user_heads.save_head(replace(head, made_for="musicnn@0.9+1.0"), folder)
    assert learn("Mine").head == head


def test_heads_without_a_fitted_song_are_listed(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0), head="B")
    learn("B")
    teach(store, example(0), head="a")
    listed = head_training.all_heads(store, MUSICNN, folder)
    assert [(entry.name, entry.head is not None) for entry in listed] == [("a", False), ("B", True)]


def test_renaming_a_head_renames_file_and_labels(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0))
    teach(store, example(0), head="Taken")
    learn("Mine")
    assert head_training.rename(store, "Mine", "  Ours ", folder) == "Ours"
    assert labelled_heads(store) == ["Ours", "Taken"]
    assert [entry.name for entry in user_heads.list_heads(folder=folder)] == ["Ours"]
    with pytest.raises(HeadError, match="already"):
        head_training.rename(store, "Ours", "taken", folder)
    with pytest.raises(HeadError, match="cannot be the name"):
        head_training.rename(store, "Ours", "a/b", folder)


def test_deleting_a_head_deletes_labels_and_file(store: LibraryStore, learn: Learn, folder: Path) -> None:
    teach(store, example(0))
    learn("Mine")
    head_training.delete(store, "Mine", folder)
    assert labelled_heads(store) == []
    assert user_heads.list_heads(folder=folder) == []


def test_an_imported_head_can_be_fitted_with_more_songs(
    store: LibraryStore, learn: Learn, folder: Path, tmp_path: Path, memory: ReferenceSet
) -> None:
    teach(store, example(0), example(1))
    mine = learn("Mine").head
    assert mine is not None
    user_heads.write_head(mine, tmp_path / "fado.json")
    other = tmp_path / "other"
    with LibraryStore(tmp_path / "other.db") as theirs:
        assert head_training.import_head(theirs, tmp_path / "fado.json", other).name == "Mine"
        same = head_training.fit_head(theirs, "Mine", MUSICNN, memory, other)
        assert same.head == mine, "it says here what it says there"
        teach(theirs, example(5, "Polka"))
        further = head_training.fit_head(theirs, "Mine", MUSICNN, memory, other).head
        assert further is not None
        assert further.adapter.own == ("Fado", "Polka")
        assert len(further.examples) == 3


@pytest.mark.parametrize(
    "typed, name",
    [("jazz", "Jazz"), (" hip-hop ", "Hip-Hop"), ("FADO", "Fado"), ("Fado  Vadio", "Fado Vadio"), ("演歌", "演歌")],
)
def test_a_known_genre_keeps_its_spelling(typed: str, name: str) -> None:
    assert head_training.canonical_genre(typed, (*GENRES, "Fado")) == name


@pytest.mark.parametrize("typed", ["", "  ", "–", "a" * 61])
def test_an_invalid_genre_name_is_refused(typed: str) -> None:
    with pytest.raises(HeadError, match="Choose another"):
        head_training.canonical_genre(typed, GENRES)


def test_the_background_has_only_unlabelled_songs(store: LibraryStore, memory: ReferenceSet) -> None:
    pupil_: BaseModel = MUSICNN
    background = head_training.background_of(store, pupil_, memory, [example(0)])
    assert len(background.embedding) == background.remembered == 60
    assert background.artists == ()
