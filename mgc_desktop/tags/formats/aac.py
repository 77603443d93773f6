"""AAC in ADTS frames, with ID3v2, sometimes with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class Aac(WrappedFormat):
    """AAC in ADTS frames, with ID3v2, sometimes with APEv2."""

    name = "AAC"
    suffixes = frozenset({".aac"})
    own = "ID3v2"
    info = None

    def sniff(self, head: bytes) -> bool:
        return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0
