"""One module for each type of tag (ID3v2, APEv2, Vorbis comments, ...), in whichever container it is.

`*_read`: interprets mutagen's object for such a tag. `*_edit`: the splices that change the values of a field.
"""
