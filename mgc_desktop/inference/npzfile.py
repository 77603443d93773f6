"""Reads `.npz` files of numbers, and refuses those whose headers claim more data than there is or fits in memory."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

_MAX_ARRAYS: Final = 1000
_MAX_BYTES: Final = 100_000_000  # of all arrays, unpacked; those of the bundled models have a few


def read_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays by name. Raises ValueError if the file is damaged, not `.npz`, too large unpacked, or holds objects.

    Sizes are checked before anything is unpacked: the archive's directory against the limit, and each array's header
    against the archive's directory.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MAX_ARRAYS or sum(member.file_size for member in members) > _MAX_BYTES:
                raise ValueError("its tables are too large")
            for member in members:
                with archive.open(member) as file:
                    _check_header(file, member.file_size)
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return dict(stored)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, KeyError) as error:
        raise ValueError("it is not a table of numbers") from error
    except (MemoryError, OverflowError, TypeError, SyntaxError, RecursionError) as error:
        raise ValueError("its tables are damaged") from error


def _check_header(file: Any, size: int) -> None:
    """Raise ValueError if the array's header claims another size than `size` bytes."""
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError("its tables have a newer format")
    read: Any = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects")
    if any(axis < 0 for axis in shape) or math.prod(shape) * dtype.itemsize > size:
        raise ValueError("a table claims more numbers than there are")
