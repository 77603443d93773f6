"""How big the installed program is and how soon its window is there, beside a bare PySide6 window frozen likewise.

    make package-bench

Both are started in turns in one run, warm, and cold: with their files put out of the system's cache (the C library's
and the graphics drivers' stay in it, as on a computer that is in use). "Window" is from the start of the process until
the window has been drawn. It is opened on a virtual screen.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1]
DIST: Final = PROJECT / "dist"
PROGRAM: Final = DIST / "mgc-desktop"
ROUNDS: Final = 9
TIMEOUT: Final = 120.0  # seconds
LOG: Final = "log/mgc-desktop.log"
MOMENTS: Final = {
    "window": re.compile(r"^(\S+ \S+),(\d+) .*the window is shown$", re.MULTILINE),
    "usable": re.compile(r"^(\S+ \S+),(\d+) .*the window can be used$", re.MULTILINE),
}

BARE: Final = """
import time
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1360, 820)
window.show()
app.processEvents()
print(time.time(), flush=True)
"""
LIMITS: Final = {"compressed": 130, "unpacked": 400, "warm": 1.3, "cold": 3.0, "times": 2.0}


def bare_window(scratch: Path) -> Path:
    """A program that opens an empty window, frozen by the same PyInstaller into a folder; kept for the next run."""
    out = PROJECT / "build" / "bare"
    if not (out / "bare" / "bare").exists():
        script = scratch / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        options = ["--noconfirm", "--onedir", "--windowed", "--log-level", "ERROR", "--distpath", str(out)]
        work = ["--workpath", str(scratch / "work"), "--specpath", str(scratch)]
        subprocess.run([sys.executable, "-m", "PyInstaller", *options, *work, str(script)], check=True)
    return out / "bare" / "bare"


def start_bare(program: Path) -> dict[str, float]:
    """Seconds until the bare window is there."""
    started = time.time()
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    return {"bare": float(done.stdout) - started}


def start_program(program: Path) -> dict[str, float]:
    """Seconds until the program's window is there and until it can be used, as its log tells to the millisecond.

    It has a home of its own.
    """
    with tempfile.TemporaryDirectory() as home:
        started = time.time()
        process = subprocess.Popen([str(program)], env=os.environ | {"MGC_HOME": home}, stderr=subprocess.DEVNULL)
        try:
            seen = _seen(Path(home) / LOG, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    return {name: moment - started for name, moment in seen.items()}


def _seen(log: Path, process: subprocess.Popen[bytes]) -> dict[str, float]:
    deadline = time.time() + TIMEOUT
    while time.time() < deadline and process.poll() is None:
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        found = {name: line for name, form in MOMENTS.items() if (line := form.search(text))}
        if len(found) == len(MOMENTS):
            return {
                name: datetime.fromisoformat(line[1]).timestamp() + int(line[2]) / 1000 for name, line in found.items()
            }
        time.sleep(0.1)  # seldom enough not to disturb what is measured
    raise SystemExit("the program showed no window")


def forget(folder: Path) -> None:
    """Put the files of a folder out of the system's cache."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def measure(
    programs: dict[str, Callable[[], dict[str, float]]], folders: dict[str, Path], *, cold: bool
) -> dict[str, float]:
    """The median of each moment, the programs in turns."""
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS + (not cold)):
        for name, start in programs.items():
            if cold:
                forget(folders[name])
            seen = start()
            if cold or turn:  # the first warm start only warms
                for moment, seconds in seen.items():
                    times.setdefault(moment, []).append(seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def megabytes(path: Path) -> float:
    """The size of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
    return sum(file.stat().st_size for file in files) / 1e6


def main() -> int:
    if not os.environ.get("DISPLAY"):
        if not shutil.which("xvfb-run"):
            raise SystemExit("a screen is needed, or xvfb-run (apt install xvfb)")
        os.execvp("xvfb-run", ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as scratch:
        bare = bare_window(Path(scratch))
    folders = {"program": PROGRAM, "bare": bare.parent}
    programs = {"program": lambda: start_program(PROGRAM / "mgc-desktop"), "bare": lambda: start_bare(bare)}
    warm = measure(programs, folders, cold=False)
    cold = measure(programs, folders, cold=True)
    print("| what | figure | aim | beside |\n|---|---|---|---|")
    for kind in ("tar.zst", "deb"):
        (packed,) = DIST.glob(f"mgc-desktop*.{kind}")
        print(f"| .{kind} | {megabytes(packed):.0f} MB | {LIMITS['compressed']} MB | |")
    bare_size = megabytes(bare.parent)
    print(f"| unpacked | {megabytes(PROGRAM):.0f} MB | {LIMITS['unpacked']} MB | bare window {bare_size:.0f} MB |")
    for name, found in (("warm", warm), ("cold", cold)):
        window, usable = found["window"] / found["bare"], found["usable"] / found["bare"]
        print(
            f"| time to window, {name} | {found['window']:.2f} s | {LIMITS[name]} s "
            f"| {window:.1f} × a bare frozen window ({found['bare']:.2f} s; aim {LIMITS['times']:.0f} ×) |"
        )
        print(f"| until it can be used, {name} | {found['usable']:.2f} s | | {usable:.1f} × |")
    print(f"\nMedians of {ROUNDS} starts each, in turns, on {os.cpu_count()} cores.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
