"""Reads files from other sources, with a size limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MB = 1_000_000


def read_limited(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes.

    Pipes and devices are not opened, since reading them could block or never end. Raises OSError; its `strerror` says
    in words if the file is too large or not a regular file.
    """
    _check(path, path.stat(), limit)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        _check(path, os.fstat(handle), limit)  # the file may have been replaced meanwhile
        data = file.read(limit + 1)  # the file may grow while it is read
    if len(data) > limit:
        raise _too_large(path, len(data), limit)
    return data


def _check(path: Path, status: os.stat_result, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(path))
    if status.st_size > limit:
        raise _too_large(path, status.st_size, limit)


def _too_large(path: Path, size: int, limit: int) -> OSError:
    return OSError(errno.EFBIG, f"it has {size / MB:,.1f} MB; such a file has at most {limit / MB:,.4g} MB", str(path))
