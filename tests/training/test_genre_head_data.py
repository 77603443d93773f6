"""What the genre head is fitted on: recordings through the real backbone, and people's tags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.registry import load
from mgc_desktop.training.datasets.clip import Clip, Dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.product.genre_head_data import Listener, read_tagged_clips


def dataset(*paths: Path) -> Dataset:
    return Dataset("made", tuple(Clip(path.name, path, 0.0, None, "Jazz", "artist") for path in paths), ("Jazz",))


def test_a_recording_is_heard_once_and_remembered(
    tmp_path: Path, sounds: object, write_audio: Callable[..., Path]
) -> None:
    path = write_audio("song.wav", sounds.noise(7.0, 16000), 16000)  # type: ignore[attr-defined]
    listener = Listener(load("musicnn"), tmp_path / "cache", excerpts=3)
    first, failed = listener.hear(dataset(path))
    assert not failed
    assert first[0].tags.shape == (2, 100)
    (stored,) = (tmp_path / "cache").iterdir()
    made = stored.stat().st_mtime_ns
    again, _ = listener.hear(dataset(path))
    assert np.array_equal(again[0].tags, first[0].tags)
    assert stored.stat().st_mtime_ns == made


def test_a_long_song_is_heard_in_excerpts(tmp_path: Path, sounds: object, write_audio: Callable[..., Path]) -> None:
    path = write_audio("song.wav", sounds.noise(70.0, 16000), 16000)  # type: ignore[attr-defined]
    (song,), _ = Listener(load("musicnn"), tmp_path / "cache", excerpts=2).hear(dataset(path))
    assert [len(part) for part in song.excerpts] == [10, 10]
    assert song.means.shape == (2, 100)


def test_what_cannot_be_heard_is_told_and_the_rest_goes_on(
    tmp_path: Path, sounds: object, write_audio: Callable[..., Path]
) -> None:
    good = write_audio("good.wav", sounds.noise(4.0, 16000), 16000)  # type: ignore[attr-defined]
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"no music")
    heard, failed = Listener(load("musicnn"), tmp_path / "cache", excerpts=3).hear(dataset(bad, good))
    assert [r.name for r in heard] == ["good.wav"]
    assert len(failed) == 1
    assert failed[0].startswith("bad.mp3: ")


def write_tables(folder: Path) -> None:
    (folder / "tags50_valid.tsv").write_text("clip_id\ttags\n1\tpiano|solo\n2\t\n")
    (folder / "tags50_test.tsv").write_text("clip_id\ttags\n3\tmetal\n")
    (folder / "clip_paths.tsv").write_text(
        "clip_id\tmp3_path\n1\t0/a_b-first-01-x-0-29.mp3\n2\t0/a_b-first-02-y_-_z-29-58.mp3\n3\t1/c-other-01-x-0-29.mp3\n"
    )
    (folder / "album_genres.tsv").write_text("artist_slug\talbum_slug\tgenre\na_b\tfirst\tClassical\nc\tother\t\n")


def test_tagged_clips_get_the_genre_of_their_album_and_those_without_are_left_out(tmp_path: Path) -> None:
    write_tables(tmp_path)
    clips = read_tagged_clips(tmp_path)
    assert [(c.genre, c.artist, c.tags) for c in clips] == [
        ("Classical", "a_b", ("piano", "solo")),
        ("Classical", "a_b", ()),
    ]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"album_genres\.tsv"):
        read_tagged_clips(tmp_path)
