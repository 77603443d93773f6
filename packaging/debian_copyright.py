"""Which Debian package a library of the system comes from, and what it says of its licence."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DOCUMENTS: Final = Path("/usr/share/doc")


@dataclass(frozen=True, slots=True)
class Told:
    """What a package says of itself. `source`: the name that its source goes by; `text`: its copyright file."""

    source: str
    version: str
    licence: str
    home: str
    text: str


def owners(files: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """The package of each file, and the files that belong to none (all of them where there is no dpkg)."""
    files = {file: _names(file) for file in files}
    if not files or shutil.which("dpkg-query") is None:
        return {}, set(files)
    asked = sorted({name for names in files.values() for name in names})
    answer = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, check=False).stdout
    lines = (line.rsplit(": ", 1) for line in answer.splitlines() if not line.startswith("diversion"))
    packages = {name: owner.split(",")[0].split(":")[0] for owner, name in lines}
    found = {file: packages[name] for file, names in files.items() for name in names if name in packages}
    return found, set(files) - set(found)


def _names(file: str) -> set[str]:
    """A file under the names by which dpkg may know it: /lib and /usr/lib are one folder today, two in its lists."""
    real = str(Path(file).resolve())
    return {name for given in (file, real) for name in (given, f"/usr{given}", given.removeprefix("/usr"))}


def describe(package: str) -> Told:
    """What the package says; SystemExit without its copyright file."""
    path = _DOCUMENTS / package / "copyright"
    if not path.is_file():
        raise SystemExit(f"{path} is missing: install {package} with its documents")
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    form = "${source:Package}\t${Version}\t${Homepage}\n"
    asked = ["dpkg-query", "-W", "-f", form, package]
    line = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    source, version, home = line.split("\t")
    return Told(source, version, _licence(text), home, text)


def _licence(text: str) -> str:
    """The licences that a copyright file in Debian's form names, those of the packaging itself apart."""
    paragraphs = re.split(r"\n\s*\n", text)
    named = []
    for paragraph in paragraphs:
        if re.match(r"Files:", paragraph) and not re.match(r"Files:\s*debian/", paragraph):
            named += re.findall(r"^License:[ \t]*(\S.*)$", paragraph, re.MULTILINE)
    return ", ".join(dict.fromkeys(named)) or "see the text"
