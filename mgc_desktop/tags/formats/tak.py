"""TAK, with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class Tak(WrappedFormat):
    """TAK, with APEv2."""

    name = "TAK"
    suffixes = frozenset({".tak"})
    own = "APEv2"
    info = ("mutagen.tak", "TAKInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"tBaK")
