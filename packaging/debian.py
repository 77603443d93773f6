"""The Debian package: the folder in /opt, two commands, and all by which a desktop knows the program."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import archives
import elf
import icons
from project import HERE, NAME, PROJECT, SUMMARY, epoch, version

# The package of each library that the bundle leaves to the system; newer releases call some of them ...t64.
PACKAGES: Final = {
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libasound.so.2": "libasound2 | libasound2t64",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libz.so.1": "zlib1g",
    "libexpat.so.1": "libexpat1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libcrypt.so.1": "libcrypt1",
}
_C_LIBRARY: Final = {
    "libc.so.6", "libm.so.6", "libmvec.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1",
    "libresolv.so.2", "ld-linux-x86-64.so.2",
}  # fmt: skip
_DESCRIPTION: Final = """\
 Plays songs, draws their mel-spectrogram as they play and names their genre
 by listening, song by song or for a whole library. Everything it needs comes
 with it, the models included; nothing is sent anywhere.
"""


def asked_of_the_system(folder: Path) -> set[str]:
    """The libraries that programs in the folder are linked to and that are not in it."""
    files = elf.binaries(folder)
    inside = {path.name for path in folder.rglob("*.so*")}
    return elf.needed(files) - inside


def depends(folder: Path) -> str:
    """The packages that the folder needs, and the oldest C library, worked out from what it is linked to."""
    asked = asked_of_the_system(folder) - _C_LIBRARY
    unknown = asked - set(PACKAGES)
    if unknown:
        raise SystemExit(f"no Debian package is known for {', '.join(sorted(unknown))}: see packaging/debian.py")
    c_library = f"libc6 (>= {elf.newest('GLIBC', elf.binaries(folder))})"
    return ", ".join([c_library, *sorted({PACKAGES[name] for name in asked})])


def build(folder: Path, out: Path) -> Path:
    """`mgc-desktop_VERSION_amd64.deb` in `out`. The same folder gives the same bytes."""
    path = out / f"{NAME}_{version()}_amd64.deb"
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        shutil.copytree(folder, root / "opt" / NAME, symlinks=True, copy_function=_link_or_copy)
        _commands(root)
        _desktop(root / "usr/share")
        _documents(root / "usr/share")
        _control(root, depends(folder))
        _archive(root, Path(scratch), path)
    return path


def _archive(root: Path, scratch: Path, path: Path) -> None:
    """What `dpkg-deb` would make, but with zstd's long window, for which it has no option: 20 MB less.

    Every dpkg that comes with a C library as new as the one needed reads it.
    """
    (scratch / "debian-binary").write_text("2.0\n", encoding="ascii")
    archives.pack(root / "DEBIAN", ".", scratch / "control.tar.zst")
    shutil.rmtree(root / "DEBIAN")
    archives.pack(root, ".", scratch / "data.tar.zst")
    path.unlink(missing_ok=True)
    members = ["debian-binary", "control.tar.zst", "data.tar.zst"]
    subprocess.run(["ar", "-rcSD", str(path.resolve()), *members], cwd=scratch, check=True)


def metainfo() -> str:
    """The AppStream file with the version and its day filled in."""
    text = (HERE / "linux" / f"{NAME}.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@VERSION@", version()).replace("@DATE@", f"{datetime.fromtimestamp(epoch(), UTC):%Y-%m-%d}")


def manual(name: str) -> str:
    """A manual page with the version filled in."""
    return (HERE / "linux" / f"{name}.1").read_text(encoding="utf-8").replace("@VERSION@", version())


def _commands(root: Path) -> None:
    (root / "usr/bin").mkdir(parents=True)
    for command in (NAME, "mgc"):
        (root / "usr/bin" / command).symlink_to(f"/opt/{NAME}/{command}")


def _desktop(share: Path) -> None:
    _put(share / "applications" / f"{NAME}.desktop", (HERE / "linux" / f"{NAME}.desktop").read_bytes())
    _put(share / "metainfo" / f"{NAME}.metainfo.xml", metainfo().encode())
    _put(share / "icons/hicolor/scalable/apps" / f"{NAME}.svg", icons.SOURCE.read_bytes())
    for size in icons.PNG_SIZES:
        _put(share / f"icons/hicolor/{size}x{size}/apps" / f"{NAME}.png", icons.png(size))


def _documents(share: Path) -> None:
    copyright_ = (HERE / "linux" / "copyright").read_text(encoding="utf-8")
    _put(share / "doc" / NAME / "copyright", copyright_.encode())
    changes = (PROJECT / "CHANGELOG.md").read_bytes()
    _put(share / "doc" / NAME / "changelog.gz", gzip.compress(changes, mtime=0))
    for name in (NAME, "mgc"):
        _put(share / "man/man1" / f"{name}.1.gz", gzip.compress(manual(name).encode(), mtime=0))


def _control(root: Path, packages: str) -> None:
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in files) // 1024
    fields = {
        "Package": NAME, "Version": version(), "Architecture": "amd64", "Section": "sound", "Priority": "optional",
        "Maintainer": "MGC Desktop <mgc-desktop@localhost>", "Installed-Size": size, "Depends": packages,
        "Recommends": "pulseaudio-utils",  # lists and opens the sources of live input
        "Description": f"{SUMMARY[0].lower()}{SUMMARY[1:]}\n{_DESCRIPTION}",
    }  # fmt: skip
    text = "".join(f"{name}: {value}\n" for name, value in fields.items()).rstrip() + "\n"
    _put(root / "DEBIAN" / "control", text.encode())


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o644)


def _link_or_copy(source: str, target: str) -> None:
    """As `shutil.copy2`, but without doubling hundreds of megabytes where the file system can help it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
