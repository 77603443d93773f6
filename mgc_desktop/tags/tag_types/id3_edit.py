"""ID3v2 (2.2, 2.3, 2.4) and ID3v1: replaces the genre and leaves all other frames unchanged, byte for byte."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import JOIN, id3v1_index
from mgc_desktop.tags.splice import Splice, growth, spliced
from mgc_desktop.tags.tag_types.texts import Texts, id3_date, id3_name

V1_SIZE: Final = 128
_UNSYNC, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_HEADER: Final = 10
_LARGEST: Final = (1 << 28) - 1
_MOST_FRAMES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame by its name and its position in the tag; `body`: the start of its contents."""

    name: bytes
    start: int
    end: int
    body: int


def edit(tag: bytes, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices, relative to the tag's start, that put `values` into the tag.

    Padding absorbs the difference in length if there is enough, so that the data after the tag does not move. The
    version of the tag does not change.
    """
    version, flags = tag[3], tag[5]
    if version not in (2, 3, 4):
        raise TagError(f"has an ID3v2.{version} tag, which is not known; nothing was written")
    if version < 4 and flags & _UNSYNC and is_unsynchronised(tag[_HEADER:]):
        return _edit_unsynchronised(tag, field, values)
    first, extension = _extension(tag)
    frames, end = _frames(tag, first)
    limit = len(tag) - (_HEADER if _has_footer(tag) else 0)
    splices = [*extension, *_replace(tag, frames, end, field, render(version, field, values))]
    return splices + _absorb(tag, end, limit, growth(splices))


def new_tag(frames: bytes) -> bytes:
    """A new ID3v2.4 tag around `frames`."""
    return b"ID3\x04\0\0" + _synchsafe(len(frames)) + frames


def render(version: int, field: Field, values: tuple[str, ...]) -> bytes:
    """The frame with `values`; b"" without values."""
    if not values:
        return b""
    texts = values if version == 4 else (JOIN.join(values),)
    if field is Field.GENRE:
        encoding, text = _encode(version, map(_escaped, texts))
        return _frame(version, b"TCO" if version == 2 else b"TCON", encoding + text)
    encoding, text = _encode(version, texts)
    description = Field.SEPARATE.value.encode(_CODECS[encoding[0]])
    if encoding == b"\x01":
        description = b"\xff\xfe" + description
    end = b"\0\0" if encoding == b"\x01" else b"\0"
    return _frame(version, b"TXX" if version == 2 else b"TXXX", encoding + description + end + text)


def frames_of(texts: Texts) -> bytes:
    """ID3v2.4 frames with texts from other tags."""
    frames = b""
    for name, values in texts.items():
        values = [value for value in values if value]
        if name == "DATE" and values and (date := id3_date(values[0])) != values[0]:
            frames += _frame(4, b"TXXX", b"\x03DATE\0" + _utf8(values))
            values = [date] if date else []
        if not values:
            continue
        if name in ("COMMENT", "LYRICS"):
            frame = b"COMM" if name == "COMMENT" else b"USLT"
            frames += _frame(4, frame, b"\x03eng\0" + _utf8(["\n".join(values)]))
        elif name == "GENRE":
            frames += render(4, Field.GENRE, tuple(values))
        elif known := id3_name(name):
            frames += _frame(4, known.encode(), b"\x03" + _utf8(values))
        else:
            frames += _frame(4, b"TXXX", b"\x03" + _utf8([name]) + b"\0" + _utf8(values))
    return frames


def picture_frame(data: bytes, mime: str) -> bytes:
    """An ID3v2.4 frame with a front cover."""
    return _frame(4, b"APIC", b"\0" + mime.encode() + b"\0\x03\0" + data)


def _utf8(texts: Iterable[str]) -> bytes:
    return "\0".join(texts).encode("utf-8", "replace")


def has_field(tag: bytes, field: Field) -> bool:
    """Whether the tag has a frame for the field."""
    tag = plain(tag)
    frames, _ = _frames(tag, _extension(tag)[0])
    return any(_is_field(tag, frame, field) for frame in frames)


def v1_genre(start: int, values: tuple[str, ...]) -> Splice:
    """The splice that sets the genre number of the ID3v1 tag at `start`."""
    index = id3v1_index(values[0]) if values else 255
    return Splice(start + V1_SIZE - 1, start + V1_SIZE, bytes([index]))


_CODECS: Final = {0: "latin-1", 1: "utf-16-le", 3: "utf-8"}


def _encode(version: int, texts: Iterable[str]) -> tuple[bytes, bytes]:
    """The byte of the encoding, and the encoded texts."""
    text = "\0".join(texts)
    if version == 4:
        return b"\x03", text.encode()
    try:
        return b"\0", text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\x01", b"\xff\xfe" + text.encode("utf-16-le")


def _escaped(genre: str) -> str:
    """Double the parenthesis of a name that looks like a reference such as "(17)", as the standard requires."""
    return "(" + genre if re.match(r"\(\(|\((\d+|RX|CR)\)", genre) else genre


def _frame(version: int, name: bytes, body: bytes) -> bytes:
    if version == 2:
        return name + len(body).to_bytes(3, "big") + body
    size = _synchsafe(len(body)) if version == 4 else struct.pack(">I", len(body))
    return name + size + b"\0\0" + body


def _synchsafe(number: int) -> bytes:
    if number > _LARGEST:
        raise TagError("the tag would become too large; nothing was written")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _from_synchsafe(data: bytes) -> int:
    return sum((byte & 0x7F) << shift for byte, shift in zip(data, (21, 14, 7, 0), strict=True))


def _has_footer(tag: bytes) -> bool:
    return tag[3] == 4 and bool(tag[5] & _FOOTER)


def _extension(tag: bytes) -> tuple[int, list[Splice]]:
    """The start of the frames, and the splices that remove the extended header.

    It has no data of the user, but a checksum and the size of the padding, which would become wrong.
    """
    if tag[3] == 2 or not tag[5] & _EXTENDED:
        return _HEADER, []
    field = tag[_HEADER : _HEADER + 4]
    if _is_name(field):  # announced, but missing: some programs write that
        return _HEADER, []
    size = _from_synchsafe(field) if tag[3] == 4 else 4 + int.from_bytes(field, "big")
    if not 6 <= size <= len(tag) - _HEADER:
        raise TagError("has a damaged ID3 tag (extended header); nothing was written")
    first = _HEADER + size
    return first, [Splice(5, 6, bytes([tag[5] & ~_EXTENDED])), Splice(_HEADER, first, b"")]


def frame_count(tag: bytes, most: int) -> int:
    """The number of frames that a reader may find in the tag, for any interpretation of their sizes; counts up to
    `most`, and raises nothing."""
    if len(tag) <= _HEADER or tag[3] not in (2, 3, 4):
        return 0
    return max(_count(tag, most, synchsafe=synchsafe) for synchsafe in {tag[3] == 4, False})


def _count(tag: bytes, most: int, *, synchsafe: bool) -> int:
    name_size, header = (3, 6) if tag[3] == 2 else (4, 10)
    position = _HEADER
    for number in range(most):
        field = tag[position + name_size : position + 2 * name_size]
        if position + header > len(tag):
            return number
        position += header + (_from_synchsafe(field) if synchsafe else int.from_bytes(field, "big"))
    return most


def plain(tag: bytes) -> bytes:
    """The tag without the unsynchronisation of ID3v2.2 and 2.3; unchanged if it has none."""
    return (
        _plain(tag)
        if len(tag) > _HEADER and tag[3] < 4 and tag[5] & _UNSYNC and is_unsynchronised(tag[_HEADER:])
        else tag
    )


def _frames(tag: bytes, first: int) -> tuple[list[Frame], int]:
    """The frames of a tag that is not unsynchronised, and their end."""
    limit = len(tag) - (_HEADER if _has_footer(tag) else 0)
    if tag[3] < 4:
        return _walk(tag, first, limit, tag[3], synchsafe=False)
    frames, end = _walk(tag, first, limit, 4, synchsafe=True)
    plain, plain_end = _walk(tag, first, limit, 4, synchsafe=False)
    # Old iTunes wrote plain sizes into 2.4. Like mutagen, choose the interpretation with more known frames.
    known, known_plain = (sum(_is_known(frame.name) for frame in each) for each in (frames, plain))
    if known_plain > known or (known_plain == known and end > limit >= plain_end):
        frames, end = plain, plain_end
    return frames, min(end, limit)


def _walk(tag: bytes, position: int, limit: int, version: int, *, synchsafe: bool) -> tuple[list[Frame], int]:
    """The frames up to the padding or the limit, as mutagen finds them: with any name, and empty ones too.

    A frame that extends beyond the limit is cut there, and the returned position is then beyond the limit.
    """
    name_size, header = (3, 6) if version == 2 else (4, 10)
    frames: list[Frame] = []
    while position + header <= limit and len(frames) < _MOST_FRAMES:
        name = tag[position : position + name_size]
        if not name.strip(b"\0"):
            break
        field = tag[position + name_size : position + 2 * name_size]
        size = _from_synchsafe(field) if synchsafe else int.from_bytes(field, "big")
        end = position + header + size
        frames.append(Frame(name, position, min(end, limit), position + header))
        position = end
    return frames, position


def _is_known(name: bytes) -> bool:
    return name.decode("latin-1") in import_module("mutagen.id3").Frames


def _is_name(name: bytes) -> bool:
    return re.fullmatch(rb"[A-Z0-9]{3,4}", name) is not None


def _is_field(tag: bytes, frame: Frame, field: Field) -> bool:
    short, long = (b"TCO", b"TCON") if field is Field.GENRE else (b"TXX", b"TXXX")
    if frame.name not in (short, short + b"\0", long):  # some programs write names of 2.2 into 2.3
        return False
    return field is Field.GENRE or _description(tag[frame.body : frame.end]) == Field.SEPARATE.value


def _description(body: bytes) -> str:
    """The description of a TXXX frame."""
    if not body:
        return ""
    if body[0] in (1, 2):
        text = body[1:]
        end = next((i for i in range(0, len(text) - 1, 2) if text[i : i + 2] == b"\0\0"), len(text))
        return text[:end].decode("utf-16" if body[0] == 1 else "utf-16-be", "replace")
    return body[1:].split(b"\0", 1)[0].decode("utf-8" if body[0] == 3 else "latin-1", "replace")


def _replace(tag: bytes, frames: list[Frame], end: int, field: Field, new: bytes) -> list[Splice]:
    """Put the new frame in the place of the first old one that is not empty, or after the last frame; remove further
    old ones.

    A last frame that extends beyond the tag stays last.
    """
    old = [frame for frame in frames if _is_field(tag, frame, field) and frame.end > frame.body]
    if not old:
        if frames and frames[-1].end == end and _is_cut(tag, frames[-1]):
            end = frames[-1].start
        return [Splice(end, end, new)] if new else []
    return [Splice(old[0].start, old[0].end, new), *(Splice(f.start, f.end, b"") for f in old[1:])]


def _is_cut(tag: bytes, frame: Frame) -> bool:
    """Whether the frame is shorter than its header says."""
    if tag[3] == 2:
        return int.from_bytes(tag[frame.start + 3 : frame.start + 6], "big") > frame.end - frame.body
    field = tag[frame.start + 4 : frame.start + 8]
    there = frame.end - frame.body
    return int.from_bytes(field, "big") > there and (tag[3] == 3 or _from_synchsafe(field) > there)


def _absorb(tag: bytes, end: int, limit: int, more: int) -> list[Splice]:
    """Resize the padding by the growth of the frames, or else correct the tag's size."""
    padding = limit - end
    if padding and not any(tag[end:limit]):
        if 0 < more <= padding:
            return [Splice(limit - more, limit, b"")]
        if more <= 0:
            return [Splice(limit, limit, bytes(-more))] if more else []
    if not more:
        return []
    size = _synchsafe(_from_synchsafe(tag[6:10]) + more)
    footer = [Splice(limit + 6, limit + 10, size)] if _has_footer(tag) else []
    return [Splice(6, 10, size), *footer]


def _edit_unsynchronised(tag: bytes, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """Edit a tag in which every 0xFF is followed by a 0x00: undo that, edit, and do it again."""
    plain = _plain(tag)
    edited = spliced(plain, edit(plain, field, values))
    body = _unsynchronise(edited[_HEADER:])
    flags = edited[5] | _UNSYNC
    return [Splice(5, 10, bytes([flags]) + _synchsafe(len(body))), Splice(_HEADER, len(tag), body)]


def is_unsynchronised(data: bytes) -> bool:
    """Whether the bytes really are unsynchronised; some programs only set the flag."""
    return re.search(rb"\xff(?:[\xe0-\xff]|\Z)", data) is None


def _plain(tag: bytes) -> bytes:
    body = tag[_HEADER:].replace(b"\xff\0", b"\xff")
    return tag[:5] + bytes([tag[5] & ~_UNSYNC]) + _synchsafe(len(body)) + body


def _unsynchronise(body: bytes) -> bytes:
    return re.sub(rb"\xff(?=[\x00\xe0-\xff]|\Z)", b"\xff\0", body)
