"""Keys of texts for searching and sorting, computed when a song is stored, so that SQLite can compare them bytewise.

A search key folds what people do not type: accents, composed and decomposed forms, ligatures, full-width letters and
typographic signs. A sort key is a search key in which numbers are compared by value. A changed key needs a migration.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

_QUOTES: Final = "'\"`´‘’‚‛“”„‟«»‹›ʹʺʻʼʽˈ′″‵‶＇＂"
_DASHES: Final = "‐‑‒–—―−⁃﹘﹣－"
_INVISIBLE: Final = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys(_QUOTES + _INVISIBLE, ""),
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys("\u2044\u2215", "/"),
        "×": "x",
    }
)
# Letters that Unicode does not decompose, with what people type for them.
_LETTERS: Final = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
        "ŋ": "ng", "ĸ": "k", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ə": "e", "ɔ": "o", "ɨ": "i", "ʉ": "u", "ƶ": "z",
        "\u2044": "/",
    }
)  # fmt: skip
_MARKS: Final = re.compile(r"[\u0300-\u036f]")  # combining marks of Latin, Greek and Cyrillic
_NUMBER: Final = re.compile(r"\d+")
_LEADING_SIGNS: Final = re.compile(r"^[\W_]+(?=\w)")
_ARTICLE: Final = re.compile(
    r"^(?:the|an?|der|die|das|eine?|les?|la|une?|el|los|las|il|lo|gli|het)\s+(?=\S)|^l['’](?=\w)", re.IGNORECASE
)
_LONGEST: Final = 99  # digits of a number that are compared by value

# Before the exact text at a key's end, and between the parts of a path; both sort before every character of a key.
_TEXT_END: Final = "\x1e"
_PART_END: Final = "\x1f"


def search_key(text: str | None) -> str:
    """The key of a text for searching: ignores case, accents, and the kinds of quotes and dashes."""
    if not text:
        return ""
    if text.isascii():
        return text.casefold().translate(_SIGNS).strip()
    folded = unicodedata.normalize("NFKD", _valid(text).translate(_SIGNS)).casefold().translate(_LETTERS)
    folded = unicodedata.normalize("NFKD", folded.translate(_SIGNS))
    return unicodedata.normalize("NFC", _MARKS.sub("", folded)).strip()


def sort_key(text: str | None, *, articles: bool = False) -> str:
    """The key of a text for sorting: like `search_key`, with numbers by value and without leading signs.

    `articles`: leave out a leading article, as is usual for artists and albums. Different texts have different keys,
    except if they differ only in case or in composed and decomposed forms. Only the empty text has the key "".
    """
    text = _valid(text or "").strip()
    if not text:
        return ""
    exact = unicodedata.normalize("NFC", text).casefold()
    shown = _ARTICLE.sub("", _LEADING_SIGNS.sub("", text), count=1) if articles else text
    key = _natural(_LEADING_SIGNS.sub("", search_key(shown))) or _natural(exact)
    return key if key == exact else f"{key}{_TEXT_END}{exact}"


def folder_key(folder: Path) -> str:
    """The key of a folder for sorting, part by part."""
    exact = unicodedata.normalize("NFC", _valid(str(folder)))
    return _PART_END.join(_natural(search_key(part)) for part in folder.parts) + f"{_TEXT_END}{exact}"


def _natural(key: str) -> str:
    """The text with numbers preceded by their length: "track 9" becomes "track 019", "track 10" "track 0210"."""
    return _NUMBER.sub(_number, key)


def _number(found: re.Match[str]) -> str:
    digits = "".join(str(unicodedata.decimal(digit)) for digit in found[0]).lstrip("0") or "0"
    return f"{min(len(digits), _LONGEST):02}{digits}"


def _valid(text: str) -> str:
    """SQLite accepts UTF-8 only: undecodable bytes become replacement characters."""
    return text.encode("utf-8", "replace").decode()
