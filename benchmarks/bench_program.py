"""How quick the program is where it is felt: window, first verdict, analysis, memory; each beside something fixed.

    python benchmarks/bench_program.py [SONG]

Everything is measured in turns in one run, in fresh processes, and told as the median and as a ratio to the fixed
thing: an empty PySide6 window, or plain decoding. The window is opened on a virtual screen where there is one
(xvfb-run), else offscreen.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 5
DEMO = Path(__file__).parents[1] / "resources" / "demo" / "Sectoid - Metal Madness.mp3"

# Each prints one JSON object; times are in seconds since the process was started, by the clock of its parent.
EMPTY_WINDOW = """
import json, os, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1360, 820)
window.show()
app.processEvents()
print(json.dumps({"window": time.time() - float(os.environ["STARTED"])}))
"""
PROGRAM = """
import json, logging, os, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from mgc_desktop.app import build_app
started = float(os.environ["STARTED"])
seen = {}
class Note(logging.Handler):
    def emit(self, record):
        if record.getMessage() == "the window is shown":
            seen["window"] = time.time() - started
logging.getLogger("mgc_desktop.app").addHandler(Note())
logging.getLogger("mgc_desktop.app").setLevel(logging.INFO)
program = build_app(show=True)
program.app.processEvents()
seen["usable"] = time.time() - started
import psutil
opened = time.time()
def on_progress(post):
    if post.prediction is not None:
        seen.setdefault("verdict", time.time() - opened)
def on_finished(*_):
    seen["heard"] = time.time() - opened
    QTimer.singleShot(1000, end)
def end():
    seen["memory"] = psutil.Process().memory_info().rss / 1e6
    program.window.close()
program.parts.analysis_service.progressed.connect(on_progress)
program.parts.analysis_service.finished.connect(on_finished)
program.start([Path(sys.argv[1])])
QTimer.singleShot(120_000, program.window.close)
program.app.exec()
print(json.dumps(seen))
"""
DECODING = """
import json, sys, time
from mgc_desktop.audio.decode import AudioReader
started = time.process_time()
with AudioReader(sys.argv[1]) as reader:
    for _ in reader: pass
    seconds = reader.position
print(json.dumps({"cpu": time.process_time() - started, "seconds": seconds}))
"""
ANALYSIS = """
import json, sys, time
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze
classifier = load(threads=int(sys.argv[2]))
analyze(sys.argv[1], classifier)
wall, cpu = time.perf_counter(), time.process_time()
prediction = analyze(sys.argv[1], classifier)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"wall": wall, "cpu": cpu, "seconds": prediction.duration}))
"""


def run(code: str, *arguments: str, screen: bool = False) -> dict[str, Any]:
    """What a fresh process printed."""
    command = [sys.executable, "-c", code, *arguments]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"MGC_HOME": home}
        if screen and not os.environ.get("DISPLAY"):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        environment["STARTED"] = repr(time.time())
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout.splitlines()[-1]))


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main() -> int:
    song = sys.argv[1] if len(sys.argv) > 1 else str(DEMO)
    if not os.environ.get("DISPLAY") and shutil.which("xvfb-run"):
        os.execvp("xvfb-run", ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", sys.executable, *sys.argv])
    rounds = [
        (run(EMPTY_WINDOW, screen=True), run(PROGRAM, song, screen=True), run(DECODING, song),
         run(ANALYSIS, song, "1"), run(ANALYSIS, song, "2"))
        for _ in range(ROUNDS)
    ]  # fmt: skip
    empty, program, decoding, one, two = (medians([r[i] for r in rounds]) for i in range(5))
    print(f"Medians of {ROUNDS} runs with {Path(song).name} ({decoding['seconds']:.0f} s), in turns on one machine\n")
    print("| what | figure | beside |\n|---|---|---|")
    row = "| {} | {} | {} |".format
    print(
        row(
            "time to window",
            f"{program['window']:.2f} s",
            f"{program['window'] / empty['window']:.1f} × an empty PySide6 window",
        )
    )
    print(
        row(
            "time until it can be used",
            f"{program['usable']:.2f} s",
            f"{program['usable'] / empty['window']:.1f} × an empty PySide6 window",
        )
    )
    print(
        row(
            "first verdict after opening",
            f"{program['verdict']:.2f} s",
            f"{program['verdict'] / decoding['seconds']:.1%} of the song's length",
        )
    )
    print(
        row(
            "whole song heard after opening",
            f"{program['heard']:.2f} s",
            f"{decoding['seconds'] / program['heard']:.0f} × faster than it plays",
        )
    )
    print(
        row(
            "memory with the song loaded",
            f"{program['memory']:.0f} MB",
            f"{program['memory'] / 400:.0%} of the limit of 400 MB",
        )
    )
    for threads, found in ((1, one), (2, two)):
        speed, share = found["seconds"] / found["wall"], found["cpu"] / decoding["cpu"]
        print(
            row(
                f"analysis, {threads} thread{'s' * (threads > 1)}",
                f"{speed:.0f} s of music a second",
                f"{share:.1f} × the CPU of decoding",
            )
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
