"""Limits the memory and time that mutagen may use for ID3v2 frames.

mutagen inflates compressed frames without a limit, reads nested chapters without a limit, and copies the rest of a list
for each of its values. The limits apply where mutagen looks up the class of a frame by its name.
"""

from __future__ import annotations

import copy
import re
import zlib
from collections import Counter
from importlib import import_module
from typing import Any, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.genre_text import ID3V1_GENRES
from mgc_desktop.tags.tag_types.id3_edit import is_unsynchronised

_MOST_UNPACKED: Final = 24 << 20  # bytes, of all compressed frames of a tag
_MOST_UTF16: Final = 2 << 20  # bytes, of all UTF-16 texts of a tag; mutagen reads them byte by byte
_MOST_COPIED: Final = 2 << 30  # bytes, of all copies for lists of values
_MOST_OF_A_NAME: Final = 1000  # frames
_MOST_FRAMES: Final = 20_000
_DEEPEST: Final = 4  # nesting of chapters
_COMPRESSED_24, _ENCRYPTED_24, _UNSYNC_24, _LENGTH_24 = 0x08, 0x04, 0x02, 0x01
_COMPRESSED_23, _ENCRYPTED_23 = 0x80, 0x40
# Frames that end with unprocessed bytes.
_BINARY: Final = frozenset(
    "AENC APIC COMR CRA CRM ENCR GEO GEOB GRID LINK MCDI MCI PIC PRIV RBUF SIGN UFI UFID".split()
)
_LISTS: Final = frozenset("ASPI EQU2 EQUA ETC ETCO RVA RVAD".split())  # of numbers
_CHAPTERS: Final = frozenset({"CHAP", "CTOC"})
_GENRES: Final = frozenset({"TCO", "TCON"})


def _is_no_genre(text: str) -> bool:
    match = re.fullmatch(r"\(?([0-9]{1,3})\)?", text.strip())
    return match is not None and int(match.group(1)) >= len(ID3V1_GENRES)


class GuardedFrames(dict[str, Any]):
    """The classes of frames by name, as mutagen's `known_frames`; one object for each tag that is read.

    `skipped`: the names of frames that were left out because of their cost. If the genre is among them, reading raises
    `TagError`, since the tag would seem to have none.
    """

    def __init__(self) -> None:
        id3 = import_module("mutagen.id3")
        super().__init__(id3.Frames_2_2)
        self.update(id3.Frames)
        self.skipped: list[str] = []
        self.depth = 0
        self._unpacked = self._utf16 = self._copied = 0
        self._counts: Counter[str] = Counter()

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        self._counts[name] += 1
        if self._counts[name] > _MOST_OF_A_NAME or self._counts.total() > _MOST_FRAMES:
            raise TagError("its ID3 tag has too many frames")
        return _Guard(self, found, name)

    def refuse(self, name: str) -> Exception:
        """The error to raise for a frame that costs too much."""
        if name in _GENRES:
            return TagError("the genre in its ID3 tag is too large")
        self.skipped.append(name)
        junk: Exception = import_module("mutagen.id3").ID3JunkFrameError(name)
        return junk

    def unpack(self, name: str, data: bytes) -> bytes:
        """Inflate up to the limit; raises zlib.error."""
        unpacker = zlib.decompressobj()
        rest = _MOST_UNPACKED - self._unpacked
        plain = unpacker.decompress(data, max(1, rest))
        self._unpacked += len(plain)
        if not unpacker.eof:
            if len(plain) >= rest:
                raise self.refuse(name)
            raise zlib.error("incomplete data")
        return plain

    def weigh(self, name: str, is_text: bool, data: bytes) -> None:
        """Count the cost of reading the frame; raises the error for a frame that costs too much."""
        utf16 = copied = 0
        if data[:1] in (b"\x01", b"\x02") and name not in _CHAPTERS:
            end = data.find(b"\0\0", 1) if name in _BINARY else len(data)
            utf16 = len(data) if end < 0 else end
        if name in _LISTS:
            copied = len(data) // 4 * len(data)
        elif is_text or name not in _BINARY | _CHAPTERS:
            copied = data.count(b"\0") * len(data)
        if self._utf16 + utf16 > _MOST_UTF16 or self._copied + copied > _MOST_COPIED:
            raise self.refuse(name)
        self._utf16, self._copied = self._utf16 + utf16, self._copied + copied


class _Guard:
    """Replaces a class of frames while mutagen reads a tag."""

    def __init__(self, frames: GuardedFrames, frame: Any, name: str) -> None:
        self._frames, self._frame, self._name = frames, frame, name

    def _fromData(self, header: Any, flags: int, data: bytes) -> Any:  # noqa: N802 - mutagen's name
        header, flags, data = self._plain(header, flags, data)
        id3 = import_module("mutagen.id3")
        self._frames.weigh(self._name, issubclass(self._frame, id3.TextFrame), data)
        if self._frames.depth >= _DEEPEST:
            raise self._frames.refuse(self._name)
        self._frames.depth += 1
        try:
            frame = self._frame._fromData(header, flags, data)
        finally:
            self._frames.depth -= 1
        if self._name in _GENRES:  # an unassigned number, such as 255, means no genre
            frame.text = [text for text in frame.text if not _is_no_genre(text)]
        return frame

    def _plain(self, header: Any, flags: int, data: bytes) -> tuple[Any, int, bytes]:
        """The frame without compression and unsynchronisation, with matching header and flags.

        Unchanged if it has neither, and if it is encrypted.
        """
        if header.version >= (2, 4, 0):
            compressed, encrypted = flags & _COMPRESSED_24, flags & _ENCRYPTED_24
            length, unsync = flags & (_COMPRESSED_24 | _LENGTH_24), flags & _UNSYNC_24 or header.f_unsynch
        elif header.version >= (2, 3, 0):
            compressed, encrypted, unsync = flags & _COMPRESSED_23, flags & _ENCRYPTED_23, False
            length = compressed
        else:
            return header, flags, data
        if encrypted or not (compressed or length or unsync):
            return header, flags, data
        plain = data[4:] if length else data
        if unsync and is_unsynchronised(plain):
            plain = plain.replace(b"\xff\0", b"\xff")
        if compressed:
            try:
                plain = self._frames.unpack(self._name, plain)
            except zlib.error:
                try:  # old versions of mutagen wrote no length before the data
                    plain = self._frames.unpack(self._name, data)
                except zlib.error as error:
                    raise import_module("mutagen.id3").ID3JunkFrameError(str(error)) from error
        header = copy.copy(header)
        header._flags = 0
        return header, 0, plain
