"""DSF (DSD audio), with an ID3v2 tag at the end of the file and a pointer to it in the header."""

from __future__ import annotations

from importlib import import_module
from typing import BinaryIO

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents
from mgc_desktop.tags.formats.layout import Layout, Range
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types.id3_read import ID3V2


class Dsf(ContainerFormat):
    """DSF files."""

    name = "DSF"
    suffixes = frozenset({".dsf"})
    read_only = "is in a format whose tags cannot be written"

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"DSD ")

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        audio = contents.attempt(lambda: import_module("mutagen.dsf").DSF(file))
        if audio is not None:
            contents.length = float(audio.info.length) or None
            contents.add(ID3V2, audio.tags)

    def layout_inside(self, file: BinaryIO) -> Layout:
        return (Range(0, file.seek(0, 2)),)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        raise NotImplementedError
