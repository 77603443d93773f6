"""`TagFormat`: the interface through which the program reads and writes the tags of a container.

To add a container, write a module with a subclass and list it in `registry`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, TypeVar

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats import wrapping
from mgc_desktop.tags.formats.layout import Budget, Layout, Range, read, window
from mgc_desktop.tags.formats.wrapping import Wrapping
from mgc_desktop.tags.song_tags import merged
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types import apev2_read, id3_read
from mgc_desktop.tags.tag_types.base import Tag, TagType
from mgc_desktop.tags.tag_types.texts import Texts

_T = TypeVar("_T")


@dataclass(slots=True)
class Contents:
    """The result of reading a file.

    `format`: the container's name for the user, "" if unknown. `tags`: in the order of their precedence. `length`:
    seconds, None if unknown. `warnings`: sentences for the user. `unreadable`: a sentence for each tag that exists but
    could not be read; such a file is not written, since a change could not be checked. `read_only`: why the tags cannot
    be written; "" if they can.
    """

    format: str = ""
    tags: list[Tag] = field(default_factory=list)
    length: float | None = None
    warnings: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    read_only: str = ""

    def attempt(self, load: Callable[[], _T], *, needed: bool = True) -> _T | None:
        """Return the result of `load`; None if it raises: the error goes to `unreadable`, or else to `warnings`.

        Every error of a parser on a damaged file is caught here; only errors of the disk are raised, as OSError.
        """
        try:
            return load()
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            name = type(error).__name__
            if not name.endswith("NoHeaderError"):  # mutagen raises this if there is no tag
                sentence = f"The tags are damaged or unusual ({_one_line(str(error)).split(';')[0] or name})."
                sentences = self.unreadable if needed else self.warnings
                if sentence not in sentences:
                    sentences.append(sentence)
            return None

    def add(self, type_: TagType, data: Any, place: str = "") -> None:
        """Add a tag, unless `data` is None. `place`: the name of the type by default."""
        if data is not None:
            place = place or type_.name
            number = sum(tag.place.split(" #")[0] == place for tag in self.tags)
            self.tags.append(Tag(type_, data, f"{place} #{number + 1}" if number else place))


def taken_over(contents: Contents, field: Field) -> tuple[Texts, bytes | None, str]:
    """What a new tag copies from the existing tags: texts without the field, the cover, and its MIME type."""
    texts: Texts = {}
    for tag in contents.tags:
        for name, values in tag.texts().items():
            if values:
                texts.setdefault(name, values)
    texts.pop("GENRE" if field is Field.GENRE else field.value, None)
    song = merged(tag.song() for tag in contents.tags)
    return texts, song.cover, song.cover_mime or "image/jpeg"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


class TagFormat(ABC):
    """One container with its tags.

    `name` is shown to the user and stored in the library. `suffixes`: usual suffixes of file names, in lower case with
    the dot. `read_only`: why its tags cannot be written, "" if they can. `by_suffix`: a file with such a suffix counts
    as this format if no format recognises its contents.
    """

    name: str
    suffixes: frozenset[str] = frozenset()
    read_only: ClassVar[str] = ""
    by_suffix: ClassVar[bool] = False

    @abstractmethod
    def sniff(self, head: bytes) -> bool:
        """Whether the first bytes (at most 128) after any tag in front of the audio are of this format."""

    def why_read_only(self, file: BinaryIO) -> str:
        """Why the tags of this file cannot be written, "" if they can, as far as it is known without reading them."""
        return self.read_only

    @abstractmethod
    def read(self, file: BinaryIO) -> Contents:
        """All tags of an open file. Damaged tags are reported in the contents' sentences; raises only OSError."""

    @abstractmethod
    def layout(self, file: BinaryIO) -> Layout:
        """Which bytes are the audio; raises `TagError` if the file is not understood."""

    @abstractmethod
    def edit(self, file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
        """The changes that put `values` into the field; raises `TagError` if that is impossible."""


class ContainerFormat(TagFormat):
    """A format whose own tags are inside the container; other tags may be around it."""

    @abstractmethod
    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        """Add the container's own tags and the length to `contents`."""

    @abstractmethod
    def layout_inside(self, file: BinaryIO) -> Layout:
        """Like `layout`, for a file without tags around it."""

    @abstractmethod
    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        """Like `edit`, for a file without tags around it.

        `contents`: all tags of the file, from which a new tag copies its texts.
        """

    def read(self, file: BinaryIO) -> Contents:
        contents = Contents(self.name, read_only=self.read_only)
        outer = contents.attempt(lambda: wrapping.find(file)) or Wrapping(Range(0, file.seek(0, 2)))
        self.read_inside(window(file, outer.audio, Budget()), contents)
        add_tags_around(file, outer, contents)
        return contents

    def layout(self, file: BinaryIO) -> Layout:
        audio = wrapping.find(file).audio
        return tuple(
            Range(piece.start + audio.start, piece.end + audio.start) if isinstance(piece, Range) else piece
            for piece in self.layout_inside(window(file, audio))
        )

    def edit(self, file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
        if self.read_only:
            raise TagError(self.read_only)
        outer = wrapping.find(file)
        inside = self.edit_inside(window(file, outer.audio), field, values, self.read(file))
        return [
            *(splice.shifted(outer.audio.start) for splice in inside),
            *wrapping.edit_others(file, outer, field, values),
        ]


def add_tags_around(file: BinaryIO, outer: Wrapping, contents: Contents, *, ape_first: bool = False) -> None:
    """Add the tags around the audio: ID3v2 before APEv2 unless `ape_first`, and ID3v1 last."""
    budget = Budget()

    def loaded(where: Range, load: Callable[[bytes], Any]) -> Any:
        def load_it() -> Any:
            budget.take(where.size)
            return load(read(file, where.start, where.end))

        return contents.attempt(load_it)

    def add_all(type_: TagType, places: tuple[Range, ...], load: Callable[[bytes], Any]) -> None:
        for where in places:
            contents.add(type_, loaded(where, load))

    if ape_first:
        add_all(apev2_read.APEV2, outer.ape, apev2_read.load)
    add_all(id3_read.ID3V2, outer.id3, lambda tag: id3_read.load(tag, contents.warnings))
    if not ape_first:
        add_all(apev2_read.APEV2, outer.ape, apev2_read.load)
    add_all(id3_read.ID3V1, outer.v1, id3_read.load_v1)
