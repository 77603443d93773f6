"""MPEG audio (MP1, MP2, MP3), with ID3v2, ID3v1, sometimes with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class Mp3(WrappedFormat):
    """MPEG audio (MP1, MP2, MP3), with ID3v2, ID3v1, sometimes with APEv2."""

    name = "MP3"
    suffixes = frozenset({".mp1", ".mp2", ".mp3", ".mpga"})
    own = "ID3v2"
    by_suffix = True  # it has no magic bytes, and other data may precede the first frame
    info = ("mutagen.mp3", "MPEGInfo")

    def sniff(self, head: bytes) -> bool:
        return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
