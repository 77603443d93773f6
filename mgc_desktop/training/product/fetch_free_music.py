"""Get the free game music that the bundled models learned from: Debian packages, unpacked without installing them.

    python -m mgc_desktop.training.product.fetch_free_music tracks.tsv FOLDER

`tracks.tsv` names the packages and the files in them. Needs Debian's or Ubuntu's `apt-get` and `dpkg`; root is not
needed. What is there already is not fetched again. Some packages keep their music in an archive: a folder `NAME.x`
in a path stands for what is inside `NAME.zip`, `NAME.pk3` or `NAME.love`.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from mgc_desktop.training.errors import TrainingError

INNER: Final = ".x"
ARCHIVES: Final = (".zip", ".pk3", ".love")
Fetch = Callable[[str, Path], Path]  # package, folder to download to -> the .deb


def wanted(table: Path) -> dict[str, list[str]]:
    """The files of each package."""
    packages: dict[str, list[str]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            packages.setdefault(row["package"], []).append(row["path"])
    return packages


def download(package: str, folder: Path) -> Path:
    """The package from the system's own sources. Raises TrainingError if apt cannot get it."""
    run = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, text=True, check=False)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if run.returncode or not found:
        raise TrainingError(f"apt-get could not download {package}: {run.stderr.strip() or 'no file came'}")
    return found[-1]


def fetch_all(table: Path, folder: Path, fetch: Fetch = download) -> list[str]:
    """Unpack what is missing below `folder`; returns the packages that could not be had, with the reason."""
    failed = []
    for package, paths in wanted(table).items():
        if all((folder / path).is_file() for path in paths):
            continue
        print(f"{package}: {len(paths)} recordings")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            try:
                archive = fetch(package, Path(temporary))
                subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True, capture_output=True)
                unpack_inner(folder, paths)
            except (TrainingError, OSError, subprocess.CalledProcessError, zipfile.BadZipFile) as error:
                failed.append(f"{package}: {error}")
    return failed


def unpack_inner(folder: Path, paths: Sequence[str]) -> None:
    """Take what is wanted out of archives inside a package. Raises TrainingError if something is not there."""
    for path in paths:
        if (folder / path).is_file():
            continue
        outer, found, inner = path.partition(f"{INNER}/")
        archives = [folder / f"{outer}{suffix}" for suffix in ARCHIVES]
        archive = next((candidate for candidate in archives if found and candidate.is_file()), None)
        if archive is None:
            raise TrainingError(f"{path} is not in the package any more")
        with zipfile.ZipFile(archive) as members:
            if inner not in members.namelist():
                raise TrainingError(f"{inner} is not in {archive.name} any more")
            members.extract(inner, folder / f"{outer}{INNER}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="fetch_free_music", description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    failed = fetch_all(options.table, options.folder)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
