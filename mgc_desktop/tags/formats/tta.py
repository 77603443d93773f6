"""True Audio: lossless, with ID3v2, sometimes with APEv2."""

from __future__ import annotations

from mgc_desktop.tags.formats.wrapped import WrappedFormat


class TrueAudio(WrappedFormat):
    """True Audio: lossless, with ID3v2, sometimes with APEv2."""

    name = "TTA"
    suffixes = frozenset({".tta"})
    own = "ID3v2"
    info = ("mutagen.trueaudio", "TrueAudioInfo")
    info_arguments = (0,)  # the start of the audio

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"TTA1")
