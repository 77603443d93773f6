"""The attributes of a file: owner, permissions, access control lists, extended attributes, times."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Final

from mgc_desktop.errors import TagError

# Set by the system, not by the user; copying them may need privileges.
_OF_THE_SYSTEM: Final = ("security.", "trusted.")
_COPYFILE_METADATA: Final = 7  # macOS: access list, permissions, extended attributes


def copy_attributes(source: Path, target: Path, *, mtime_ns: int | None) -> None:
    """Copy all attributes of `source` to `target`; raises `TagError` if that is impossible.

    The modification time becomes `mtime_ns` (nanoseconds), or now if that is None.
    """
    status = source.stat()
    if sys.platform == "win32":
        shutil.copymode(source, target)
    else:
        _copy_owner(status, target)
        if sys.platform == "darwin":
            _copy_by_copyfile(source, target)
        else:
            _copy_extended(source, target)
        if stat.S_IMODE(target.stat().st_mode) != stat.S_IMODE(status.st_mode):
            target.chmod(stat.S_IMODE(status.st_mode))
    if mtime_ns is not None:
        os.utime(target, ns=(status.st_atime_ns, mtime_ns))
    elif sys.platform == "darwin":
        os.utime(target)  # copyfile has copied the old time


def _copy_owner(status: os.stat_result, target: Path) -> None:
    now = target.stat()
    if (status.st_uid, status.st_gid) == (now.st_uid, now.st_gid):
        return
    try:
        os.chown(target, status.st_uid, status.st_gid)
    except PermissionError:
        who = "user" if status.st_uid != now.st_uid else "group"
        raise TagError(
            f"belongs to another {who}, and writing would change that; "
            "let its owner write it, or take it over with chown"
        ) from None


def _copy_extended(source: Path, target: Path) -> None:
    """Copy extended attributes, with the access list; remove those that the new file inherited from its folder."""
    try:
        wanted = {name: os.getxattr(source, name) for name in os.listxattr(source)}
    except OSError:
        return  # the file system has none
    for name in os.listxattr(target):
        if name not in wanted and not name.startswith(_OF_THE_SYSTEM):
            os.removexattr(target, name)
    for name, value in wanted.items():
        try:
            os.setxattr(target, name, value)
        except OSError as error:
            if name.startswith(_OF_THE_SYSTEM):
                continue
            raise TagError(f"its extended attribute {name} cannot be kept ({error.strerror})") from error


def _copy_by_copyfile(source: Path, target: Path) -> None:
    copyfile = ctypes.CDLL(None, use_errno=True).copyfile
    if copyfile(os.fsencode(source), os.fsencode(target), None, _COPYFILE_METADATA) != 0:
        raise TagError(f"its attributes cannot be kept ({os.strerror(ctypes.get_errno())})")


def sync_folder(folder: Path) -> None:
    """Flush the renaming of a file to the disk; does nothing on file systems without that."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
