"""Packages are unpacked once; what cannot be had is named and the rest goes on."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.product.fetch_free_music import fetch_all, unpack_inner, wanted

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tracks.tsv"
    path.write_text("package\tpath\ngame\tusr/a.ogg\ngame\tusr/b.ogg\nlost\tusr/c.ogg\n", encoding="utf-8")
    return path


def packaged(package: str, folder: Path) -> Path:
    if package != "game":
        raise TrainingError("no such package")
    root = folder / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(
        "Package: game\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n"
    )
    (root / "usr").mkdir()
    for name in ("a.ogg", "b.ogg"):
        (root / "usr" / name).write_bytes(b"music")
    subprocess.run(["dpkg-deb", "-b", str(root), str(folder / "game.deb")], check=True, capture_output=True)
    return folder / "game.deb"


def test_unpacks_what_is_missing_and_names_what_cannot_be_had(table: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(package: str, folder: Path) -> Path:
        asked.append(package)
        return packaged(package, folder)

    for _ in range(2):
        assert fetch_all(table, tmp_path / "music", fetch) == ["lost: no such package"]
    assert (tmp_path / "music/usr/b.ogg").read_bytes() == b"music"
    assert asked == ["game", "lost", "lost"], "what is there is not fetched again"


def test_music_in_an_archive_inside_a_package_is_taken_out(tmp_path: Path) -> None:
    (tmp_path / "usr").mkdir()
    with zipfile.ZipFile(tmp_path / "usr/data.pk3", "w") as archive:
        archive.writestr("music/a.ogg", b"music")
        archive.writestr("maps/big.bsp", b"no music")
    unpack_inner(tmp_path, ["usr/data.x/music/a.ogg"])
    assert (tmp_path / "usr/data.x/music/a.ogg").read_bytes() == b"music"
    assert not (tmp_path / "usr/data.x/maps").exists()


@pytest.mark.parametrize("path", ["usr/data.x/music/b.ogg", "usr/other.x/a.ogg", "usr/c.ogg"])
def test_what_is_not_in_the_package_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "usr").mkdir()
    with zipfile.ZipFile(tmp_path / "usr/data.pk3", "w") as archive:
        archive.writestr("music/a.ogg", b"music")
    with pytest.raises(TrainingError, match=Path(path).name):
        unpack_inner(tmp_path, [path])


def test_the_list_that_comes_along_is_whole() -> None:
    from mgc_desktop.training.datasets.open import ALBUM_GENRES

    packages = wanted(ALBUM_GENRES.with_name("free_music.tsv"))
    assert sum(len(paths) for paths in packages.values()) == 570
