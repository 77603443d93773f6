"""WAV and AIFF: files of chunks, one of which holds an ID3v2 tag, and in WAV another one a list of texts (INFO)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import BinaryIO, Final, Literal

from mgc_desktop.audio.leading_tags import id3v2_size
from mgc_desktop.audio.plausible import believed_duration
from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats import wrapping
from mgc_desktop.tags.formats.base import ContainerFormat, Contents, taken_over
from mgc_desktop.tags.formats.layout import Budget, Layout, Range, read, window
from mgc_desktop.tags.genre_text import JOIN
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types import id3_edit
from mgc_desktop.tags.tag_types.id3_read import ID3V2, load
from mgc_desktop.tags.tag_types.info_read import INFO, Texts

_EDGE: Final = 8  # name and size of a chunk
_FORM_EDGE: Final = 12
_NOT_WHOLE: Final = "has a header that does not fit what the file holds, so its tags cannot be written"
_MOST_CHUNKS: Final = 10_000
_INFO_GENRE: Final = b"IGNR"
_LARGEST: Final = (1 << 32) - 1
_FILLERS: Final = {b"JUNK", b"junk", b"PAD ", b"FLLR"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk by its position: header at `start`, contents `[data, end)`; odd lengths have a padding byte."""

    name: bytes
    start: int
    data: int
    end: int

    @property
    def padded(self) -> int:
        """The start of the next chunk."""
        return self.end + (self.end - self.data & 1)


@dataclass(frozen=True, slots=True)
class Form:
    """The outer chunk: its chunks, its end, and its byte order. `whole`: the sizes in the header are right."""

    order: Literal["little", "big"]
    end: int
    chunks: tuple[Chunk, ...]
    whole: bool

    @property
    def tags(self) -> tuple[Chunk, ...]:
        """The chunks with an ID3 tag."""
        return tuple(chunk for chunk in self.chunks if chunk.name.upper() == b"ID3 ")


class IffFormat(ContainerFormat):
    """A file of chunks. `info`: mutagen's module and class that read the length."""

    info: tuple[str, str]

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        module, name = self.info
        file.seek(0)
        info = contents.attempt(lambda: getattr(import_module(module), name)(file), needed=False)
        # An incomplete header, as in a file written to a pipe, claims hours.
        length, bit_rate = float(getattr(info, "length", 0.0)), int(getattr(info, "bitrate", 0))
        contents.length = believed_duration(length, file.seek(0, 2), "pcm_", bit_rate)
        if form := contents.attempt(lambda: _form(file)):
            self.read_chunks(file, form, contents)

    def read_chunks(self, file: BinaryIO, form: Form, contents: Contents) -> None:
        """Add the tags in the chunks to `contents`."""
        if not form.whole:
            contents.read_only = _NOT_WHOLE
        for chunk in form.tags:
            contents.add(ID3V2, contents.attempt(partial(_load_chunk, file, chunk, contents)), "ID3v2 chunk")
        if texts := contents.attempt(lambda: _info(file, form)):
            contents.add(INFO, texts)

    def why_read_only(self, file: BinaryIO) -> str:
        return "" if _form(window(file, wrapping.find(file).audio, Budget())).whole else _NOT_WHOLE

    def layout_inside(self, file: BinaryIO) -> Layout:
        return _layout(file)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        return _edit(file, field, values, contents)


def _load_chunk(file: BinaryIO, chunk: Chunk, contents: Contents) -> object:
    return load(read(file, chunk.data, chunk.end), contents.warnings)


def _layout(file: BinaryIO) -> Layout:
    """All chunks except tags and padding."""
    form = _form(file)
    pieces: list[Range | bytes] = []
    for chunk in form.chunks:
        if not (chunk.name.upper() == b"ID3 " or chunk.name in _FILLERS or _is_info(file, chunk)):
            pieces += [chunk.name, Range(chunk.data, chunk.end)]
    return (*pieces, Range(form.end, file.seek(0, 2)))


