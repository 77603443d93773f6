"""The interface of all types of tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from mgc_desktop.tags.song_tags import SongTags
from mgc_desktop.tags.tag_types.texts import Texts

_OF_PROGRAMS: Final = frozenset({"vendor", "encoder", "tsse", "isft"})


@dataclass(frozen=True, slots=True)
class TagType:
    """How a tag of one type is read.

    `song(tags, cover)`: the tag's contents as `SongTags`, without the picture if `cover` is False. `entries(tags)`: all
    contents, as (name, value) pairs whose values have a complete `repr` except for the encoding; names may repeat.
    `texts(tags)`: what a new tag of another type copies.
    """

    name: str
    song: Callable[[Any, bool], SongTags]
    entries: Callable[[Any], Iterable[tuple[str, object]]]
    texts: Callable[[Any], Texts] = lambda tags: {}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a file: `data` is mutagen's object; `place` distinguishes it from the file's other tags."""

    type: TagType
    data: Any
    place: str

    def song(self, *, cover: bool = True) -> SongTags:
        """The tag's contents."""
        return self.type.song(self.data, cover)

    @property
    def is_bare(self) -> bool:
        """Whether the tag contains only the name of the program that made it."""
        return all(name.lower() in _OF_PROGRAMS for name, _ in self.entries())

    def texts(self) -> Texts:
        """The texts that a new tag of another type copies."""
        return self.type.texts(self.data)

    def entries(self) -> Iterable[tuple[str, object]]:
        """All contents of the tag."""
        return self.type.entries(self.data)
