"""FLAC: a chain of metadata blocks before the sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.containers import vorbis, wrapped
from mgc_desktop.tags.containers.layout import Layout, Range, read
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.splice import Splice, growth

_PADDING, _COMMENTS, _PICTURE = 1, 4, 6
_TAG_BLOCKS: Final = {_PADDING, _COMMENTS, _PICTURE}
_LARGEST: Final = (1 << 24) - 1


@dataclass(frozen=True, slots=True)
class Block:
    """A metadata block: its four bytes of header at `start`, its data `[start + 4, end)`."""

    kind: int
    last: bool
    start: int
    end: int

    @property
    def data(self) -> int:
        """Where the data begin."""
        return self.start + 4


def layout(file: BinaryIO) -> Layout:
    """All blocks that are no tags, and the frames."""
    blocks, file_guard = _blocks(file)
    pieces: list[Range | bytes] = []
    for block in blocks:
        if block.kind not in _TAG_BLOCKS:
            pieces += [bytes([block.kind]), Range(block.data, block.end)]
    return (*pieces, Range(blocks[-1].end, file_guard.audio.end))


def edit(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices for the comments, the padding beside them, and foreign tags around the sound."""
    blocks, _ = _blocks(file)
    file_guard = wrapped.beside(file, field, values)
    comments = next((block for block in blocks if block.kind == _COMMENTS), None)
    if comments is None:
        return _insert(blocks[0], vorbis.new_comments(field, values)) + file_guard
    data = read(file, comments.data, comments.end)
    splices = [splice.shifted(comments.data) for splice in vorbis.edit(data, 0, field, values)]
    more = growth(splices)
    splices.append(_resize(comments, more))
    return splices + _absorb(file, blocks, more) + file_guard


def _blocks(file: BinaryIO) -> tuple[list[Block], wrapped.Wrapping]:
    file_guard = wrapped.find(file)
    position, blocks = file_guard.audio.start, list[Block]()
    if read(file, position, position + 4) != b"fLaC":
        raise TagError("is no FLAC file; nothing was written")
    position += 4
    while not blocks or not blocks[-1].last:
        header = read(file, position, position + 4)
        end = position + 4 + int.from_bytes(header[1:], "big")
        if len(header) < 4 or end > file_guard.audio.end:
            raise TagError("has a damaged FLAC header; nothing was written")
        blocks.append(Block(header[0] & 0x7F, bool(header[0] & 0x80), position, end))
        position = end
    return blocks, file_guard


def _insert(first: Block, data: bytes) -> list[Splice]:
    """A new block of comments behind the first block, which must be the stream's description."""
    header = bytes([_COMMENTS | (0x80 if first.last else 0)]) + len(data).to_bytes(3, "big")
    more = [Splice(first.start, first.start + 1, bytes([first.kind]))] if first.last else []
    return [*more, Splice(first.end, first.end, header + data)]


def _resize(block: Block, more: int) -> Splice:
    size = block.end - block.data + more
    if not 0 <= size <= _LARGEST:
        raise TagError("the tags would become too large for FLAC; nothing was written")
    return Splice(block.start + 1, block.data, size.to_bytes(3, "big"))


def _absorb(file: BinaryIO, blocks: list[Block], more: int) -> list[Splice]:
    """A padding block made smaller or larger, so that the sound stays where it is."""
    for block in blocks:
        size = block.end - block.data
        if block.kind == _PADDING and more <= size <= _LARGEST + more and not any(read(file, block.data, block.end)):
            rest = Splice(block.end - more, block.end, b"") if more > 0 else Splice(block.end, block.end, bytes(-more))
            return [_resize(block, -more), rest]
    return []
