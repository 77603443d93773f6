"""One module a family of containers, each with two functions.

`layout(file)` says which bytes are sound. `edit(file, field, values)` says which bytes have to change so that the
field holds the values, and changes nothing itself. Both raise `TagError` for a file they do not understand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Final

from mgc_desktop.tags.containers import asf, flac, iff, mp4, ogg, wrapped
from mgc_desktop.tags.containers.layout import Layout, Range
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.kinds import Kind
from mgc_desktop.tags.splice import Splice

_Edit = Callable[[BinaryIO, Field, tuple[str, ...]], list[Splice]]
_Layout = Callable[[BinaryIO], Layout]

EDITS: Final[dict[Kind, _Edit]] = {
    Kind.MP3: wrapped.edit_id3,
    Kind.AAC: wrapped.edit_id3,
    Kind.TTA: wrapped.edit_id3,
    Kind.AIFF: iff.edit,
    Kind.WAV: iff.edit,
    Kind.FLAC: flac.edit,
    Kind.OGG_VORBIS: ogg.edit,
    Kind.OGG_OPUS: ogg.edit,
    Kind.OGG_FLAC: ogg.edit,
    Kind.OGG_SPEEX: ogg.edit,
    Kind.MP4: mp4.edit,
    Kind.ASF: asf.edit,
    Kind.WAVPACK: wrapped.edit_ape,
    Kind.APE: wrapped.edit_ape,
    Kind.MUSEPACK: wrapped.edit_ape,
    Kind.TAK: wrapped.edit_ape,
    Kind.OPTIMFROG: wrapped.edit_ape,
}
LAYOUTS: Final[dict[Kind, _Layout]] = {
    Kind.AIFF: iff.layout,
    Kind.WAV: iff.layout,
    Kind.FLAC: flac.layout,
    Kind.OGG_VORBIS: ogg.layout,
    Kind.OGG_OPUS: ogg.layout,
    Kind.OGG_FLAC: ogg.layout,
    Kind.OGG_SPEEX: ogg.layout,
    Kind.MP4: mp4.layout,
    Kind.ASF: asf.layout,
}


def layout(file: BinaryIO, kind: Kind | None) -> Layout:
    """Which bytes of the file are its sound; all of them for kinds that are not known."""
    if kind is None:
        return (Range(0, file.seek(0, 2)),)
    return LAYOUTS.get(kind, wrapped.layout)(file)
