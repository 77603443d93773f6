"""What is common to all types of tags."""

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

    `song(tags, cover)`: the tag's contents as `SongTags`, without the picture if `cover` is False. `entries(tags)`:
    all that stands in the tag, as (name, value) pairs whose values have a `repr` that says everything but the
    encoding; one name may come several times. `texts(tags)`: what a new tag of another type takes over.
    """

    name: str
    song: Callable[[Any, bool], SongTags]
    entries: Callable[[Any], Iterable[tuple[str, object]]]
    texts: Callable[[Any], Texts] = lambda tags: {}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a file: `data` is mutagen's object; `place` tells it from the file's other tags."""

    type: TagType
    data: Any
    place: str

    def song(self, *, cover: bool = True) -> SongTags:
        """The tag's contents."""
        return self.type.song(self.data, cover)

    @property
    def is_bare(self) -> bool:
        """Whether the tag says nothing but which program made it."""
        return all(name.lower() in _OF_PROGRAMS for name, _ in self.entries())

    def texts(self) -> Texts:
        """What a new tag of another type takes over."""
        return self.type.texts(self.data)

    def entries(self) -> Iterable[tuple[str, object]]:
        """All that stands in the tag."""
        return self.type.entries(self.data)
