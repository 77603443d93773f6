"""A command that runs for another program ends with it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_CODE = """
import sys, time
from mgc_desktop.cli.background import in_background
try:
    with in_background():
        print("begun", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    print("ended", flush=True)
    sys.exit(7)
"""


def test_ends_when_whoever_started_it_lets_go() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.stdin.close()
    assert process.stdout.readline() == "ended\n"
    assert process.wait(20) == 7


@pytest.mark.skipif(not hasattr(os, "nice"), reason="Windows has classes of priority instead")
def test_gives_way_to_other_processes() -> None:
    code = (
        "import os; from mgc_desktop.foundation.priority import lower_priority; "
        "before = os.nice(0); lower_priority(); print(os.nice(0) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0
