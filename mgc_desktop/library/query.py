"""Filters, sort orders and groups of songs as SQL that reads an index, so that 100,000 songs are listed at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mgc_desktop.library.text_keys import search_key

HEARD: Final = "heard:"

# The words are a JSON list of [name, probability].
_IN_WORDS: Final = """+id IN (SELECT song.id FROM song NOT INDEXED JOIN analysis ON analysis.checksum = song.checksum
AND analysis.model || '@' || analysis.version = song.model WHERE instr(lower(analysis.tags), ?) > 0)"""


class Filter(Enum):
    """The filters above the table, each with its condition in SQL."""

    ALL = "1"
    NO_GENRE = "genre_key = ''"
    DIFFERS = "state = 'differs'"
    UNSURE = "state = 'unsure'"
    NONE = "state = 'none of these'"
    FAILED = "state = 'failed'"
    WRITTEN = "state = 'written'"
    WAITING = "state = 'waiting'"
    ANALYSING = "state = 'listening'"
    TO_WRITE = "state = 'to write'"
    TO_REVIEW = "state IN ('differs', 'to write')"
    NOT_ANALYSED = "state IN ('new', 'stale')"


class Sort(Enum):
    """The columns that can be sorted by, each with its keys in SQL."""

    TITLE = ("title_key",)
    ARTIST = ("artist_key", "album_key", "title_key")
    ALBUM = ("album_key", "title_key")
    DURATION = ("duration",)
    GENRE = ("genre_key", "title_key")
    HEARD = ("heard", "title_key")
    CONFIDENCE = ("confidence",)
    STATE = ("state_order", "title_key")
    FOLDER = ("folder_key", "title_key")


class Group(Enum):
    """The ways to group songs, each with its key in SQL."""

    NONE = ""
    FOLDER = "folder_key"
    ALBUM = "album_key"


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection of songs from another view, and its description, such as "Jazz in the file, Classical predicted"."""

    label: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """The contents of the table. `search`: words that must all occur in title, artist, album, genre or file name;
    those that begin with "heard:", such as heard:piano, must occur in what the model heard besides the genre.
    `only`: a selection to which it is limited.
    """

    filter: Filter = Filter.ALL
    search: str = ""
    sort: Sort = Sort.TITLE
    descending: bool = False
    group: Group = Group.NONE
    only: Selection | None = None

    def sql(self) -> tuple[str, tuple[str, ...]]:
        """The statement that selects the ids in order, and its parameters."""
        where, words = self._where()
        direction = " DESC" if self.descending else ""
        keys = [f"{key}{direction}" for key in (*self.sort.value, "id")]
        if self.group is not Group.NONE:
            keys.insert(0, self.group.value)
        return f"SELECT id FROM song WHERE {where} ORDER BY {', '.join(keys)}", words

    def sizes_sql(self) -> tuple[str, tuple[str, ...]]:
        """The statement that selects how many songs are in each group, in the order of `sql`."""
        where, words = self._where()
        key = self.group.value
        return f"SELECT count(*) FROM song WHERE {where} GROUP BY {key} ORDER BY {key}", words

    def _where(self) -> tuple[str, tuple[str, ...]]:
        conditions, parameters = [self.filter.value], []
        if self.only is not None:
            conditions.append("id IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(self.only.ids))
        every = self.search.split()
        for word in (word for word in every if word.casefold().startswith(HEARD)):
            conditions.append(_IN_WORDS)
            parameters.append(json.dumps(word[len(HEARD) :].casefold())[1:-1])
        words = search_key(" ".join(word for word in every if not word.casefold().startswith(HEARD))).split()
        if words:
            # The search is a subquery, which reads the table once from end to end; otherwise SQLite would follow the
            # sorting index and look up each row.
            found = " AND ".join(["instr(search, ?) > 0"] * len(words))
            conditions.append(f"+id IN (SELECT id FROM song NOT INDEXED WHERE {found})")
            parameters += words
        return " AND ".join(conditions), tuple(parameters)
