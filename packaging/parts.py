"""Whose work the bundle is made of: for each collected file the part that it belongs to, with licence and texts.

A file that belongs to nothing known is an error: nothing is given to people without its notice.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

import debian_copyright
from project import HERE

TEXTS: Final = HERE / "licences"
_OWN: Final = ("mgc_desktop", "launch_gui", "launch_mgc", "find_bundled_libraries", "resources", "models",
               "LICENSE", "CHANGELOG")  # fmt: skip
_STARTER: Final = ("pyimod", "pyi_rth", "pyiboot", "_pyi", "pyi_", "PYZ", "pyi-")
_TEXT_NAMES: Final = re.compile(r"licen[cs]e|copying|notice|^authors\.(rst|txt|md)$", re.IGNORECASE)

Entry = tuple[str, str, str]  # name in the bundle, file that it comes from, PyInstaller's kind


class NoNoticeError(Exception):
    """A file of the bundle whose licence is not known."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that others made. `texts`: its licence texts, the first with its copyright notice."""

    title: str
    version: str
    licence: str
    home: str
    texts: tuple[str, ...]


def normalised(name: str) -> str:
    """The name of a package as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def stem(file: str) -> str:
    """How a library's file is called whatever the system: `libavcodec-5e6b81c2.so.62` and `avcodec-62.dll` alike."""
    return re.split(r"[-.]", Path(file).name.lower().removeprefix("lib"), maxsplit=1)[0]


class Catalogue:
    """All parts that this Python environment, this system and `licences/parts.toml` know."""

    def __init__(self) -> None:
        table = tomllib.loads((TEXTS / "parts.toml").read_text(encoding="utf-8"))
        self._libraries: dict[str, dict[str, Any]] = {n: row for row in table["library"] for n in row["names"]}
        self._packages: dict[str, dict[str, Any]] = table["packages"]
        self._seen: dict[str, Part] = {}

    @cached_property
    def _owners(self) -> dict[str, Distribution]:
        """The package that brings each top-level module or folder."""
        found: dict[str, Distribution] = {}
        for distribution in distributions():
            for file in distribution.files or ():
                found.setdefault(file.parts[0].split(".")[0], distribution)
        return found

    def library(self, file: str) -> Part | None:
        """The part in `parts.toml` that a library of this name belongs to."""
        row = self._libraries.get(stem(file))
        if row is None:
            return None
        texts = self.package(row["package"]).texts if "package" in row else _texts(row)
        return Part(row["title"], "", row["licence"], row["home"], texts)

    def package(self, name: str) -> Part:
        """An installed Python package."""
        distribution = Distribution.from_name(name)
        row = self._packages.get(normalised(name), {})
        said = distribution.metadata
        licence = row.get("licence") or said.get("License-Expression") or said.get("License") or _classified(said)
        texts = (*_own_texts(distribution), *_texts(row))
        if not (licence and texts):
            raise NoNoticeError(f"the package {name} brings no licence text: add it to packaging/licences/parts.toml")
        title = row.get("title", said["Name"])
        return Part(title, distribution.version, licence.splitlines()[0], row.get("home") or _home(said), texts)

    def parts(self, entries: Iterable[Entry]) -> list[Part]:
        """The parts that these files belong to, by title. NoNoticeError names files that belong to none."""
        found: dict[str, Part] = {}
        rest: list[Entry] = []
        wrong: set[str] = set()
        for entry in entries:
            try:
                part = self._part(*entry)
            except NoNoticeError as error:
                wrong.add(str(error))
                continue
            if part is not None:
                found[part.title] = part
            elif not _is_own(entry[0]):
                rest.append(entry)
        system, unknown = debian_copyright.owners(source for _, source, _ in rest)
        wrong |= {f"no licence is known for {file}" for file in unknown}
        if wrong:
            raise NoNoticeError("\n".join(sorted(wrong)))
        for package in sorted(set(system.values())):
            part = _of_debian(package)
            found.setdefault(part.title, part)
        return sorted(found.values(), key=lambda part: part.title.lower())

    def _part(self, name: str, source: str, kind: str) -> Part | None:
        top = Path(name).parts[0].split(".")[0]
        in_packages = "site-packages" in Path(source).parts
        if kind in ("BINARY", "EXTENSION") and (in_packages or _of_python(source)):
            library = self.library(name)
            if library is not None or Path(name).parent.name.endswith("libs"):
                return library  # what a package brings along of others is not the package's own
        if top.startswith(_STARTER):
            return self._starter
        if _is_own(name):
            return None
        if in_packages and top in self._owners:
            return self._package_parts(self._owners[top].metadata["Name"])
        if name == "base_library.zip" or top in sys.stdlib_module_names or _of_python(source):
            return self._python
        return None

    @cached_property
    def _starter(self) -> Part:
        return self.package("pyinstaller")

    @cached_property
    def _python(self) -> Part:
        base, (major, minor) = Path(sys.base_prefix), sys.version_info[:2]
        places = (base, base / "lib" / f"python{major}.{minor}", base / "share" / "doc" / "python3")
        text = next((p / n for p in places for n in ("LICENSE.txt", "LICENSE", "copyright") if (p / n).is_file()), None)
        if text is None:
            raise NoNoticeError(f"Python's licence is not in {sys.base_prefix}")
        version = ".".join(map(str, sys.version_info[:3]))
        return Part("Python", version, "PSF-2.0", "https://www.python.org", (_read(text),))

    def _package_parts(self, name: str) -> Part:
        if name not in self._seen:
            self._seen[name] = self.package(name)
        return self._seen[name]


def _is_own(name: str) -> bool:
    return Path(name).parts[0].split(".")[0] in _OWN


def _of_python(source: str) -> bool:
    """Whether a file was installed with Python itself."""
    return bool(source) and Path(sys.base_prefix) in Path(source).parents and "site-packages" not in Path(source).parts


def _of_debian(package: str) -> Part:
    told = debian_copyright.describe(package)
    return Part(told.source, told.version, told.licence, told.home, (told.text,))


def _texts(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_read(TEXTS / name) for name in row.get("texts", ()))


def _own_texts(distribution: Distribution) -> Iterator[str]:
    """The licence texts that a package brings in its metadata or beside its modules, each once."""
    seen = set()
    for file in distribution.files or ():
        beside = len(file.parts) <= 2 or ".dist-info" in file.parts[0]
        path = Path(str(distribution.locate_file(file)))
        if beside and _TEXT_NAMES.search(file.name) and file.suffix not in (".py", ".pyc") and path.is_file():
            text = _read(path)
            if text not in seen:
                seen.add(text)
                yield text


def _classified(said: Any) -> str:
    """What the older form of metadata says of the licence."""
    licences = [line for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    return ", ".join(line.rsplit(" :: ", 1)[1] for line in licences)


def _home(said: Any) -> str:
    urls = dict(line.split(", ", 1) for line in said.get_all("Project-URL") or ())
    by_name = {name.lower(): url for name, url in urls.items()}
    return str(said.get("Home-page") or by_name.get("homepage") or next(iter(by_name.values()), ""))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip()
