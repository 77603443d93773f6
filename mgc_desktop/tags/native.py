"""mutagen's view of a file: opened by kind, its errors translated."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import mutagen

from mgc_desktop.errors import TagError
from mgc_desktop.tags.kinds import Kind, sniff

# Imported on first use: a listener with MP3s never loads the rest.
_CLASSES: dict[Kind, tuple[str, str]] = {
    Kind.MP3: ("mutagen.mp3", "MP3"),
    Kind.TTA: ("mutagen.trueaudio", "TrueAudio"),
    Kind.AIFF: ("mutagen.aiff", "AIFF"),
    Kind.WAV: ("mutagen.wave", "WAVE"),
    Kind.DSF: ("mutagen.dsf", "DSF"),
    Kind.FLAC: ("mutagen.flac", "FLAC"),
    Kind.OGG_VORBIS: ("mutagen.oggvorbis", "OggVorbis"),
    Kind.OGG_OPUS: ("mutagen.oggopus", "OggOpus"),
    Kind.OGG_FLAC: ("mutagen.oggflac", "OggFLAC"),
    Kind.OGG_SPEEX: ("mutagen.oggspeex", "OggSpeex"),
    Kind.MP4: ("mutagen.mp4", "MP4"),
    Kind.ASF: ("mutagen.asf", "ASF"),
    Kind.WAVPACK: ("mutagen.wavpack", "WavPack"),
    Kind.APE: ("mutagen.monkeysaudio", "MonkeysAudio"),
    Kind.MUSEPACK: ("mutagen.musepack", "Musepack"),
    Kind.TAK: ("mutagen.tak", "TAK"),
    Kind.OPTIMFROG: ("mutagen.optimfrog", "OptimFROG"),
}
_ID3 = ("mutagen.id3", "ID3")
_APE = ("mutagen.apev2", "APEv2")
# What mutagen lets through on damaged files beside its own errors.
_FOREIGN = (
    mutagen.MutagenError,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OverflowError,
    TypeError,
    ValueError,
)


class Native(NamedTuple):
    """`tags`: mutagen's tag object or None where there is no tag; `length` in seconds or None where unknown;
    `pictures`: FLAC's picture blocks."""

    kind: Kind | None
    tags: Any
    length: float | None
    pictures: tuple[Any, ...] = ()
    warnings: tuple[str, ...] = ()


def kind_of(path: Path) -> Kind | None:
    """The kind of a file; raises `TagError` if it cannot be read at all."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for ever
            raise TagError("is not a regular file", path=path)
        with path.open("rb") as file:
            return sniff(file, path)
    except OSError as error:
        raise TagError(f"cannot be read ({error.strerror or error})", path=path) from error


def open_native(path: Path) -> Native:
    """The tags of a file as mutagen gives them.

    Damaged tags end in a warning, an unreadable file in a `TagError`.
    """
    kind = kind_of(path)
    if kind is None:
        return Native(None, None, None)
    if kind is Kind.AAC:
        tags, problem = _attempt(lambda: _load(_ID3, path))
        return Native(kind, tags, None, warnings=problem)
    audio, problem = _attempt(lambda: _load(_CLASSES[kind], path))
    if audio is not None:
        length = float(getattr(audio.info, "length", 0.0)) or None
        return Native(kind, audio.tags, length, tuple(getattr(audio, "pictures", ())))
    # The audio may be damaged while the tags are whole.
    spare = {Kind.MP3: _ID3, Kind.TTA: _ID3, Kind.WAVPACK: _APE, Kind.APE: _APE, Kind.MUSEPACK: _APE}.get(kind)
    tags = _attempt(lambda: _load(spare, path))[0] if spare else None
    return Native(kind, tags, None, warnings=problem)


def ape_beside_id3(path: Path) -> Any:
    """The APEv2 tag that some programs add behind an MP3; None if there is none."""
    return _attempt(lambda: _load(_APE, path))[0]


def flac_picture(block: bytes) -> Any:
    """A FLAC picture block, as it also stands in Vorbis comments; raises `TagError` if damaged."""
    module = import_module("mutagen.flac")
    try:
        return module.Picture(block)
    except _FOREIGN as error:
        raise TagError("a picture in the tags is damaged") from error


def _load(what: tuple[str, str], path: Path) -> Any:
    module, name = what
    return getattr(import_module(module), name)(path)


def _attempt(load: Callable[[], Any]) -> tuple[Any, tuple[str, ...]]:
    try:
        return load(), ()
    except _FOREIGN as error:
        name = type(error).__name__
        if name.endswith("NoHeaderError"):
            return None, ()
        return None, (f"The tags are damaged or unusual ({str(error) or name}).",)
