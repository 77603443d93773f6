"""Looks at the music of a training before it starts: `mgc train --check` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.training_runs.config import TrainingRequest

_PREFIX: Final = "mgc: "  # before the sentence that says why a command failed
_POLL: Final = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class CheckedMusic:
    """`text`: genres, artists and parts, or, where it is not `usable`, the sentence that says why."""

    text: str
    usable: bool


def check_music(order: TrainingRequest, cache: Path, cancel: CancelToken) -> CheckedMusic:
    """What would be learned from. Raises Cancelled when that is asked for, ConfigError for an order that cannot be."""
    order.check()
    arguments = order.arguments(Path("unused"), cache, 1)  # a check writes nothing
    arguments.remove("--background")
    command = [sys.executable, "-m", "mgc_desktop.cli", "train", *arguments, "--check"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        encoding="utf-8", errors="replace", creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip
    try:
        while True:
            cancel.check()
            try:
                said, complained = process.communicate(timeout=_POLL)
                break
            except subprocess.TimeoutExpired:
                time.sleep(0)
    except Cancelled:
        process.kill()
        process.communicate()
        raise
    if process.returncode == 0:
        return CheckedMusic(said.strip(), True)
    lines = [line for line in complained.splitlines() if line.strip()] or ["The music could not be looked at."]
    return CheckedMusic(lines[-1].removeprefix(_PREFIX), False)
