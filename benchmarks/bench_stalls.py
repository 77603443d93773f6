"""How long the window's own thread is busy at a time, while usual and absurd files are opened.

    python benchmarks/bench_stalls.py [SECONDS]

Each file is opened in the real window, offscreen, for some seconds (default 5). A timer of 5 ms notes the processor
time of the GUI thread; told is the most that was used between two ticks, which another program cannot disturb, and
the longest time between two ticks, which it can.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

RESOURCES = Path(__file__).parents[1] / "resources" / "demo"
LARGE = 100_000_000


def wav(rate: int, size: int) -> bytes:
    """The header of a 16-bit stereo WAV with `size` bytes of sound."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate, 4 * rate, 4, 16)
    return b"RIFF" + struct.pack("<I", (36 + size) & 0xFFFFFFFF) + b"WAVE" + fmt + b"data" + struct.pack("<I", size)


def make_files(folder: Path) -> list[Path]:
    """Files whose headers claim what cannot be, or that hold a great many parts."""
    contents = {
        "one-hertz.wav": (wav(1, 40_000), 40_044),
        "zeros.wav": (wav(44_100, LARGE), LARGE + 44),
        "zero-parts.wav": (b"RIFF" + struct.pack("<I", LARGE) + b"WAVE", LARGE),
        "zero-parts.aiff": (b"FORM" + struct.pack(">I", LARGE) + b"AIFF", LARGE),
        "zeros.mp3": (b"", LARGE),
        "atoms.m4a": (b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0\0\0\x08free" * 3_000_000, 0),
        "blocks.flac": (b"fLaC\0\0\0\x22" + bytes(34) + b"\x01\0\0\0" * 2_000_000, 0),
        "six-hours.wav": (wav(44_100, 0xFFFFFFFF), 3_900_000_000),  # a sparse file
    }
    paths = []
    for name, (head, size) in contents.items():
        path = folder / name
        with path.open("wb") as file:
            file.write(head)
            file.truncate(max(size, len(head)))
        paths.append(path)
    return paths


def main() -> int:
    """Open them, one after the other."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MGC_HOME"] = folder
        from PySide6.QtCore import QTimer

        from mgc_desktop.app import build_app

        program = build_app()
        program.start([])
        ticks: list[tuple[float, float]] = []
        timer = QTimer(interval=5)
        timer.timeout.connect(lambda: ticks.append((time.perf_counter(), time.thread_time())))
        timer.start()

        def watch(name: str) -> None:
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                program.app.processEvents()
                time.sleep(0.0005)
            gap = 1000 * max(after[0] - before[0] for before, after in pairwise(ticks))
            busy = 1000 * max(after[1] - before[1] for before, after in pairwise(ticks))
            print(f"{name:40} busy for {busy:6.1f} ms at most, {gap:6.1f} ms between two ticks")
            ticks.clear()

        watch("the start")
        for path in [*sorted(RESOURCES.glob("*.mp3"))[:2], *make_files(Path(folder))]:
            program.window.open([path])
            watch(path.name)
        program.window.close()
        program.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
