"""`Vocabulary`: the genres (or other labels) that a head tells apart, and what is known about their names.

A vocabulary travels with what it belongs to: a model's metadata, a head, an analysis, a stored verdict, a view. Two
are bundled, `report` and `everyday` (`resources/vocabularies/*.toml`); `inference.vocabularies` finds these and the
user's. A model says by `genres` (and, where they differ from every known vocabulary, by `vocabulary`) what it tells
apart.

The form of a vocabulary file, in TOML:

    id = "everyday"            # lower-case letters, digits, "-", "_", "." and "+"
    title = "Everyday genres"
    summary = "..."            # optional
    kind = "genre"             # or "labels": several may be true of one song, such as moods or instruments
    [[genre]]                  # one for each name, in the order of the head's rows
    name = "House & Techno"
    parent = "Electronic"      # optional; need not be a name of the vocabulary itself
    aliases = ["House"]        # optional
    colour = "#5C8DF0"         # optional
    measured = true            # optional: whether somebody measured how well the bundled head names it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal, get_args

Kind = Literal["genre", "labels"]

MOST_NAMES: Final = 2000
LONGEST_NAME: Final = 250  # characters
LONGEST_ID: Final = 80
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._+-]*")
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_KEYS: Final = frozenset({"id", "title", "summary", "kind", "genre"})
_GENRE_KEYS: Final = frozenset({"name", "parent", "aliases", "colour", "measured"})


@dataclass(frozen=True)
class Vocabulary:
    """Names in the order of a head's rows; everything else is parallel to them. Hashable and picklable.

    `kind`: "genre" where a song has one of the names, "labels" where several may be true at once. `parents`: the broad
    genre of each, "" for a name that is broad itself. `aliases`: other words for each. `colours`: "#RRGGBB", "" where
    none is fixed. `measured`: the names for which a measurement of the bundled head is published. ValueError for
    names that are empty, repeated in whatever case, too long or not printable, and for a parent in a circle.
    """

    id: str
    names: tuple[str, ...]
    title: str = ""
    kind: Kind = "genre"
    parents: tuple[str, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()
    colours: tuple[str, ...] = ()
    measured: frozenset[str] = field(default=frozenset())
    summary: str = ""

    def __post_init__(self) -> None:
        number = len(self.names)
        if len(self.id) > LONGEST_ID or not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id[:LONGEST_ID]!r} cannot be the id of a vocabulary")
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind {self.kind!r} is not known")
        if not 0 < number <= MOST_NAMES:
            raise ValueError(f"a vocabulary has 1 to {MOST_NAMES} names, not {number}")
        for name in (*self.names, *self.parents, *(alias for some in self.aliases for alias in some)):
            _check_name(name)
        if not all(self.names) or len({name.casefold() for name in self.names}) != number:
            raise ValueError("its names must differ, in capitals or not, and none may be empty")
        for part, empty in (("parents", ""), ("aliases", ()), ("colours", "")):
            if not getattr(self, part):
                object.__setattr__(self, part, (empty,) * number)
            if len(getattr(self, part)) != number:
                raise ValueError(f"it has {number} names but {len(getattr(self, part))} {part}")
        if any(colour and not _COLOUR.fullmatch(colour) for colour in self.colours):
            raise ValueError("a colour is written #RRGGBB")
        if unknown := sorted(self.measured - set(self.names)):
            raise ValueError(f"{unknown[0]!r} is measured but is not one of its names")
        for name in self.names:
            if len(self.lineage(name)) > number:
                raise ValueError(f"{name!r} is its own parent, directly or by others")

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """The place of a name; KeyError for one that it does not have."""
        return self._places[name]

    def parent(self, name: str) -> str:
        """The broad genre directly above a name, "" where there is none or the name is not known."""
        place = self._places.get(name)
        return "" if place is None else self.parents[place]

    def lineage(self, name: str) -> tuple[str, ...]:
        """The name and what is above it, the broadest last."""
        found = [name]
        while (above := self.parent(found[-1])) and len(found) <= len(self.names) + 1:
            found.append(above)
        return tuple(found)

    def broad(self, name: str) -> str:
        """The broadest genre that a name belongs to: itself where nothing is above it."""
        return self.lineage(name)[-1]

    @cached_property
    def broad_names(self) -> tuple[str, ...]:
        """The broadest genres, each once, in the order in which they first appear."""
        return tuple(dict.fromkeys(self.broad(name) for name in self.names))

    def aliases_of(self, name: str) -> tuple[str, ...]:
        """Other words for a name; none for one that it does not have."""
        place = self._places.get(name)
        return () if place is None else self.aliases[place]

    def colour_of(self, name: str) -> str:
        """The fixed colour of a name, "" where there is none."""
        place = self._places.get(name)
        return "" if place is None else self.colours[place]

    def extended(self, own: Sequence[str]) -> Vocabulary:
        """With genres of the user's own at the end; itself without any."""
        if not own:
            return self
        more = len(own)
        return replace(
            self,
            id=f"{self.id[: LONGEST_ID - 4]}+own",
            names=(*self.names, *own),
            title=f"{self.title or self.id}, and your own genres",
            parents=(*self.parents, *("",) * more),
            aliases=(*self.aliases, *((),) * more),
            colours=(*self.colours, *("",) * more),
        )

    @classmethod
    def of_names(cls, names: Sequence[str], *, kind: Kind = "genre", title: str = "") -> Vocabulary:
        """One of which only the names are known. The same names have the same id always."""
        import hashlib  # a start does not need it

        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
        return cls(f"names-{digest}", tuple(names), title or f"{len(names)} genres", kind)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Vocabulary:
        """From what a file holds or `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        _check_table(values, _KEYS, "vocabulary")
        genres = values["genre"]
        if not isinstance(genres, list):
            raise TypeError("genre must be a list of tables")
        for genre in genres:
            _check_table(genre, _GENRE_KEYS, "genre")
        return cls(
            id=_text(values["id"]),
            names=tuple(_text(genre["name"]) for genre in genres),
            title=_text(values.get("title", "")),
            kind=values.get("kind", "genre"),
            parents=tuple(_text(genre.get("parent", "")) for genre in genres),
            aliases=tuple(_texts(genre.get("aliases", [])) for genre in genres),
            colours=tuple(_text(genre.get("colour", "")) for genre in genres),
            measured=frozenset(_text(genre["name"]) for genre in genres if genre.get("measured") is True),
            summary=_text(values.get("summary", "")),
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values of JSON or TOML; what is empty is left out."""
        genres = []
        for name, parent, aliases, colour in zip(self.names, self.parents, self.aliases, self.colours, strict=True):
            more = {"parent": parent, "aliases": list(aliases), "colour": colour, "measured": name in self.measured}
            genres.append({"name": name, **{key: value for key, value in more.items() if value}})
        return {"id": self.id, "title": self.title, "summary": self.summary, "kind": self.kind, "genre": genres}


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise ValueError(f"{name[:40]!r} cannot be the name of a genre: it is too long or not printable")


def _check_table(values: Any, known: Iterable[str], what: str) -> None:
    if not isinstance(values, dict):
        raise TypeError(f"a {what} must be a table")
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"unknown keys {', '.join(unknown)} of a {what}, perhaps of a newer version of the program")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} must be text")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("aliases must be a list of texts")
    return tuple(_text(value) for value in values)
