"""Cells of CSV files that spreadsheet programs do not run as formulas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

T = TypeVar("T")

# The characters that start a formula in Excel and LibreOffice, in normal and full width; both skip a tab or a line
# break before them. (OWASP: CSV injection)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: T) -> T | str:
    """The value; a text that would be run as a formula is prefixed with an apostrophe. Numbers are not changed."""
    if isinstance(value, str) and value.lstrip(" \0\ufeff").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def safe_row(values: Iterable[T]) -> list[T | str]:
    """A row of safe cells."""
    return [safe_cell(value) for value in values]
