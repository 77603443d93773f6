"""All benchmarks of the program, one after the other: `python -m benchmarks`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = ("bench_program.py", "bench_spectrogram.py", "bench_library.py", "bench_map.py", "bench_insight.py")


def main() -> int:
    """Run each in a process of its own; the number of those that failed."""
    here = Path(__file__).parent
    failed = 0
    for name in SCRIPTS:
        print(f"\n## {name.removesuffix('.py')}\n", flush=True)
        failed += subprocess.run([sys.executable, str(here / name)], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
