"""Makes what is given to people: `python packaging/make.py [--out dist] [--skip-build]`.

On Linux the folder by PyInstaller, a portable archive, a Debian package and their checksums; elsewhere the folder,
which `packaging/windows` and `packaging/macos` turn into installers.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
NAME = "mgc-desktop"

# What the bundle takes from the system: the C library, the X server's and the sound system's own client libraries.
# libasound must match the system's plug-ins; libGL and libEGL belong to the graphics driver.
DEPENDS = "libc6 (>= 2.28), libegl1, libgl1, libasound2 | libasound2t64, libfontconfig1"


def version() -> str:
    """The one source of the version: the package itself."""
    namespace: dict[str, str] = {}
    exec((PROJECT / "mgc_desktop" / "__init__.py").read_text(), namespace)
    return namespace["__version__"]


def build(out: Path) -> Path:
    """The program as one folder."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", str(out), "--workpath"]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([*command, work, str(PROJECT / "build.spec")], check=True, cwd=PROJECT)
    return out / NAME


def archive(folder: Path, out: Path) -> Path:
    """A portable archive: unpack it anywhere and start `mgc-desktop`."""
    path = out / f"{NAME}-{version()}-linux-x86_64.tar.zst"
    # Sorted, with fixed owner and times: the same folder gives the same bytes.
    tar = [
        "tar",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        f"--mtime=@{_epoch()}",
        "-C",
        folder.parent,
    ]
    with path.open("wb") as target:
        packed = subprocess.Popen([*tar, "-cf", "-", folder.name], stdout=subprocess.PIPE)
        subprocess.run(["zstd", "-q", "-15", "-T0", "-c"], stdin=packed.stdout, stdout=target, check=True)
        if packed.wait():
            raise SystemExit("tar failed")
    return path


def deb(folder: Path, out: Path) -> Path:
    """A Debian package: the folder in /opt, two commands, a menu entry, an icon and a manual page."""
    path = out / f"{NAME}_{version()}_amd64.deb"
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        shutil.copytree(folder, root / "opt" / NAME, symlinks=True)
        (root / "usr/bin").mkdir(parents=True)
        for command in (NAME, "mgc"):
            (root / "usr/bin" / command).symlink_to(f"/opt/{NAME}/{command}")
        _install(HERE / "linux" / f"{NAME}.desktop", root / "usr/share/applications" / f"{NAME}.desktop")
        icons = root / "usr/share/icons/hicolor/scalable/apps"
        _install(PROJECT / "resources/icons/mgc-desktop.svg", icons / f"{NAME}.svg")
        _install(PROJECT / "LICENSE", root / f"usr/share/doc/{NAME}/copyright")
        manual = root / "usr/share/man/man1/mgc.1.gz"
        manual.parent.mkdir(parents=True)
        manual.write_bytes(gzip.compress((HERE / "linux" / "mgc.1").read_bytes(), mtime=0))
        (manual.parent / f"{NAME}.1.gz").symlink_to("mgc.1.gz")
        size = sum(file.lstat().st_size for file in root.rglob("*") if file.is_file() and not file.is_symlink()) // 1024
        control = root / "DEBIAN/control"
        control.parent.mkdir()
        control.write_text(
            f"Package: {NAME}\nVersion: {version()}\nArchitecture: amd64\nSection: sound\nPriority: optional\n"
            f"Maintainer: MGC Desktop <mgc-desktop@localhost>\nInstalled-Size: {size}\nDepends: {DEPENDS}\n"
            "Description: hear, see and tag the genre of music, offline\n"
            " Plays songs, draws their mel-spectrogram as they play and names their genre by listening.\n"
            " Everything it needs comes with it, the models included.\n"
        )
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(_epoch())}
        build = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(root), str(path)]
        subprocess.run(build, check=True, env=environment, stdout=subprocess.DEVNULL)
    return path


def checksums(files: list[Path]) -> Path:
    """SHA256SUMS, as `sha256sum --check` reads it."""
    path = files[0].parent / "SHA256SUMS"
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    path.write_text("".join(lines))
    return path


def _install(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _epoch() -> int:
    """The time of the last commit: a build of the same commit carries the same times."""
    git = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return int(git.stdout.strip() or 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "dist")
    parser.add_argument("--skip-build", action="store_true", help="package the folder that is there")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    folder = arguments.out / NAME if arguments.skip_build else build(arguments.out)
    if sys.platform.startswith("linux"):
        made = [archive(folder, arguments.out), deb(folder, arguments.out)]
        checksums(made)
        for file in made:
            print(f"{file}  {file.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
