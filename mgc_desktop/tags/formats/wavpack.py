"""WavPack, with APEv2, sometimes with ID3v1."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class WavPack(WrappedFormat):
    """WavPack, with APEv2, sometimes with ID3v1."""

    name = "WavPack"
    suffixes = frozenset({".wv"})
    own = "APEv2"
    info = ("mutagen.wavpack", "WavPackInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"wvpk")
