"""Folders, lists of recordings and tagged libraries become clips; what cannot be used is counted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mgc_desktop.training.datasets import Clip, Dataset, open_dataset
from mgc_desktop.training.datasets.clip import check
from mgc_desktop.training.errors import TrainingError


def test_a_folder_names_the_genre_and_the_one_below_it_the_artist(small_tree: Path) -> None:
    dataset = open_dataset(small_tree)
    assert len(dataset) == 30
    assert {c.genre for c in dataset} == {"Classical", "Hard Rock", "Electronica"}
    assert len({c.artist for c in dataset}) == 15
    assert len(dataset.genres) == 10, "a subset of the ten keeps the order of the ten"


def test_gtzan_keeps_its_own_genres_and_files_stand_for_artists(small_tree: Path, tmp_path: Path) -> None:
    songs = sorted(small_tree.rglob("*.wav"))
    for genre, song in (("blues", songs[0]), ("disco", songs[20])):
        (tmp_path / genre).mkdir()
        shutil.copy(song, tmp_path / genre / f"{genre}.00000.wav")
    (tmp_path / "blues" / "notes.txt").write_text("not music")
    dataset = open_dataset(tmp_path)
    assert dataset.genres == ("blues", "disco")
    assert len({c.artist for c in dataset}) == 2 and not any(c.artist_known for c in dataset)
    assert dataset.reasons() == {"not an audio file": 1}


def test_missing_empty_and_repeated_files_are_skipped_and_counted(small_tree: Path, tmp_path: Path) -> None:
    song = next(small_tree.rglob("*.wav"))
    twin, empty, lost = tmp_path / "twin.wav", tmp_path / "empty.wav", tmp_path / "lost.wav"
    shutil.copy(song, twin)
    empty.touch()
    clips = tuple(Clip(p.name, p, 0, None, "Jazz", "x") for p in (song, twin, empty, lost))
    checked = check(Dataset("made", clips, ("Jazz",)))
    assert [c.path for c in checked] == [song]
    assert checked.reasons() == {
        "the same sound as another file": 1,
        "the file is empty": 1,
        "the file is missing": 1,
    }
    assert "skipped" in checked.describe()


def test_a_list_of_recordings_keeps_guesses_apart(small_tree: Path, tmp_path: Path) -> None:
    names = [str(p.relative_to(small_tree)) for p in sorted(small_tree.rglob("*.wav"))[:3]]
    table = tmp_path / "tracks.tsv"
    table.write_text(
        "package\tpath\tartist\tgenre\tevidence\n"
        f"p1\t{names[0]}\tA\tClassical\ttag\np1\t{names[1]}\t\tWorld\tguess\np2\t{names[2]}\t\t\t\np2\tnone.ogg\tB\t\t\n",
        encoding="utf-8",
    )
    dataset = open_dataset(table, root=small_tree)
    assert [(c.artist, c.genre) for c in dataset] == [("A", "Classical"), ("p1", "World"), ("p2", None)]
    assert [c.genre for c in dataset.labelled] == ["Classical"]
    assert dataset.reasons() == {"the file is missing": 1}


@pytest.mark.parametrize("kind", ["folders", "tagged"])
def test_a_folder_with_no_audio_is_a_clear_error(tmp_path: Path, kind: str) -> None:
    (tmp_path / "Jazz").mkdir()
    with pytest.raises(TrainingError, match="no clips"):
        open_dataset(tmp_path, kind).require_trainable()  # type: ignore[arg-type]


def test_one_genre_only_is_a_clear_error(small_tree: Path, tmp_path: Path) -> None:
    shutil.copytree(small_tree / "Classical", tmp_path / "Classical")
    with pytest.raises(TrainingError, match="at least two"):
        open_dataset(tmp_path).require_trainable()


def test_magnatagatune_finds_genres_of_its_own_accord(tmp_path: Path) -> None:
    clip = tmp_path / "f" / "american_bach_soloists-j_s__bach_solo_cantatas-01-bwv54__i_aria-30-59.mp3"
    clip.parent.mkdir()
    clip.write_bytes(b"no music, but something")
    dataset = open_dataset(tmp_path, "magnatagatune")
    assert [c.genre for c in dataset] == ["Classical"]
