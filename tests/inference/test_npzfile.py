"""Arrays with false headers are refused without much memory or time."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mgc_desktop.inference.npzfile import read_arrays


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def archive(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("a.npy", content)
    return out.getvalue()


def header(shape: str, rest: bytes = b"") -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text = text.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + rest


def lying_list() -> bytes:
    """The list of the archive says that the array is small, and its header agrees; 50 MB of zeros are packed."""
    data = bytearray(archive(header("(12500000,)") + bytes(50_000_000)))
    for place in (22, data.rindex(b"PK\x01\x02") + 24):
        data[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


BAD: dict[str, Callable[[], bytes]] = {
    "no archive": lambda: b"nothing",
    "empty": lambda: b"",
    "cut off": lambda: npz(a=np.arange(1000))[:-30],
    "bomb": lambda: archive(header("(50000000,)") + bytes(200_000_000)),
    "promises 4 TB": lambda: archive(header("(1000000000000,)", bytes(16))),
    "promises more than a number can say": lambda: archive(header(f"({2**62}, {2**62})", bytes(16))),
    "negative": lambda: archive(header("(-1,)", bytes(16))),
    "nested header": lambda: archive(header("(" * 30 + ")" * 30)),
    "no array": lambda: archive(b"text"),
    "Python objects": lambda: npz(a=np.array([{}], object)),
    "lying list": lying_list,
    "many": lambda: npz(**{f"a{n}": np.zeros(1) for n in range(1001)}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_damaged_file_is_refused_without_much_memory(name: str) -> None:
    data = BAD[name]()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"table|Python objects|No data left|magic|header|Header|expect"):
            read_arrays(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_valid_files_are_read_back() -> None:
    given = {"a": np.arange(12, dtype=np.float16).reshape(3, 4), "b": np.array("text"), "empty": np.zeros((0, 3))}
    found = read_arrays(npz(**given))
    assert found.keys() == given.keys()
    assert all(np.array_equal(found[name], given[name]) for name in given)
