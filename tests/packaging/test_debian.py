"""The Debian package on a bare Debian 12, made for the purpose: no Python, no Qt, no X, no sound.

It is installed as a user would (`apt install ./mgc-desktop.deb`), runs as a normal user, and goes without a trace.
Needs root and debootstrap.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from screens import colours, look

pytestmark = [pytest.mark.package, pytest.mark.slow]

RELEASE, MIRROR = "bookworm", "http://deb.debian.org/debian"
USABLE = "the window can be used"
APP = "/opt/mgc-desktop"
LOG = "home/user/.local/state/mgc-desktop/log/mgc-desktop.log"
# Its own view of the file system; the screen of the host, and nothing else of it, is let in.
INSIDE = (
    'mount -t proc proc "$R/proc" && mount --bind /dev "$R/dev" && mkdir -p "$R/tmp/.X11-unix"'
    ' && mount --bind /tmp/.X11-unix "$R/tmp/.X11-unix" && exec chroot "$R" "$@"'
)
# dpkg's own defaults, and no waiting for the disk: this Debian need not outlive a power cut.
HASTE = {"DPKG_FORCE": "security-mac,downgrade,unsafe-io"}
AS_USER = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--no-new-privs")


@dataclass(frozen=True)
class Debian:
    """A Debian in a folder."""

    root: Path

    def command(self, *command: str) -> list[str]:
        return ["unshare", "--mount", "sh", "-c", INSIDE, "sh", *command]

    def environment(self, **extra: str) -> dict[str, str]:
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        told = {"R": str(self.root), "PATH": path, "HOME": "/root", "LANG": "C.UTF-8"}
        return told | {"DEBIAN_FRONTEND": "noninteractive"} | HASTE | proxies | extra

    def run(self, *command: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*command), env=self.environment(**extra), capture_output=True, text=True, check=False
        )

    def start(self, *command: str, **extra: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*AS_USER, *command), env=self.environment(HOME="/home/user", **extra), stderr=pipe, text=True
        )

    def packages(self) -> set[str]:
        return set(self.run("dpkg-query", "-W", "-f", "${Package}\n").stdout.split())

    def files(self) -> set[str]:
        """All but what the package manager itself keeps books of."""
        listed = self.run("find", "/usr", "/opt", "/etc", "/var/lib", "-xdev", "-path", "/var/lib/apt", "-prune", "-o",
                          "-path", "/var/lib/dpkg", "-prune", "-o", "-print").stdout.splitlines()  # fmt: skip
        return set(listed) - {"/etc/ld.so.cache"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, apart: Any) -> Iterator[Debian]:
    """A Debian with nothing but what `debootstrap --variant=minbase` puts there, and a user."""
    apart("mount")
    if shutil.which("debootstrap") is None:
        pytest.skip("needs debootstrap (apt install debootstrap)")
    root = Path(os.environ.get("MGC_CHROOT", "") or tmp_path_factory.mktemp("debian") / "root")
    if not (root / "usr/bin/dpkg").exists():
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", RELEASE, str(root), MIRROR],
            env=os.environ | HASTE,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            shutil.rmtree(root, ignore_errors=True)
            pytest.skip(f"no bare Debian could be made: {made.stdout[-300:]}")
    debian = Debian(root)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "home/user").mkdir(exist_ok=True)
    os.chown(root / "home/user", 1000, 1000)
    yield debian
    if not os.environ.get("MGC_CHROOT"):
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def before(bare: Debian) -> tuple[set[str], set[str]]:
    """Packages and files before anything was installed."""
    assert bare.run("which", "python3").returncode != 0
    assert bare.run("find", "/usr", "-name", "libQt*").stdout == ""
    return bare.packages(), bare.files()


@pytest.fixture(scope="module")
def debian(bare: Debian, before: object, packages: dict[str, Path]) -> Debian:
    """The bare Debian with the package, as apt installed it."""
    shutil.copy(packages["deb"], bare.root / "tmp/mgc-desktop.deb")
    done = bare.run("apt-get", "update", "-qq")
    assert done.returncode == 0, done.stderr
    done = bare.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "/tmp/mgc-desktop.deb")
    assert done.returncode == 0, done.stdout + done.stderr
    return bare


def dependencies(debian: Debian) -> list[list[str]]:
    """What the package declares: for each dependency its alternatives, without versions."""
    said = debian.run("dpkg-query", "-W", "-f", "${Depends}", "mgc-desktop").stdout
    return [[re.split(r"[ (]", choice.strip())[0] for choice in part.split("|")] for part in said.split(",")]


def test_no_python_and_no_qt_came_along(debian: Debian) -> None:
    assert debian.run("which", "python3").returncode != 0
    assert [name for name in debian.packages() if "python" in name or "qt" in name] == []


def test_every_library_is_found(debian: Debian) -> None:
    asked = f'find {APP} -type f \\( -name "*.so*" -o -perm -100 \\) | xargs ldd 2>/dev/null'
    told = debian.run("sh", "-c", asked, LD_LIBRARY_PATH=f"{APP}/_internal").stdout.splitlines()
    assert len([line for line in told if " => /" in line]) > 1000
    assert {line.strip() for line in told if "not found" in line} == set()


def test_it_declares_what_it_needs_and_no_more(debian: Debian, bundle: Path) -> None:
    """Each package that is declared holds a library that something in the folder is linked to."""
    asked = importlib.import_module("debian").asked_of_the_system(bundle)
    here = debian.packages()
    for choices in dependencies(debian):
        (chosen,) = [name for name in choices if name in here]
        holds = {Path(line).name for line in debian.run("dpkg", "-L", chosen).stdout.splitlines()}
        assert holds & asked, chosen


def test_self_test_as_a_normal_user(debian: Debian) -> None:
    done = debian.run(*AS_USER, "mgc", "self-test", HOME="/home/user")
    assert (done.returncode, done.stdout) == (0, "PASS\n"), done.stderr


def test_songs_are_named_by_worker_processes(debian: Debian) -> None:
    done = debian.run(*AS_USER, "mgc", "analyze", "--jobs", "2", f"{APP}/_internal/resources/demo", HOME="/home/user")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_window_opens(debian: Debian, screen: str, tmp_path: Path) -> None:
    song = f"{APP}/_internal/resources/demo/Kenta Cho - Stage 3.mp3"
    process = debian.start("mgc-desktop", song, DISPLAY=screen)
    log = debian.root / LOG
    usable = drawn = False
    try:
        deadline = time.monotonic() + 90
        while not drawn:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, "the window shows no song" if usable else "no window"
            time.sleep(0.1)
            usable = usable or (log.exists() and USABLE in log.read_text(encoding="utf-8"))
            drawn = usable and colours(look(screen, tmp_path)) > 200  # an empty window has half as many
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    wrong = [line for line in log.read_text(encoding="utf-8").splitlines() if " ERROR " in line or " CRITICAL" in line]
    assert [line for line in wrong if "sound" not in line.lower() and "device" not in line.lower()] == []


def test_a_desktop_finds_it(debian: Debian) -> None:
    share = debian.root / "usr/share"
    assert (share / "applications/mgc-desktop.desktop").is_file()
    assert (share / "metainfo/mgc-desktop.metainfo.xml").is_file()
    sizes = {path.parts[-3] for path in (share / "icons/hicolor").rglob("mgc-desktop.*")}
    assert {"scalable", "16x16", "48x48", "256x256"} <= sizes
    assert {path.name for path in (share / "man/man1").glob("mgc*")} == {"mgc.1.gz", "mgc-desktop.1.gz"}
    assert "GPL-3" in (share / "doc/mgc-desktop/copyright").read_text(encoding="utf-8")


def test_everything_in_it_is_roots_and_nobody_else_may_write(debian: Debian) -> None:
    wrong = debian.run("find", APP, "-not", "-type", "l", "(", "-not", "-user", "root", "-o", "-perm", "/022", ")")
    assert (wrong.returncode, wrong.stdout) == (0, ""), wrong.stderr


def test_it_goes_without_a_trace(debian: Debian, before: tuple[set[str], set[str]]) -> None:
    done = debian.run("apt-get", "purge", "-y", "-qq", "--autoremove", "mgc-desktop")
    assert done.returncode == 0, done.stdout + done.stderr
    packages, files = before
    assert debian.packages() == packages
    assert debian.files() - files == set()
    assert (debian.root / "home/user/.local/state/mgc-desktop").is_dir()  # the user's own stays
