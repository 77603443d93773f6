"""WAV, with an ID3v2 tag in a chunk, a list of plain texts (INFO), or both."""

from __future__ import annotations

from mgc_desktop.tags.formats.iff import IffFormat


class Wav(IffFormat):
    """WAV, with an ID3v2 tag in a chunk, a list of plain texts (INFO), or both."""

    name = "WAV"
    suffixes = frozenset({".wav", ".wave"})
    info = ("mutagen.wave", "WaveStreamInfo")

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"RIFF") and head[8:12] == b"WAVE"
