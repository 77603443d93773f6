"""What cannot be is refused with a sentence before anything starts, and one bad file stops nothing."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.cli.main import main
from mgc_desktop.training.cache import FeatureCache, StoredPictures
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation

pytestmark = pytest.mark.train
QUICK = "--resolution sixteenth --frames 64 --epochs 1 --examples 16 --batch 16 --device cpu --baselines".split()


@pytest.mark.parametrize(
    "arguments",
    [
        "--epochs 0", "--epochs 1.5", "--examples 0", "--batch 0", "--frames 0", "--seed -1", "--split-seed -1",
        "--learning-rate 0", "--learning-rate nan", "--learning-rate inf", "--dropout 1", "--weight-decay -1",
        "--layers 0", "--patience 0", "--folds 1", "--repeats 0", "--stack-folds 1", "--workers 0", "--device gpu",
        "--device cuda:99", "--device mps:1", "--network nothing", "--network nothing.py:Net", "--start-from nowhere",
        "--architecture pretrained", "--config nowhere.toml", "--artists nowhere.txt",
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_starts(
    small_tree: Path,
    tmp_path: Path,
    arguments: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status = main(["train", "--dataset", str(small_tree), "--cache", str(tmp_path / "cache"), *arguments.split()])
    assert status != 0
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"epochs": 0}, {"seed": -1}, {"frames": 1.5}, {"batch": True}, {"dropout": None},
                                    {"resolution": "huge"}, {"network": "transformer"}])  # fmt: skip
def test_the_same_in_python(change: dict[str, object]) -> None:
    with pytest.raises(TrainingError):
        TrainingConfig(**change).check()  # type: ignore[arg-type]


def test_a_file_in_the_place_of_a_folder_is_named(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    pairs = [(command, option) for command in ("train", "explore", "evaluate") for option in ("--cache", "--output")]
    for command, option in pairs:
        cache = [] if option == "--cache" else ["--cache", str(tmp_path / "cache")]
        assert main([command, "--dataset", str(small_tree), option, str(file), *cache]) != 0
        said = capsys.readouterr().err
        assert str(file) in said and "folder" in said and "at work" not in said, said


def test_an_output_that_cannot_be_written_is_not_said_to_be_taken(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    output = tmp_path / "run"
    original = Path.mkdir
    monkeypatch.setattr(Path, "mkdir", lambda self, *a, **k: (refuse if self == output else original)(self, *a, **k))
    arguments = ["train", "--dataset", str(small_tree), "--cache", str(tmp_path / "cache"), "--output", str(output)]
    assert main([*arguments, *QUICK]) != 0
    said = capsys.readouterr().err
    assert "cannot be written" in said and "at work" not in said


def test_folders_of_artists_are_not_taken_for_genres(small_tree: Path, tmp_path: Path) -> None:
    for number, artist in enumerate(("Miles Davis", "Nina Simone", "Ella Fitzgerald")):
        songs = sorted(small_tree.rglob("*.wav"))[number * 4 : number * 4 + 3]
        for song in songs:
            (tmp_path / artist).mkdir(exist_ok=True)
            shutil.copy(song, tmp_path / artist / f"{artist} - {song.parent.name} {song.name}")
    with pytest.raises(TrainingError, match="artists, not genres"):
        open_dataset(tmp_path)


def test_folders_that_are_called_like_no_genre_are_doubted(small_tree: Path, tmp_path: Path) -> None:
    for name, genre in (("for work", "Classical"), ("for running", "Hard Rock")):
        shutil.copytree(small_tree / genre, tmp_path / name)
    assert "taken for genres" in open_dataset(tmp_path).describe()
    assert "taken for genres" not in open_dataset(small_tree).describe()


@pytest.mark.parametrize("damage", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_a_damaged_file_of_the_cache_is_computed_again(small_tree: Path, tmp_path: Path, damage: bytes) -> None:
    clips = open_dataset(small_tree).clips[:3]
    cache = FeatureCache(tmp_path, Representation())
    before, _ = cache.fill(clips)
    expected = np.array(before[clips[0].clip_id])
    cache.path(clips[0]).write_bytes(damage)
    after, skipped = cache.fill(clips)
    assert not skipped and np.array_equal(after[clips[0].clip_id], expected)


def test_truncated_songs_stop_neither_exploring_nor_training(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = Path(shutil.copytree(small_tree, tmp_path / "tree"))
    song = next((tree / "Classical").rglob("*.wav"))
    for name, content in (("cut.wav", song.read_bytes()[:30]), ("noise.mp3", b"\xff\xfb" * 40), ("text.flac", b"fLaC")):
        (song.parent / name).write_bytes(content)
    cache = ["--cache", str(tmp_path / "cache")]
    for command, rest in (
        ("explore", ["--methods", "pca", "--dimensions", "2"]),
        ("explore", ["--methods", "pca", "--dimensions", "2", "--embeddings", "musicnn"]),
        ("train", QUICK),
    ):
        status = main([command, "--dataset", str(tree), *cache, "--output", str(tmp_path / command), *rest])
        said = capsys.readouterr()
        assert status == 0, said.err
        assert "cut.wav" in said.out and "text.flac" in said.out, said.out


def test_more_pictures_than_a_system_opens_files_can_be_used(tmp_path: Path) -> None:
    paths = {}
    for number in range(400):
        paths[str(number)] = tmp_path / f"{number}.npy"
        np.save(paths[str(number)], np.full((2, 3), number, np.float16))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        pictures = StoredPictures(paths)
        assert [float(pictures[str(i)][0, 0]) for i in range(400)] == list(range(400))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_page_can_lie_anywhere_from_its_pictures(small_tree: Path, tmp_path: Path) -> None:
    for genre in ("Classical", "Hard Rock"):
        artist = next((small_tree / genre).iterdir())
        shutil.copytree(artist, tmp_path / "music" / genre / artist.name)
    page, images = tmp_path / "a" / "b.md", tmp_path / "c"
    arguments = ["evaluate", "musicnn", "--dataset", str(tmp_path / "music"), "--output", str(tmp_path / "out")]
    assert main([*arguments, "--page", str(page), "--images", str(images)]) == 0
    links = [line.split("(")[-1].rstrip(")") for line in page.read_text().splitlines() if line.startswith("![")]
    assert links and all((page.parent / link).resolve().is_file() for link in links)
