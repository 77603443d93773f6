"""AIFF and AIFF-C, with an ID3v2 tag in a chunk."""

from __future__ import annotations

from mgc_desktop.tags.formats.iff import IffFormat


class Aiff(IffFormat):
    """AIFF and AIFF-C, with an ID3v2 tag in a chunk."""

    name = "AIFF"
    suffixes = frozenset({".aif", ".aifc", ".aiff"})
    info = ("mutagen.aiff", "AIFFInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC")
