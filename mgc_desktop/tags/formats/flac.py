"""FLAC: metadata blocks before the audio, one of them with Vorbis comments."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents, taken_over
from mgc_desktop.tags.formats.layout import Layout, Range, read
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types import vorbis_edit
from mgc_desktop.tags.tag_types.vorbis_read import FLAC_PICTURES, VORBIS

_PADDING, _COMMENTS, _PICTURE = 1, 4, 6
_TAG_BLOCKS: Final = {_PADDING, _COMMENTS, _PICTURE}
_LARGEST: Final = (1 << 24) - 1
_MOST_BLOCKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """A metadata block: its header of four bytes at `start`, its data `[start + 4, end)`."""

    kind: int
    last: bool
    start: int
    end: int

    @property
    def data(self) -> int:
        """The start of the data."""
        return self.start + 4


class Flac(ContainerFormat):
    """FLAC files; some programs put an ID3v2 tag before them."""

    name = "FLAC"
    suffixes = frozenset({".flac", ".fla"})

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"fLaC")

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        audio = contents.attempt(lambda: import_module("mutagen.flac").FLAC(file))
        if audio is not None:
            contents.length = float(audio.info.length) or None
            for block in audio.metadata_blocks:
                if block.code == _COMMENTS:
                    contents.add(VORBIS, block)
            contents.add(FLAC_PICTURES, audio.pictures or None)

    def layout_inside(self, file: BinaryIO) -> Layout:
        """All blocks except tags, and the frames."""
        blocks = _blocks(file)
        pieces: list[Range | bytes] = []
        for block in blocks:
            if block.kind not in _TAG_BLOCKS:
                pieces += [bytes([block.kind]), Range(block.data, block.end)]
        return (*pieces, Range(blocks[-1].end, file.seek(0, 2)))

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        """The splices for the comments and the padding beside them."""
        blocks = _blocks(file)
        all_comments = [block for block in blocks if block.kind == _COMMENTS]
        if not all_comments:
            texts, _, _ = taken_over(contents, field)
            return _insert(blocks[0], vorbis_edit.new_comments(field, values, texts)) if values else []
        splices: list[Splice] = []
        for block in all_comments:
            data = read(file, block.data, block.end)
            # Readers disagree which block counts if there are several.
            if block is all_comments[0] or vorbis_edit.has_field(data, 0, field):
                texts = taken_over(contents, field)[0] if block is all_comments[0] and _is_bare(contents) else {}
                edited = vorbis_edit.edit(data, 0, field, values, texts if values else {})
                changes = [splice.shifted(block.data) for splice in edited]
                splices += [*changes, _resize(block, growth(changes))]
        return splices + _absorb(file, blocks, growth(splices))


def _is_bare(contents: Contents) -> bool:
    """Whether the first comments have no data of the song: players that read them first would show nothing else."""
    return contents.tags[0].is_bare


def _blocks(file: BinaryIO) -> list[Block]:
    size = file.seek(0, 2)
    position, blocks = 4, list[Block]()
    if read(file, 0, 4) != b"fLaC":
        raise TagError("is not a FLAC file; nothing was written")
    while not blocks or not blocks[-1].last:
        header = read(file, position, position + 4)
        end = position + 4 + int.from_bytes(header[1:], "big")
        if len(header) < 4 or end > size or len(blocks) == _MOST_BLOCKS:
            raise TagError("has a damaged FLAC header; nothing was written")
        blocks.append(Block(header[0] & 0x7F, bool(header[0] & 0x80), position, end))
        position = end
    return blocks


def _insert(first: Block, data: bytes) -> list[Splice]:
    """A new comment block after the first block, which must be the stream information."""
    header = bytes([_COMMENTS | (0x80 if first.last else 0)]) + len(data).to_bytes(3, "big")
    more = [Splice(first.start, first.start + 1, bytes([first.kind]))] if first.last else []
    return [*more, Splice(first.end, first.end, header + data)]


def _resize(block: Block, more: int) -> Splice:
    size = block.end - block.data + more
    if not 0 <= size <= _LARGEST:
        raise TagError("the tags would become too large for FLAC; nothing was written")
    return Splice(block.start + 1, block.data, size.to_bytes(3, "big"))


def _absorb(file: BinaryIO, blocks: list[Block], more: int) -> list[Splice]:
    """Resize a padding block so that the audio keeps its position."""
    for block in blocks:
        size = block.end - block.data
        if block.kind == _PADDING and more <= size <= _LARGEST + more and not any(read(file, block.data, block.end)):
            rest = Splice(block.end - more, block.end, b"") if more > 0 else Splice(block.end, block.end, bytes(-more))
            return [_resize(block, -more), rest]
    return []
