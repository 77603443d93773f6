"""The list of all formats, and the detection of a file's format."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from mgc_desktop.tags.formats.aac import Aac
from mgc_desktop.tags.formats.aiff import Aiff
from mgc_desktop.tags.formats.asf import Asf
from mgc_desktop.tags.formats.base import TagFormat
from mgc_desktop.tags.formats.dsf import Dsf
from mgc_desktop.tags.formats.ffmpeg import READ_BY_FFMPEG
from mgc_desktop.tags.formats.flac import Flac
from mgc_desktop.tags.formats.monkeys_audio import MonkeysAudio
from mgc_desktop.tags.formats.mp3 import Mp3
from mgc_desktop.tags.formats.mp4 import Mp4
from mgc_desktop.tags.formats.musepack import Musepack
from mgc_desktop.tags.formats.ogg import OggFlac, OggOpus, OggSpeex, OggVorbis
from mgc_desktop.tags.formats.optimfrog import OptimFrog
from mgc_desktop.tags.formats.tak import Tak
from mgc_desktop.tags.formats.tta import TrueAudio
from mgc_desktop.tags.formats.wav import Wav
from mgc_desktop.tags.formats.wavpack import WavPack
from mgc_desktop.tags.formats.wrapping import audio_start

_HEAD: Final = 128  # bytes; the first packet of an Ogg file, with the codec's name, begins within them

# In the order of detection; AAC before MP3, since its magic bytes are more specific.
FORMATS: Final[tuple[TagFormat, ...]] = (
    Flac(),
    OggVorbis(),
    OggOpus(),
    OggFlac(),
    OggSpeex(),
    Mp4(),
    Asf(),
    Wav(),
    Aiff(),
    Dsf(),
    WavPack(),
    MonkeysAudio(),
    Musepack(),
    Tak(),
    OptimFrog(),
    TrueAudio(),
    *READ_BY_FFMPEG,
    Aac(),
    Mp3(),
)
SUFFIXES: Final = frozenset().union(*(each.suffixes for each in FORMATS))
_MP3: Final = FORMATS[-1]


def sniff(file: BinaryIO, name: Path | None = None) -> TagFormat | None:
    """The format of an open file, None if it is unknown.

    The first bytes after any tag in front of the audio decide, since names may be wrong, and a wrong format would write
    to a wrong position. If they are not recognised, a format with `by_suffix` is chosen by the suffix of `name`; a file
    with a tag in front and unknown contents is an MP3.
    """
    start = audio_start(file)
    file.seek(start)
    head = file.read(_HEAD)
    for each in FORMATS:
        if each.sniff(head):
            return each
    if name is not None:
        for each in FORMATS:
            if each.by_suffix and name.suffix.lower() in each.suffixes:
                return each
    return _MP3 if start or head.startswith(b"ID3") else None
