"""Read TensorFlow checkpoints (bundle format, version 2) without TensorFlow.

A bundle is `PREFIX.index`, a sorted table of tensor name -> `BundleEntryProto` whose empty key holds the header, and
`PREFIX.data-SSSSS-of-NNNNN`, the raw little-endian values. What TensorFlow itself writes by default is read: tables
without compression, tensors that are not sliced. Every checksum is verified.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0xDB4775248B80FB57
_FOOTER_BYTES = 48
_CASTAGNOLI = 0x82F63B78
_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 10: "?", 19: "<f2"}


class BundleError(ValueError):
    """A checkpoint that is damaged or of a kind that is not read here."""


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """Where a tensor lies: bytes `[offset, offset + size)` of data file number `shard`."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_CASTAGNOLI if value & 1 else 0)
        table.append(value)
    return tuple(table)


def masked_crc32c(data: bytes) -> int:
    """CRC-32C, rotated and offset as TensorFlow stores it."""
    crc, table = 0xFFFFFFFF, _crc_table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(data: bytes, pos: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, pos
        shift += 7


def _message(data: bytes) -> Iterator[tuple[int, Any]]:
    """The (field number, value) pairs of one protobuf message."""
    pos = 0
    while pos < len(data):
        tag, pos = _varint(data, pos)
        number, wire = tag >> 3, tag & 7
        value: int | bytes
        if wire == 0:
            value, pos = _varint(data, pos)
        elif wire == 1:
            value, pos = struct.unpack_from("<Q", data, pos)[0], pos + 8
        elif wire == 2:
            size, pos = _varint(data, pos)
            value, pos = data[pos : pos + size], pos + size
        elif wire == 5:
            value, pos = struct.unpack_from("<I", data, pos)[0], pos + 4
        else:
            raise BundleError(f"protobuf wire type {wire} is not known")
        yield number, value


def _block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The (key, value) pairs of the table's block at `offset`; keys share prefixes with the one before."""
    if table[offset + size] != 0:
        raise BundleError("compressed tables are not read")
    (stored,) = struct.unpack_from("<I", table, offset + size + 1)
    if masked_crc32c(table[offset : offset + size + 1]) != stored:
        raise BundleError("a block's checksum differs: the index is damaged")
    data = table[offset : offset + size]
    (restarts,) = struct.unpack_from("<I", data, size - 4)
    end, pos, key = size - 4 * (restarts + 1), 0, b""
    while pos < end:
        shared, pos = _varint(data, pos)
        fresh, pos = _varint(data, pos)
        length, pos = _varint(data, pos)
        key = key[:shared] + data[pos : pos + fresh]
        pos += fresh
        yield key, data[pos : pos + length]
        pos += length


def _shape(message: bytes) -> tuple[int, ...]:
    return tuple(dict(_message(dim)).get(1, 0) for number, dim in _message(message) if number == 2)


def _entry(message: bytes) -> TensorEntry:
    fields = dict(_message(message))
    if 7 in fields:
        raise BundleError("sliced tensors are not read")
    if fields.get(1, 0) not in _DTYPES:
        raise BundleError(f"TensorFlow type {fields.get(1, 0)} is not known")
    return TensorEntry(
        _DTYPES[fields[1]],
        _shape(fields.get(2, b"")),
        fields.get(3, 0),
        fields.get(4, 0),
        fields.get(5, 0),
        fields.get(6, 0),
    )


def read_index(path: Path) -> tuple[dict[str, TensorEntry], int]:
    """The entries of an index file by tensor name, and the number of data files."""
    table = path.read_bytes()
    if len(table) < _FOOTER_BYTES or struct.unpack_from("<Q", table, len(table) - 8)[0] != _MAGIC:
        raise BundleError(f"{path}: not the index of a TensorFlow checkpoint")
    footer = table[-_FOOTER_BYTES:]
    _, pos = _varint(footer, 0)  # the meta index's offset and size, not needed
    _, pos = _varint(footer, pos)
    offset, pos = _varint(footer, pos)
    size, pos = _varint(footer, pos)
    entries: dict[str, TensorEntry] = {}
    shards = 1
    for _, handle in _block(table, offset, size):
        block_offset, pos = _varint(handle, 0)
        block_size, pos = _varint(handle, pos)
        for key, value in _block(table, block_offset, block_size):
            if key:
                entries[key.decode()] = _entry(value)
            else:
                shards = dict(_message(value)).get(1, 1)
    return entries, shards


def read_bundle(folder: Path, prefix: str, want: Callable[[str], bool]) -> dict[str, NDArray[Any]]:
    """The tensors for whose name `want` holds, of the checkpoint `folder/prefix`."""
    entries, shards = read_index(folder / f"{prefix}.index")
    data: dict[int, bytes] = {}
    tensors = {}
    for name, entry in entries.items():
        if not want(name):
            continue
        if entry.shard not in data:
            data[entry.shard] = (folder / f"{prefix}.data-{entry.shard:05d}-of-{shards:05d}").read_bytes()
        raw = data[entry.shard][entry.offset : entry.offset + entry.size]
        if masked_crc32c(raw) != entry.crc:
            raise BundleError(f"{name}: the checksum differs, the checkpoint is damaged")
        tensors[name] = np.frombuffer(raw, entry.dtype).reshape(entry.shape).copy()
    return tensors
