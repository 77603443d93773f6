"""Training keeps to itself as well: no sockets, and no caches of its libraries elsewhere in the home folder."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("torch")
sys.path.append(str(Path(__file__).parents[1]))
from traced import Trace, require_strace

pytestmark = [pytest.mark.train, pytest.mark.slow]
COMMANDS = {
    "train": "train --dataset folders SONGS --model cnn --resolution sixteenth --frames 64 --epochs 2 --examples 32"
    " --batch 16 --device cpu --workers 2 --output OUT/run",
    "explore": "explore --dataset SONGS --output OUT/explored --dimensions 2 --methods pca umap",
    "evaluate": "evaluate musicnn --dataset SONGS --output OUT/out --page OUT/results.md",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_training_keeps_to_itself(command: str, small_tree: Path, tmp_path: Path) -> None:
    require_strace()
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    trace = Trace(tmp_path / "trace", home, allowed=(out,))
    places = {"SONGS": str(small_tree), "OUT": str(out)}
    arguments = [
        part.replace("OUT", places["OUT"]).replace("SONGS", places["SONGS"]) for part in COMMANDS[command].split()
    ]
    done = subprocess.run(
        trace.command([sys.executable, "-m", "mgc_desktop.cli", *arguments]),
        env=trace.environment({"OMP_NUM_THREADS": "1"}), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(out.iterdir())
    environment = tuple(
        Path(found.origin).parents[1] for name in ("umap",) if (found := find_spec(name)) and found.origin
    )
    assert replace(trace, allowed=(out, *environment, *(p.resolve() for p in environment))).faults() == []
