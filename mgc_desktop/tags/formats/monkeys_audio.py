"""Monkey's Audio, with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class MonkeysAudio(WrappedFormat):
    """Monkey's Audio, with APEv2."""

    name = "Monkey's Audio"
    suffixes = frozenset({".ape"})
    own = "APEv2"
    info = ("mutagen.monkeysaudio", "MonkeysAudioInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"MAC ")
