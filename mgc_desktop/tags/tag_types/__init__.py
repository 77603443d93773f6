"""One module a type of tag (ID3v2, APEv2, Vorbis comments, ...), wherever such a tag stands.

`*_read`: how mutagen's object for such a tag is understood. `*_edit`: which bytes of such a tag have to change so that
a field holds other values.
"""
