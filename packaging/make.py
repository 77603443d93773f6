"""Makes what is given to people: `python packaging/make.py [--out dist] [--skip-build] [--folder-only]`.

The folder by PyInstaller; of it, on Linux, a portable archive and a Debian package, on Windows a setup program, on
macOS a disk image; and their checksums.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import archives
import debian
from project import NAME, PROJECT, epoch


def build(out: Path) -> Path:
    """The program as one folder."""
    folders = ["--distpath", str(out), "--workpath", str(PROJECT / "build" / "work")]  # what it found last is kept
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *folders]
    same = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch())}  # the same sources give the same files
    subprocess.run([*command, str(PROJECT / "build.spec")], check=True, cwd=PROJECT, env=os.environ | same)
    return out / NAME


def pack(folder: Path, out: Path) -> list[Path]:
    """What is given to people of this system."""
    if sys.platform == "win32":
        return [archives.setup_exe(folder, out)]
    if sys.platform == "darwin":
        return [archives.dmg(out)]
    return [archives.tar_zst(folder, out), debian.build(folder, out)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PROJECT / "dist")
    parser.add_argument("--skip-build", action="store_true", help="pack the folder that is there")
    parser.add_argument("--folder-only", action="store_true", help="make the folder and pack nothing")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    folder = options.out / NAME if options.skip_build else build(options.out)
    if not options.folder_only:
        made = pack(folder, options.out)
        for file in [*made, archives.checksums(made, options.out)]:
            print(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
