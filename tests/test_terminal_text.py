"""Control characters in names and tags are escaped for terminals, and formulas for spreadsheets."""

from __future__ import annotations

import pytest

from mgc_desktop.csv_cells import safe_cell
from mgc_desktop.terminal_text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë, 音楽 🎵", "Zoë, 音楽 🎵"),
        ("a\x1b]0;title\x07b", r"a\x1b]0;title\x07b"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("two\nlines\rover", r"two\nlines\rover"),
        ("c1\x9b2J", r"c1\x9b2J"),
        ("gpj.\u202e3pm", r"gpj.\u202e3pm"),
        ("line\u2028break", r"line\u2028break"),
        ("caf\udce9.mp3", r"caf\udce9.mp3"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_control_characters_are_shown_not_obeyed(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_kept_is_named() -> None:
    assert printable("a\n\tb\x1b", keep="\n\t") == "a\n\tb\\x1b"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\ufeff=1"])
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Jazz", "a=b", "/music/=x.mp3", "", None, -1.5, 3, "3-1"])
def test_all_else_stays(value: object) -> None:
    assert safe_cell(value) == value
