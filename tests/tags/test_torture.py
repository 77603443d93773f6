"""A short run of `tools/torture.py`, which kills, mutates, fills disks and races: nothing may be lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TORTURE = Path(__file__).parents[2] / "tools" / "torture.py"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL and fork are POSIX")
def test_a_minute_of_torture_loses_nothing() -> None:
    done = subprocess.run([sys.executable, TORTURE, "--minutes", "1"], capture_output=True, text=True, timeout=600)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost in all" in done.stdout


def test_an_unknown_part_is_wrong_usage() -> None:
    done = subprocess.run([sys.executable, TORTURE, "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no part nonsense" in done.stderr
