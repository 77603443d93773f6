"""The portable archive, the installers of Windows and macOS, and the checksums of them all."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from project import HERE, NAME, TITLE, epoch, version

LEVEL: Final = 12  # of zstd; 15 takes three times as long for some two per cent


def tar_zst(folder: Path, out: Path) -> Path:
    """A portable archive: unpack it anywhere and start `mgc-desktop`."""
    path = out / f"{NAME}-{version()}-linux-{platform.machine()}.tar.zst"
    pack(folder.parent, folder.name, path)
    return path


def pack(start: Path, what: str, path: Path) -> None:
    """`what` in `start` as a compressed archive, root's, writable by nobody else. The same files give the same bytes.

    The long window finds what models and programs have in common.
    """
    form = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=go=u-w", f"--mtime=@{epoch()}"]
    with path.open("wb") as target:
        tar = subprocess.Popen(["tar", *form, "-C", start, "-cf", "-", what], stdout=subprocess.PIPE)
        squeeze = ["zstd", "-q", f"-{LEVEL}", "--long=27", "-T0", "-c"]
        subprocess.run(squeeze, stdin=tar.stdout, stdout=target, check=True)
        if tar.wait():
            raise SystemExit("tar failed")


def setup_exe(folder: Path, out: Path) -> Path:
    """The installer for Windows, by Inno Setup's compiler."""
    compiler = shutil.which("iscc") or r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe"
    given = [f"/DVersion={version()}", f"/DSource={folder.resolve()}", f"/DOutput={out.resolve()}"]
    subprocess.run([compiler, "/Q", *given, str(HERE / "windows" / f"{NAME}.iss")], check=True)
    return out / f"{NAME}-{version()}-windows-x86_64-setup.exe"


def dmg(out: Path) -> Path:
    """The disk image for macOS: the program and a way to drag it to. PyInstaller has signed it, ad hoc."""
    path = out / f"{NAME}-{version()}-macos-{platform.machine()}.dmg"
    app = out / f"{TITLE}.app"
    subprocess.run(["codesign", "--verify", "--deep", "--strict", str(app)], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(app, Path(scratch) / app.name, symlinks=True)
        (Path(scratch) / "Applications").symlink_to("/Applications")
        form = ["-volname", TITLE, "-srcfolder", scratch, "-fs", "HFS+", "-format", "UDZO", "-ov"]
        subprocess.run(["hdiutil", "create", *form, str(path)], check=True)
    return path


def checksums(files: Sequence[Path], out: Path) -> Path:
    """SHA256SUMS in `out`, as `sha256sum --check` reads it."""
    path = out / "SHA256SUMS"
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path
