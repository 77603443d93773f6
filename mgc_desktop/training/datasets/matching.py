"""Find the album of a clip in a list whose spelling differs.

The report lost half of its data at this point. Here a name is compared in steps that grow more tolerant, and the
step that found it (or the reason why none did) is counted.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mgc_desktop.training.datasets.labels import plain

How = Literal[
    "exact",
    "similar album",
    "similar artist",
    "title",
    "only album of the artist",
    "artist unknown",
    "album unknown",
]
_SIMILAR: Final = 0.84  # difflib's ratio: one or two letters in ten may differ
_FILLER: Final = re.compile(r"\b(the|a|and|feat|featuring|with|ft|vol|volume|disc|cd)\b")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A row of the list: an album (or one song of it, when `title` is given) and its genre."""

    artist: str
    album: str
    genre: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a clip, and by which step."""

    entry: CatalogueEntry | None
    how: How


def key(name: str) -> str:
    """What is compared: plain letters and digits, without filler words and without spaces."""
    words = plain(name)
    return _FILLER.sub("", words).replace(" ", "") or words.replace(" ", "")


class Catalogue:
    """A list of albums that can be asked with other spellings."""

    def __init__(self, entries: Iterable[CatalogueEntry]) -> None:
        self._albums: dict[str, dict[str, CatalogueEntry]] = defaultdict(dict)
        self._titles: dict[str, dict[str, CatalogueEntry]] = defaultdict(dict)
        self._known: dict[tuple[str, str, str], Match] = {}
        for entry in entries:
            artist = key(entry.artist)
            self._albums[artist].setdefault(key(entry.album), entry)
            if entry.title:
                self._titles[artist].setdefault(key(entry.title), entry)

    def __len__(self) -> int:
        return sum(len(albums) for albums in self._albums.values())

    def find(self, artist: str, album: str, title: str = "") -> Match:
        """The entry for a clip, by artist, album and title, most exact first."""
        asked = key(artist), key(album), key(title)
        if asked not in self._known:
            self._known[asked] = self._find(*asked)
        return self._known[asked]

    def _find(self, artist: str, album: str, title: str) -> Match:
        how: How = "exact"
        if artist not in self._albums:
            similar = _closest(artist, self._albums)
            if similar is None:
                return Match(None, "artist unknown")
            artist, how = similar, "similar artist"
        albums = self._albums[artist]
        if album in albums:
            return Match(albums[album], how)
        near = _closest(album, albums)
        if near is not None:
            return Match(albums[near], "similar album")
        if title and title in self._titles.get(artist, {}):
            return Match(self._titles[artist][title], "title")
        if len({e.genre for e in albums.values()}) == 1:
            # All that the artist has in the list is of one genre, so the missing album's spelling does not matter.
            return Match(next(iter(albums.values())), "only album of the artist")
        return Match(None, "album unknown")


def _closest(wanted: str, names: Iterable[str]) -> str | None:
    """The most similar name, if it is similar enough; one that begins with the other counts (cut or extended)."""
    candidates = list(names)
    for name in candidates:
        shorter, longer = sorted((wanted, name), key=len)
        if len(shorter) >= 8 and longer.startswith(shorter):
            return name
    found = difflib.get_close_matches(wanted, candidates, n=1, cutoff=_SIMILAR)
    return found[0] if found else None
