"""Which vocabularies there are: the bundled ones, those of models, and those in the user's configuration folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import ModelError, SettingsError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.paths import config_dir, resources_dir

_log = logging.getLogger(__name__)

_LARGEST: Final = MB
_LONGEST_LINE: Final = 20_000  # characters; tomllib takes minutes for a key of 50,000 parts


LARGE: Final = 24  # names; views show the broad genres of larger vocabularies

_seen: dict[tuple[str, ...], Vocabulary] = {}  # brought by models, heads and databases
_broad: dict[str, str] = {}


def bundled_folder() -> Path:
    """The vocabularies that ship with the program."""
    return resources_dir() / "vocabularies"


def user_folder() -> Path:
    """The user's vocabularies, each `NAME.toml`; one with the id of a bundled one takes its place."""
    return config_dir() / "vocabularies"


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in a TOML file; SettingsError names the file if it cannot be read or is not understood."""
    try:
        return Vocabulary.from_dict(read_toml(path))
    except (ValueError, TypeError) as error:
        raise SettingsError(f"is not understood: {error}", path=path) from error
    except KeyError as error:
        raise SettingsError(f"is not understood: {error} is missing", path=path) from error


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a file that somebody else may have written; SettingsError names the file if there is none."""
    import tomllib  # a start without a user's vocabulary does not need it

    try:
        text = read_limited(path, _LARGEST).decode("utf-8-sig")
        if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
            raise SettingsError(f"has a line of more than {_LONGEST_LINE} characters", path=path)
        return tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", path=path) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not text in UTF-8; save it as UTF-8", path=path) from error
    except RecursionError as error:
        raise SettingsError("is nested too deeply", path=path) from error
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits is another
        raise SettingsError(f"is not valid TOML: {error}", path=path) from error


def list_vocabularies() -> tuple[Vocabulary, ...]:
    """The bundled vocabularies, then those that only the user has, by id. A user's file that cannot be read is left
    out (`mgc genres` names it)."""
    found = dict(_bundled())
    for path in user_files():
        try:
            vocabulary = load_vocabulary(path)
        except SettingsError as error:
            _log.warning("%s", error)
            continue
        same = found.get(vocabulary.id)
        if same is None or same.names == vocabulary.names:  # a head's rows keep their meaning
            found[vocabulary.id] = vocabulary
        else:
            _log.warning("%s has other names than the bundled vocabulary of that id", path)
    return tuple(found.values())


def user_files() -> list[Path]:
    """The files in the user's folder."""
    folder = user_folder()
    return sorted(path for path in folder.glob("*.toml") if path.is_file()) if folder.is_dir() else []


def find_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that id; ModelError names those there are."""
    known = {vocabulary.id: vocabulary for vocabulary in list_vocabularies()}
    if name not in known:
        raise ModelError(f"There are no genres named '{name}'. Choose one of: {', '.join(known)}.")
    return known[name]


def vocabulary_of(names: Sequence[str]) -> Vocabulary:
    """The known vocabulary with exactly these names in this order, also with genres of the user's own at the end; else
    one of which only the names are known. For models, heads and verdicts that say nothing but names."""
    return _vocabulary_of(tuple(names), _stamp())


def described(names: Sequence[str], value: Any) -> Vocabulary:
    """The vocabulary in a model's or head's file: `value` is None, an id, or a whole table. ValueError, TypeError or
    KeyError where it does not have these names."""
    if value is None:
        return vocabulary_of(names)
    if isinstance(value, str):
        known = next((one for one in list_vocabularies() if one.id == value), None)
        if known is None:
            raise ValueError(f"vocabulary {value!r} is not known")
    else:
        known = Vocabulary.from_dict(value)
    if known.names != tuple(names):
        raise ValueError(f"its genres are not those of the vocabulary '{known.id}' in their order")
    return remember(known)


def broad_genre(name: str) -> str:
    """The broad genre by which views group a name of a large vocabulary (`LARGE`); the name itself for any other."""
    return _broad.get(name, name)


def broad_genres(vocabulary: Vocabulary) -> dict[str, str]:
    """The broad genre of each name that belongs to one; names that are broad themselves are left out."""
    return {name: broad for name in vocabulary.names if (broad := vocabulary.broad(name)) != name}


def remember(vocabulary: Vocabulary) -> Vocabulary:
    """From now on names find this vocabulary (`vocabulary_of`), unless they are those of a bundled or a user's one."""
    if _seen.get(vocabulary.names) != vocabulary:
        _seen[vocabulary.names] = vocabulary
        if len(vocabulary) > LARGE:
            _broad.update({name: vocabulary.broad(name) for name in vocabulary.names})
        _vocabulary_of.cache_clear()
    return vocabulary


def description(vocabulary: Vocabulary) -> dict[str, Any]:
    """What `described` needs besides the names, as the keys of a file: nothing where the names say all."""
    known = vocabulary == Vocabulary.of_names(vocabulary.names) or vocabulary in list_vocabularies()
    return {} if known and vocabulary_of(vocabulary.names) == vocabulary else {"vocabulary": vocabulary.to_dict()}


@cache
def _bundled() -> dict[str, Vocabulary]:
    every = [load_vocabulary(path) for path in bundled_folder().glob("*.toml")]
    order = {"report": 0, "everyday": 1}
    return {one.id: one for one in sorted(every, key=lambda one: (order.get(one.id, 2), one.id))}


def _stamp() -> tuple[tuple[str, int], ...]:
    return tuple((str(path), path.stat().st_mtime_ns) for path in user_files())


@lru_cache(maxsize=256)
def _vocabulary_of(names: tuple[str, ...], _: tuple[tuple[str, int], ...]) -> Vocabulary:
    known = list_vocabularies()
    for vocabulary in known:
        if vocabulary.names == names:
            return vocabulary
    if names in _seen:
        return _seen[names]
    for vocabulary in (*known, *_seen.values()):
        if names[: len(vocabulary)] == vocabulary.names:
            return vocabulary.extended(names[len(vocabulary) :])
    return Vocabulary.of_names(names)
