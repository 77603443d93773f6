"""OptimFROG, with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class OptimFrog(WrappedFormat):
    """OptimFROG, with APEv2."""

    name = "OptimFROG"
    suffixes = frozenset({".ofr", ".ofs"})
    own = "APEv2"
    info = ("mutagen.optimfrog", "OptimFROGInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"OFR ")
