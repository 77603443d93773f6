"""Musepack (SV7 and SV8), with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class Musepack(WrappedFormat):
    """Musepack (SV7 and SV8), with APEv2."""

    name = "Musepack"
    suffixes = frozenset({".mpc"})
    own = "APEv2"
    info = ("mutagen.musepack", "MusepackInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith((b"MPCK", b"MP+"))
