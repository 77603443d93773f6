"""Songs in every format, with and without tags."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

sys.path.append(str(Path(__file__).parent))
from made_songs import FORMATS, PNG, encode, tag_fully


@functools.cache
def _original(folder: Path, ending: str) -> Path:
    if ending == ".ape":
        return Path(__file__).with_name("tones.ape")
    return encode(folder / f"song{ending}", ending)


@pytest.fixture(scope="session")
def songs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("songs")


@pytest.fixture
def tag() -> Callable[[Path], None]:
    return tag_fully


@pytest.fixture
def png() -> bytes:
    """The picture that `tag` puts in."""
    return PNG


@pytest.fixture(params=FORMATS)
def ending(request: pytest.FixtureRequest) -> str:
    """Each format in turn, by the ending of its files."""
    return str(request.param)


@pytest.fixture
def song(songs_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """`song(".mp3")` gives a fresh copy; `song(".mp3", "other name.mp3")` one of that name."""

    def make(ending: str, name: str | None = None) -> Path:
        target = tmp_path / (name or f"song{ending}")
        return Path(shutil.copyfile(_original(songs_folder, ending), target))

    return make


@pytest.fixture
def decoded() -> Callable[[Path], str]:
    """The checksum of a song's samples as FFmpeg decodes them."""

    def samples(path: Path) -> str:
        digest = hashlib.sha256()
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                digest.update(frame.to_ndarray().tobytes())
        return digest.hexdigest()

    return samples


@pytest.fixture
def ffmpeg_genre() -> Callable[[Path], str]:
    """What FFmpeg, which has nothing to do with mutagen or this program, reads in the genre field."""

    def genre(path: Path) -> str:
        with av.open(str(path)) as container:
            found = {**container.streams.audio[0].metadata, **container.metadata}
        return {key.lower(): value for key, value in found.items()}.get("genre", "")

    return genre


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if sys.platform != "linux" or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
