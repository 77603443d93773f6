"""Reads the fields of a protocol buffer message, without the message's definition.

ONNX files are such messages. The `onnx` package is not needed, and nothing is copied: values are views of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_VARINT: Final = 0
_FIXED64: Final = 1
_BYTES: Final = 2
_FIXED32: Final = 5
_LONGEST_VARINT: Final = 10

Value = int | memoryview


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """The number and value of each field in order: whole numbers as int, all else as bytes. ValueError if it is no
    message."""
    place, end = 0, len(message)
    while place < end:
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if kind == _BYTES:
            length, place = _varint(message, place)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError("it holds a field of an unknown kind")
        if not number or length > end - place:
            raise ValueError("it ends in the middle of a field")
        yield number, message[place : place + length]
        place += length


def varints(packed: memoryview) -> Iterator[int]:
    """The whole numbers in a packed field."""
    place = 0
    while place < len(packed):
        value, place = _varint(packed, place)
        yield value


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_LONGEST_VARINT):
        if place >= len(message):
            raise ValueError("it ends in the middle of a number")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, place
    raise ValueError("it holds a number of more than 64 bits")
