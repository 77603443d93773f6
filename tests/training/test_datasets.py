"""Folders, lists of recordings and tagged libraries become clips; what cannot be used is counted."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.training.datasets import Clip, Dataset, open_dataset
from mgc_desktop.training.datasets.clip import check, sound_digest
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.splits import grouped_split

SR = 22050


def write_wav(path: Path, y: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SR)
        file.writeframes((y * 32767).astype("<i2").tobytes())
    return path


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


def gtzan(small_tree: Path, folder: Path) -> Path:
    songs = sorted(small_tree.rglob("*.wav"))
    for genre, first in (("blues", 0), ("disco", 10)):
        (folder / genre).mkdir(parents=True)
        for number in range(6):
            shutil.copy(songs[first + number], folder / genre / f"{genre}.{number:05}.wav")
    return folder


def test_unknown_artists_are_said_loudly_everywhere(small_tree: Path, tmp_path: Path) -> None:
    dataset = open_dataset(gtzan(small_tree, tmp_path / "gtzan"))
    assert "unknown artists" in dataset.describe() and "WARNING" in dataset.describe()
    split = grouped_split(dataset.clips, 0)
    told = split.describe(dataset.clips)
    assert "grouped by artist" not in told and "artists are unknown" in told and "too good" in told


@pytest.mark.parametrize("form", ["sturm", "table"])
def test_a_list_says_who_is_heard(small_tree: Path, tmp_path: Path, form: str) -> None:
    folder = gtzan(small_tree, tmp_path / "gtzan")
    rows = [(f"{genre}.{n:05}", f"Artist {genre} {n // 2}") for genre in ("blues", "disco") for n in range(6)]
    artists = tmp_path / "GTZANindex.txt"
    if form == "sturm":
        artists.write_text("".join(f"{name}.wav ::: {artist} ::: A Title\n" for name, artist in rows))
    else:
        lines = [f"{name.split('.')[0]}/{name}.wav\t{artist}\n" for name, artist in rows]
        artists.write_text("path\tartist\n" + "".join(lines))
    dataset = open_dataset(folder, artists=artists)
    assert len({c.artist for c in dataset}) == 6 and all(c.artist_known for c in dataset)
    split = grouped_split(dataset.clips, 0)
    assert "grouped by artist" in split.describe(dataset.clips)
    artist_of = {c.clip_id: c.artist for c in dataset}
    parts = [{artist_of[i] for i in part} for part in (split.train, split.valid, split.test)]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_a_list_that_knows_some_of_the_artists_says_how_many_it_does_not(small_tree: Path, tmp_path: Path) -> None:
    folder = gtzan(small_tree, tmp_path / "gtzan")
    artists = tmp_path / "some.csv"
    artists.write_text("file,artist\nblues.00000.au,B.B. King\nblues.00001.au,B. B. King\n")
    dataset = open_dataset(folder, artists=artists)
    assert [c.artist for c in dataset if c.artist_known] == ["B.B. King"] * 2
    assert "nothing of 10 of 12 clips" in dataset.describe()
    artists.write_text("file,artist\nnothing.wav,Nobody\n")
    with pytest.raises(TrainingError, match="names none of the clips"):
        open_dataset(folder, artists=artists)


def test_artists_of_one_name_in_two_genres_are_two(small_tree: Path, tmp_path: Path) -> None:
    for genre in ("Classical", "Hard Rock"):
        artist = next((small_tree / genre).iterdir())
        shutil.copytree(artist, tmp_path / genre / "Various")
    dataset = open_dataset(tmp_path)
    assert {c.artist for c in dataset} == {"Classical/Various", "Hard Rock/Various"}
    assert "Various" in dataset.describe() and "different artists" in dataset.describe()


def test_new_tags_are_no_new_sound(tmp_path: Path) -> None:
    from mutagen.id3 import TIT2
    from mutagen.wave import WAVE

    path = write_wav(tmp_path / "a.wav", np.random.default_rng(0).uniform(-0.5, 0.5, SR))
    before, size = sound_digest(path), path.stat().st_size
    tagged = WAVE(path)
    tagged.add_tags()
    tagged.tags.add(TIT2(encoding=3, text=["Another title"]))
    tagged.save()
    assert path.stat().st_size > size
    assert sound_digest(path) == before
    write_wav(path, np.random.default_rng(1).uniform(-0.5, 0.5, SR))
    assert sound_digest(path) != before


def test_any_genre_of_the_tags_can_be_learned(small_tree: Path, tmp_path: Path) -> None:
    from mutagen.id3 import TCON
    from mutagen.wave import WAVE

    songs = sorted(small_tree.rglob("*.wav"))
    for number, genre in enumerate(["Polka", "polka", "Zouk"]):
        path = Path(shutil.copy(songs[number], tmp_path / f"{number}.wav"))
        tagged = WAVE(path)
        tagged.add_tags()
        tagged.tags.add(TCON(encoding=3, text=[genre]))
        tagged.save()
    assert len(open_dataset(tmp_path, "tagged")) == 0
    assert sorted(c.genre or "" for c in open_dataset(tmp_path, "tagged", vocabulary=None)) == [
        "Polka",
        "Polka",
        "Zouk",
    ]
    few = open_dataset(tmp_path, "tagged", vocabulary=("Zouk", "Samba"))
    assert [c.genre for c in few] == ["Zouk"] and few.genres == ("Zouk", "Samba")
