"""Formats of audio with tags around it: MP3, AAC, TTA (ID3v2), WavPack, Monkey's Audio (APEv2) ..."""

from __future__ import annotations

from importlib import import_module
from typing import BinaryIO, Literal

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats import wrapping
from mgc_desktop.tags.formats.base import Contents, TagFormat, add_tags_around, taken_over
from mgc_desktop.tags.formats.layout import Budget, Layout, Range, window
from mgc_desktop.tags.formats.wrapping import Wrapping
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types import apev2_edit, id3_edit


class WrappedFormat(TagFormat):
    """`own`: the usual type of tag of the format, which is created if there is none.

    `info`: mutagen's module and class that read the length, None if there is none; `info_arguments`: further arguments
    of the class.
    """

    own: Literal["ID3v2", "APEv2"]
    info: tuple[str, str] | None = None
    info_arguments: tuple[int, ...] = ()

    def read(self, file: BinaryIO) -> Contents:
        contents = Contents(self.name, read_only=self.read_only)
        outer = contents.attempt(lambda: wrapping.find(file)) or Wrapping(Range(0, file.seek(0, 2)))
        if self.info is not None:
            module, name = self.info
            sound = window(file, outer.audio, Budget())
            info = contents.attempt(
                lambda: getattr(import_module(module), name)(sound, *self.info_arguments), needed=False
            )
            contents.length = float(getattr(info, "length", 0.0)) or None
        add_tags_around(file, outer, contents, ape_first=self.own == "APEv2")
        return contents

    def layout(self, file: BinaryIO) -> Layout:
        return (wrapping.find(file).audio,)

    def edit(self, file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
        outer = wrapping.find(file)
        own = next(iter(outer.id3 if self.own == "ID3v2" else outer.ape), None)
        splices = wrapping.edit_others(file, outer, field, values, own)
        if own is not None:
            edit = wrapping.edit_id3 if self.own == "ID3v2" else wrapping.edit_ape
            return splices + edit(file, own, field, values)
        if not values:
            return splices
        texts, cover, mime = taken_over(self.read(file), field)
        if self.own == "APEv2":
            return [
                *splices,
                Splice(outer.audio.end, outer.audio.end, apev2_edit.new_tag(field, values, texts)),
            ]
        frames = id3_edit.frames_of(texts) + id3_edit.render(4, field, values)
        frames += id3_edit.picture_frame(cover, mime) if cover else b""
        return [Splice(0, 0, id3_edit.new_tag(frames)), *splices]
