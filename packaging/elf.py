"""What Linux programs and libraries ask of the system, as `readelf` tells."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path


def binaries(folder: Path) -> list[Path]:
    """All programs and libraries in a folder, each once."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in files if _is_elf(path)]


def needed(files: Iterable[Path]) -> set[str]:
    """The libraries that the files are linked to, by the name that the loader looks for."""
    return set(re.findall(r"\(NEEDED\).*\[(.+?)\]", _readelf("-d", files)))


def needed_by(files: Iterable[Path]) -> dict[Path, set[str]]:
    """The same, file by file."""
    found: dict[Path, set[str]] = {}
    # With several files readelf writes the name of each before what it tells of it.
    for told in _readelf("-d", [*files, Path("/bin/true")]).split("\nFile: ")[1:]:
        name, _, rest = told.partition("\n")
        found[Path(name)] = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", rest))
    return found


def newest(prefix: str, files: Iterable[Path]) -> str:
    """The newest version of a library's symbols that is asked for: `newest("GLIBC", ...)` may be "2.34"."""
    found = set(re.findall(rf"Name: {prefix}_([0-9.]+)", _readelf("-V", files)))
    return max(found, key=lambda text: [int(part) for part in text.split(".")], default="0")


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _readelf(what: str, files: Iterable[Path]) -> str:
    command = ["readelf", what, "-W", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