def _edit(file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
    """The splices for the ID3 chunk, for the genre in an INFO list if there is one, and for the sizes."""
    form = _form(file)
    if not form.whole:
        raise TagError(_NOT_WHOLE)
    # The list first: a new chunk for the tag is inserted after the one that may grow at its end.
    splices = _edit_info(file, form, values) if field is Field.GENRE else []
    splices += _edit_tags(file, form, field, values, contents)
    size = form.end - _EDGE + growth(splices)
    if size > _LARGEST:
        raise TagError("the file would grow beyond 4 GB; nothing was written")
    return [Splice(4, 8, size.to_bytes(4, form.order)), *splices]


def _info(file: BinaryIO, form: Form) -> Texts:
    """The texts of WAV's INFO lists by their four-letter names (INAM, IART, IGNR ...)."""
    texts: Texts = {}
    for chunk in form.chunks:
        if _is_info(file, chunk):
            for entry in _entries(file, chunk, form):
                raw = read(file, entry.data, min(entry.end, chunk.end)).split(b"\0", 1)[0]
                name = entry.name.decode("latin-1").upper()
                try:
                    texts.setdefault(name, raw.decode())
                except UnicodeDecodeError:
                    texts.setdefault(name, raw.decode("latin-1"))
    return texts


def _form(file: BinaryIO) -> Form:
    size = file.seek(0, 2)
    head = read(file, 0, _FORM_EDGE)
    order: Literal["little", "big"] = "little" if head[:4] == b"RIFF" else "big"
    promised = _EDGE + int.from_bytes(head[4:8], order)
    end = min(promised, size)
    chunks = tuple(_chunks(file, _FORM_EDGE, end, order))
    reached = chunks[-1].end if chunks else _FORM_EDGE
    whole = len(head) == _FORM_EDGE and promised <= size + 1 and reached <= end <= reached + 1
    return Form(order, end, tuple(Chunk(c.name, c.start, min(c.data, end), min(c.end, end)) for c in chunks), whole)


def _chunks(file: BinaryIO, start: int, end: int, order: Literal["little", "big"]) -> Iterator[Chunk]:
    for _ in range(_MOST_CHUNKS):
        if start + _EDGE > end:
            return
        head = read(file, start, start + _EDGE)
        chunk = Chunk(head[:4], start, start + _EDGE, start + _EDGE + int.from_bytes(head[4:], order))
        yield chunk
        start = chunk.padded
    raise TagError("has too many parts; nothing was written")


def _is_info(file: BinaryIO, chunk: Chunk) -> bool:
    return chunk.name == b"LIST" and read(file, chunk.data, chunk.data + 4) == b"INFO"


def _edit_tags(file: BinaryIO, form: Form, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
    """The splices for the first ID3 chunk, which is created if there is none, and for others that have the field."""
    if not form.tags:
        if not values:
            return []
        tag = _new_tag(field, values, contents)
        name = b"id3 " if form.order == "little" else b"ID3 "
        missing = b"\0" if form.chunks and form.chunks[-1].padded > form.end else b""
        made = missing + name + len(tag).to_bytes(4, form.order) + tag + bytes(len(tag) & 1)
        return [Splice(form.end, form.end, made)]
    splices: list[Splice] = []
    for chunk in form.tags:
        tag = read(file, chunk.data, chunk.end)
        length = id3v2_size(tag)
        if not tag.strip(b"\0"):  # an empty chunk, reserved for a tag
            if chunk is form.tags[0] and values:
                made = _new_tag(field, values, contents)
                splices += [Splice(chunk.data, chunk.end, made)]
                splices += _resized(form, chunk, growth(splices[-1:]))
            continue
        if not _EDGE < length <= len(tag):
            raise TagError("has a damaged ID3 tag; nothing was written")
        if chunk is form.tags[0] or id3_edit.has_field(tag[:length], field):
            changes = [splice.shifted(chunk.data) for splice in id3_edit.edit(tag[:length], field, values)]
            splices += changes + _resized(form, chunk, growth(changes))
    return splices


def _new_tag(field: Field, values: tuple[str, ...], contents: Contents) -> bytes:
    texts, _, _ = taken_over(contents, field)
    return id3_edit.new_tag(id3_edit.frames_of(texts) + id3_edit.render(4, field, values))


def _edit_info(file: BinaryIO, form: Form, values: tuple[str, ...]) -> list[Splice]:
    """Set the genre in the INFO lists.

    If none of them has one, the first one gets it: FFmpeg reads no ID3 tag if there is a list.
    """
    lists = [chunk for chunk in form.chunks if _is_info(file, chunk)]
    all_entries = {chunk: _entries(file, chunk, form) for chunk in lists}
    found = any(entry.name == _INFO_GENRE for entries in all_entries.values() for entry in entries)
    splices: list[Splice] = []
    text = JOIN.join(values).encode() + b"\0"
    for chunk, entries in all_entries.items():
        if entries and entries[-1].end > chunk.end:
            raise TagError("has a damaged list of texts (INFO); nothing was written")
        inner: list[Splice] = []
        for entry in entries:
            if entry.name == _INFO_GENRE:
                inner.append(Splice(entry.data, entry.end, text))
                inner += _resized(form, entry, growth(inner[-1:]))
        if not found and values and chunk is lists[0]:
            odd = bool(entries) and entries[-1].padded > chunk.end
            made = _INFO_GENRE + len(text).to_bytes(4, form.order) + text + bytes(len(text) & 1)
            inner.append(Splice(chunk.end, chunk.end, bytes(odd) + made))
        splices += inner + (_resized(form, chunk, growth(inner)) if inner else [])
    return splices


def _entries(file: BinaryIO, chunk: Chunk, form: Form) -> list[Chunk]:
    """The entries of an INFO list; the last one may claim to extend beyond the list."""
    return list(_chunks(file, chunk.data + 4, chunk.end, form.order))


def _resized(form: Form, chunk: Chunk, more: int) -> list[Splice]:
    """The new size of a chunk, and its padding byte."""
    size = chunk.end - chunk.data + more
    here = min(chunk.padded, form.end)
    even = [Splice(chunk.end, here, bytes(size & 1))]
    return [Splice(chunk.start + 4, chunk.data, size.to_bytes(4, form.order)), *(even if more & 1 else [])]
