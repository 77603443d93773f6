"""Escapes text from files for output on a terminal."""

from __future__ import annotations

import unicodedata
from typing import Final

_KEPT: Final = "\u200c\u200d"  # zero-width joiners, which several scripts and emoji need


def printable(value: object, *, keep: str = "") -> str:
    """The text in one line, with characters escaped that control a terminal or hide text.

    These are control characters (such as the escape that starts a terminal's commands, and line breaks), marks that
    change the direction of writing, and surrogates of undecodable bytes. `keep`: control characters to leave.
    """
    text = str(value)
    if text.isprintable():
        return text
    return "".join(sign if sign in keep or not _is_control(sign) else _escaped(sign) for sign in text)


def _is_control(sign: str) -> bool:
    # Cc: control characters; Cf: invisible marks, among them those of direction; Zl, Zp: line breaks; Cs: surrogates.
    return unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") and sign not in _KEPT


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
