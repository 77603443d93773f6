"""Cells of CSV files that spreadsheet programs show instead of running them as formulas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

T = TypeVar("T")

# What Excel and LibreOffice take for the beginning of a formula, in normal and in full width; a tab or a line break
# in front of it is skipped by them. (OWASP: CSV injection)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: T) -> T | str:
    """The value; a text that would be run as a formula gets an apostrophe in front. Numbers stay as they are."""
    if isinstance(value, str) and value.lstrip(" \0\ufeff").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def safe_row(values: Iterable[T]) -> list[T | str]:
    """A row of such cells."""
    return [safe_cell(value) for value in values]
