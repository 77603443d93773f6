"""What a program and its child processes do with the network and with files, as strace sees it (Linux only).

A test starts the real program with `Trace.command`, waits for its end, and asserts that `Trace.faults` is empty.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

_CALLS: Final = (
    "%network,?open,openat,?openat2,?creat,?mkdir,mkdirat,?rename,?renameat,renameat2,?link,linkat,?symlink,symlinkat,"
    "truncate"
)
_CALL: Final = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)")
_PATH: Final = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_SOCKET_PATH: Final = re.compile(r'sun_path=(@?)"([^"]*)"')
_CREATING: Final = ("mkdir", "rename", "link", "symlink", "creat", "truncate")

# Local sockets of the machine's own services and of the program itself. Name services are not among them: whoever
# looks up a host may ask one of those (nscd, systemd-resolved).
_LOCAL_SERVICES: Final = re.compile(
    r"X11-unix|/pulse|/pipewire|/jack|dbus|/bus$|at-spi|wayland|ICE-unix|mgc-desktop|^[0-9a-f]{5}$"
)

# What the system's own libraries keep for all programs: fontconfig's and Mesa's caches, PulseAudio's and JACK's
# places of meeting, shared memory, devices.
_OF_THE_SYSTEM: Final = (
    "/dev/", "/proc/", "/var/cache/fontconfig/", "/tmp/pulse-", "/tmp/jack", "/tmp/.X11-unix/",
    "~/.config/pulse", "~/.cache/fontconfig", "~/.cache/mesa_shader_cache", "~/.cache/qtshadercache",
    "~/.cache/pulse", "~/.pulse",
)  # fmt: skip
# The program's own folders, as platformdirs names them on Linux.
_OWN: Final = tuple(f"~/{part}/mgc-desktop" for part in (".config", ".local/share", ".local/state", ".cache"))
_PARENTS: Final = ("~/.config", "~/.local", "~/.local/share", "~/.local/state", "~/.cache")


@dataclass(frozen=True)
class Trace:
    """Watches one run of a program whose home folder is `home`; notes are kept in `folder`.

    `allowed`: further folders in which the run may write.
    """

    folder: Path
    home: Path
    allowed: tuple[Path, ...] = ()

    def command(self, program: Sequence[object]) -> list[str]:
        """The command line that runs `program` watched."""
        self.folder.mkdir(parents=True, exist_ok=True)
        strace = ["strace", "-ff", "-qq", "-y", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(self.folder / "of")]
        return [*strace, *map(str, program)]

    def environment(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        """That of a user who has just logged in for the first time."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        self.temporary.mkdir(parents=True, exist_ok=True)
        own = {"HOME": str(self.home), "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        return kept | own | (extra or {})

    @property
    def temporary(self) -> Path:
        """Where files may lie while the program runs, but not afterwards."""
        return self.folder / "temporary"

    def faults(self) -> list[str]:
        """Each system call that left the machine, looked up a host, or wrote outside of the program's folders."""
        notes = sorted(self.folder.glob("of.*"))
        assert notes, "strace noted nothing"
        found = [line for note in notes for line in self._faults(note.read_text(encoding="utf-8", errors="replace"))]
        return found + [f"left behind: {path}" for path in self._left_behind()]

    def _faults(self, note: str) -> Iterator[str]:
        for line in note.splitlines():
            call = _CALL.match(line)
            if call is None:
                continue
            name, arguments, result = call.groups()
            if name == "socket" and not arguments.startswith(("AF_UNIX", "AF_LOCAL")):
                yield line
            elif name in ("connect", "sendto", "bind") and "sa_family=" in arguments:
                if not _is_local(arguments, result):
                    yield line
            elif not result.startswith("-") and self._is_foreign(name, arguments):
                yield line

    def _is_foreign(self, name: str, arguments: str) -> bool:
        writes = name.startswith(_CREATING) or re.search(r"O_CREAT|O_WRONLY|O_RDWR", arguments) is not None
        found = [(_plain(base), _plain(path)) for base, path in _PATH.findall(arguments)]
        paths = [os.path.normpath(os.path.join(base or "/", path)) for base, path in found]  # noqa: PTH118
        if not writes:
            return "/etc/resolv.conf" in paths
        return not all(self._may_write(path) for path in paths[-1:])

    def _may_write(self, path: str) -> bool:
        for folder in map(str, (*self.allowed, self.temporary)):
            if path == folder or path.startswith(f"{folder}/"):
                return True
        home = str(self.home)
        short = "~" + path.removeprefix(home) if path.startswith(home) else path
        return short in _PARENTS or short.startswith((*_OF_THE_SYSTEM, *_OWN))

    def _left_behind(self) -> list[Path]:
        """Files in the home folder that are not the program's, however they came there."""
        kept = [path for path in self.home.rglob("*") if not path.is_dir() and not self._may_write(str(path))]
        return kept + [path for path in self.temporary.rglob("*") if not path.is_dir()]


def _plain(path: str) -> str:
    """A path as strace writes it, with escapes for bytes that are not ASCII."""
    raw = path.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace")
    return os.fsdecode(raw)


def _is_local(arguments: str, result: str) -> bool:
    """Whether an address is that of a local service which names no hosts.

    The C library asks for the name service nscd also to know the user's name; where none runs, nothing is learned.
    """
    local = _SOCKET_PATH.search(arguments)
    if local is None:
        return "AF_UNIX" in arguments
    absent = local[2].endswith("/nscd/socket") and result.startswith("-")
    return absent or _LOCAL_SERVICES.search(local[2]) is not None


def require_strace() -> None:
    """Skip the test where programs cannot be watched."""
    if sys.platform != "linux":
        pytest.skip("strace is for Linux only")
    if shutil.which("strace") is None:
        pytest.skip("strace not found (apt install strace)")
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not watch programs here: {tried.stderr.strip()}")
