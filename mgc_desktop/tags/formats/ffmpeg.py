"""Formats whose tags are read through FFmpeg and cannot be written."""

from __future__ import annotations

from typing import BinaryIO, Final

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents
from mgc_desktop.tags.formats.layout import Layout, Range
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types.ffmpeg_read import FFMPEG, Metadata

_QUICK: Final = {"probesize": "1000000", "analyzeduration": "1000000"}  # bytes, µs: the headers are enough for tags


class FfmpegFormat(ContainerFormat):
    """`magic`: the first bytes of such a file."""

    read_only = "is in a format whose tags cannot be written"

    def __init__(self, name: str, suffixes: str, *magic: bytes) -> None:
        self.name = name
        self.suffixes = frozenset(suffixes.split())
        self.magic = magic

    def sniff(self, head: bytes) -> bool:
        return head.startswith(self.magic)

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        def load() -> Metadata:
            import av

            from mgc_desktop.audio.formats import input_options

            file.seek(0)
            with av.open(file, "r", metadata_errors="replace", options=input_options() | _QUICK) as container:
                contents.length = container.duration / av.time_base if container.duration else None
                texts: dict[str, str] = {}
                sources = [container.metadata, *(stream.metadata for stream in container.streams.audio[:1])]
                for metadata in sources:
                    for key, text in metadata.items():
                        texts.setdefault(key.lower(), text)
                pictures = [s for s in container.streams.video if s.disposition & s.disposition.attached_pic]
                cover = bytes(next(container.demux(pictures[0]))) if pictures else b""
            return Metadata(texts, cover)

        contents.add(FFMPEG, contents.attempt(load, needed=False))

    def layout_inside(self, file: BinaryIO) -> Layout:
        return (Range(0, file.seek(0, 2)),)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        raise NotImplementedError  # `edit` refuses before


_W64: Final = bytes.fromhex("726966662e91cf11a5d628db04c10000")

READ_BY_FFMPEG: Final = (
    FfmpegFormat("Matroska", ".mka .mkv .weba .webm", b"\x1a\x45\xdf\xa3"),
    FfmpegFormat("CAF", ".caf", b"caff"),
    FfmpegFormat("W64", ".w64", _W64),
    FfmpegFormat("RF64", ".rf64 .wav", b"RF64", b"BW64"),
    FfmpegFormat("AU", ".au .snd", b".snd"),
    FfmpegFormat("DSDIFF", ".dff", b"FRM8"),
    FfmpegFormat("AC-3", ".ac3 .eac3", b"\x0b\x77"),
    FfmpegFormat("DTS", ".dts", b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80"),
    FfmpegFormat("AMR", ".amr", b"#!AMR"),
    FfmpegFormat("RealAudio", ".ra .rm", b".ra\xfd", b".RMF"),
)
