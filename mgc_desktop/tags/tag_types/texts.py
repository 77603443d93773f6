"""The texts of a tag under common names, from which a new tag of another type is filled.

A player that finds the format's own type of tag often reads no other. When such a tag is created, it therefore gets the
texts of the file's other tags; otherwise the song would seem to lose its title. The names are those of Vorbis comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Texts = dict[str, list[str]]

_ID3: Final = {
    "TIT2": "TITLE",
    "TPE1": "ARTIST",
    "TALB": "ALBUM",
    "TPE2": "ALBUMARTIST",
    "TDRC": "DATE",
    "TRCK": "TRACKNUMBER",
    "TPOS": "DISCNUMBER",
    "TCON": "GENRE",
    "TCOM": "COMPOSER",
    "TPE3": "CONDUCTOR",
    "TPE4": "REMIXER",
    "TEXT": "LYRICIST",
    "TCOP": "COPYRIGHT",
    "TENC": "ENCODEDBY",
    "TSSE": "ENCODING",
    "TSRC": "ISRC",
    "TBPM": "BPM",
    "TLAN": "LANGUAGE",
    "TPUB": "LABEL",
    "TIT1": "GROUPING",
    "TIT3": "SUBTITLE",
    "TDOR": "ORIGINALDATE",
}
_APE: Final = {
    "ALBUM ARTIST": "ALBUMARTIST",
    "YEAR": "DATE",
    "TRACK": "TRACKNUMBER",
    "DISC": "DISCNUMBER",
    "PUBLISHER": "LABEL",
}
_INFO: Final = {
    "INAM": "TITLE",
    "IART": "ARTIST",
    "IPRD": "ALBUM",
    "ICRD": "DATE",
    "ITRK": "TRACKNUMBER",
    "IPRT": "TRACKNUMBER",
    "IGNR": "GENRE",
    "ICMT": "COMMENT",
    "ICOP": "COPYRIGHT",
    "IMUS": "COMPOSER",
    "IWRI": "LYRICIST",
    "ILNG": "LANGUAGE",
    "ISFT": "ENCODING",
    "ITCH": "ENCODEDBY",
}
_ID3_NAMES: Final = {neutral: name for name, neutral in _ID3.items()}
_APE_NAMES: Final = {neutral: name.title() for name, neutral in _APE.items()}
_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}(:[0-9]{2}){0,2})?)?)?")
_TEXT_ITEM: Final = 0  # APEv2's kind of item


def of_id3(tags: Any) -> Texts:
    """The texts, comments and lyrics of mutagen's ID3 object."""
    found: Texts = {}
    for frame in tags.values():
        if name := _ID3.get(frame.FrameID):
            found.setdefault(name, []).extend(str(text) for text in frame.text)
        elif frame.FrameID == "TXXX" and frame.desc:
            found.setdefault(frame.desc.upper(), []).extend(str(text) for text in frame.text)
        elif frame.FrameID in ("COMM", "USLT") and frame.desc in ("", "ID3v1 Comment"):
            texts = [frame.text] if isinstance(frame.text, str) else frame.text
            found.setdefault("COMMENT" if frame.FrameID == "COMM" else "LYRICS", []).extend(map(str, texts))
    return found


def of_ape(tags: Any) -> Texts:
    """The texts of mutagen's APEv2 object."""
    texts = {key.upper(): list(value) for key, value in tags.items() if value.kind == _TEXT_ITEM}
    return {_APE.get(key, key): values for key, values in texts.items()}


def of_info(tags: Mapping[str, str]) -> Texts:
    """The texts of WAV's INFO list."""
    found: Texts = {}
    for key, text in tags.items():
        if text:
            found.setdefault(_INFO.get(key, key), []).append(text)
    return found


def id3_name(neutral: str) -> str | None:
    """The ID3v2.4 frame for a text; None if it needs a user-defined frame (TXXX)."""
    return _ID3_NAMES.get(neutral)


def ape_key(neutral: str) -> str:
    """The APEv2 key for a text."""
    return _APE_NAMES.get(neutral, neutral.title() if len(neutral) > 4 else neutral)


def id3_date(text: str) -> str | None:
    """The text if ID3v2.4 can hold it as a time, else the year in it, None if there is none."""
    if _DATE.fullmatch(text):
        return text.replace(" ", "T")
    year = re.search(r"[0-9]{4}", text)
    return year.group() if year else None
