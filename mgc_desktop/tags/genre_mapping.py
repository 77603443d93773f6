"""The user's own names for genres: aliases and an ignore list, from a small file."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import SettingsError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.terminal_text import printable

_LARGEST: Final = MB // 10
_LONGEST_LINE: Final = 2000  # characters; tomllib takes minutes for a key of 50,000 parts
_LONGEST: Final = 250  # characters of a genre
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class GenreMapping:
    """`mapping`: from the program's name of a genre, in any case, to the user's names; () ignores the genre."""

    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, genre: str) -> tuple[str, ...]:
        """The user's names for a genre; without a mapping the name itself."""
        folded = genre.casefold()
        return next((names for key, names in self.mapping.items() if key.casefold() == folded), (genre,))

    def apply(self, probabilities: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        """The user's genres with their probabilities, descending; probabilities of one name are added."""
        sums: dict[str, float] = {}
        spelling: dict[str, str] = {}
        for genre, probability in probabilities.items():
            for name in self.names(genre):
                key = name.casefold()
                spelling.setdefault(key, name)
                sums[key] = min(1.0, sums.get(key, 0.0) + probability)
        ranked = sorted(sums.items(), key=lambda item: -item[1])
        return tuple((spelling[key], probability) for key, probability in ranked)


def load_genre_mapping(path: Path) -> GenreMapping:
    """Read TOML (`"Hip-Hop" = "Rap"`) or CSV (`Hip-Hop,Rap`); an empty name ignores the genre; several names are a list
    in TOML and further columns in CSV. Raises `SettingsError` with the line."""
    try:
        text = read_limited(path, _LARGEST).decode("utf-8-sig")
        if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
            raise SettingsError(f"has a line of more than {_LONGEST_LINE} characters", path=path)
        pairs = _from_toml(path, text) if path.suffix.lower() == ".toml" else _from_csv(path, text)
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", path=path) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not text in UTF-8; save it as UTF-8", path=path) from error
    for name in (*pairs, *(name for names in pairs.values() for name in names)):
        if len(name) > _LONGEST or not name.isprintable():
            shown = printable(name if len(name) <= _LONGEST else f"{name[:_SHOWN]}…")
            raise SettingsError(f"“{shown}” cannot be a genre: it is too long, or holds a control character", path=path)
    return GenreMapping({genre: distinct(names) for genre, names in pairs.items()})


def _from_toml(path: Path, text: str) -> dict[str, Sequence[str]]:
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits is another
        raise SettingsError(f"is not valid TOML: {error}", path=path) from error
    except RecursionError as error:
        raise SettingsError("is nested too deeply", path=path) from error
    pairs: dict[str, Sequence[str]] = {}
    for genre, names in table.items():
        names = [names] if isinstance(names, str) else names
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise SettingsError(f"“{genre}” must be a name in quotes, or a list of such names", path=path)
        pairs[genre] = names
    return pairs


def _from_csv(path: Path, text: str) -> dict[str, Sequence[str]]:
    pairs: dict[str, Sequence[str]] = {}
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if not row or row[0].startswith("#"):
                continue
            if len(row) < 2 or not row[0].strip():
                raise SettingsError(f"line {reader.line_num} must be: genre,your name", path=path)
            pairs[row[0].strip()] = row[1:]
    except csv.Error as error:
        raise SettingsError(f"line {reader.line_num} is not valid CSV: {error}", path=path) from error
    return pairs
