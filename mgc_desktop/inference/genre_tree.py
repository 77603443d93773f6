"""Which genre belongs under which, and which words mean the same: `resources/genre_aliases.toml`.

The user's own file of the same name in the configuration folder has the same form; what it says of a name replaces what
the bundled file says. One that cannot be read is left out and told in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import SettingsError
from mgc_desktop.inference.vocabularies import read_toml, vocabulary_of
from mgc_desktop.inference.vocabulary import LONGEST_NAME, Vocabulary
from mgc_desktop.paths import config_dir, resources_dir

_log = logging.getLogger(__name__)

FILE_NAME: Final = "genre_aliases.toml"
_TABLES: Final = ("under", "aliases")
_DEEPEST: Final = 8  # steps from a name to the broadest genre


def key(name: str) -> str:
    """A name without case and signs: "Hip-Hop" and "hip hop" are one."""
    return "".join(character for character in name.casefold().replace("&", "and") if character.isalnum())


class GenreTree:
    """The facts, by the `key` of each name."""

    def __init__(self, under: Mapping[str, Sequence[str]], aliases: Mapping[str, Sequence[str]]) -> None:
        self._parents: dict[str, list[str]] = {}
        for broad, names in under.items():
            for name in names:
                self._parents.setdefault(key(name), []).append(key(broad))
        self._same: dict[str, str] = {}
        for name, words in aliases.items():
            for word in words:
                self._same.setdefault(key(word), key(name))

    def above(self, name: str) -> Iterator[tuple[str, ...]]:
        """The keys of what a name means, then of what is one level above that, and so on."""
        level = tuple(dict.fromkeys((key(name), self._same.get(key(name), key(name)))))
        seen: set[str] = set()
        for _ in range(_DEEPEST):
            level = tuple(each for each in level if each not in seen)
            if not level:
                return
            yield level
            seen.update(level)
            level = tuple(dict.fromkeys(parent for each in level for parent in self._parents.get(each, ())))


def user_file() -> Path:
    """The user's own facts."""
    return config_dir() / FILE_NAME


def load_tables(path: Path) -> dict[str, dict[str, list[str]]]:
    """The tables of a file; SettingsError names the file if it cannot be read or is not understood."""
    values = read_toml(path)
    if unknown := sorted(set(values) - set(_TABLES)):
        raise SettingsError(f"is not understood: unknown table '{unknown[0][:40]}'", path=path)
    for table in _TABLES:
        _check(values.setdefault(table, {}), table, path)
    return values


def _check(table: Any, name: str, path: Path) -> None:
    if not isinstance(table, dict):
        raise SettingsError(f"is not understood: '{name}' must be a table", path=path)
    for genre, names in table.items():
        texts = isinstance(names, list) and all(isinstance(each, str) for each in names)
        if not texts or any(len(each) > LONGEST_NAME for each in names):
            raise SettingsError(f"is not understood: “{genre[:40]}” must be a list of names in quotes", path=path)


def genre_tree() -> GenreTree:
    """The bundled facts with the user's."""
    path = user_file()
    return _tree(path, path.stat().st_mtime_ns if path.is_file() else None)


@lru_cache(maxsize=4)
def _tree(path: Path, changed: int | None) -> GenreTree:
    tables = load_tables(resources_dir() / FILE_NAME)
    if changed is not None:
        try:
            for table, entries in load_tables(path).items():
                tables[table] = {**tables[table], **entries}
        except SettingsError as error:
            _log.warning("%s", error)
    return GenreTree(tables["under"], tables["aliases"])


class Meanings:
    """What names in files mean in a vocabulary. Keeps what it found; for one thread."""

    def __init__(self, vocabulary: Vocabulary, own: Mapping[str, Sequence[str]] | None = None) -> None:
        """`own`: the user's names of genres."""
        self.vocabulary = vocabulary
        self._tree = genre_tree()
        self._exact: dict[str, list[str]] = {}
        self._own: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        for name, aliases in zip(vocabulary.names, vocabulary.aliases, strict=True):
            self._exact.setdefault(key(name), []).append(name)
            for word in (own or {}).get(name, ()):
                self._own.setdefault(key(word), []).append(name)
            for word in aliases:
                self._words.setdefault(key(word), []).append(name)
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, name: str) -> tuple[str, ...]:
        """The names of the vocabulary for which a name in a file may stand, the likeliest first; () for another kind.

        The name itself and its aliases come first; where the vocabulary has none of these, what is above it.
        """
        if name not in self._found:
            self._found[name] = next((hits for level in self._tree.above(name) if (hits := self._hits(level))), ())
        return self._found[name]

    def _hits(self, level: Sequence[str]) -> tuple[str, ...]:
        tables = (self._exact, self._own, self._words)
        return tuple(dict.fromkeys(hit for table in tables for each in level for hit in table.get(each, ())))

    def agree(self, name: str, predicted: str) -> bool:
        """Whether a name in a file says the same as a predicted one, or something broader or narrower: "Deep House"
        and "Electronic" agree, "House" and "Techno" do not."""
        if key(name) == key(predicted):
            return True
        lineage = self.vocabulary.lineage(predicted)
        if any(key(name) == key(above) for above in lineage):
            return True
        return any(hit in lineage or predicted in self.vocabulary.lineage(hit) for hit in self.of(name))


def lenient_vocabulary(names: Iterable[str]) -> Vocabulary:
    """The vocabulary of names that may come from anywhere: of those that differ in capitals alone the first counts, and
    what cannot be a name does not."""
    kept: dict[str, str] = {}
    for name in names:
        if name and name == name.strip() and name.isprintable() and len(name) <= LONGEST_NAME:
            kept.setdefault(name.casefold(), name)
    return vocabulary_of(tuple(kept.values()) or ("-",))


@lru_cache(maxsize=64)
def meanings_in(vocabulary: Vocabulary) -> Meanings:
    """The meanings in a vocabulary, without names of the user's."""
    return Meanings(vocabulary)
