"""Checkpoints: written in one step, so that a kill at any moment leaves the last complete one."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path
from typing import Any

import torch

from mgc_desktop.foundation.atomic_write import replacing
from mgc_desktop.training.errors import TrainingError


def save(path: Path, state: dict[str, Any]) -> None:
    """Write `state` beside `path`, then put it in its place. Raises TrainingError when the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One training at a time writes in a folder, so a fixed name does not collide, and kills leave one file at most.
        with replacing(path, unfinished_name=f"{path.name}.part") as unfinished, unfinished.open("wb") as file:
            torch.save(state, file)
    except (OSError, RuntimeError) as error:  # torch wraps a failed write in a RuntimeError
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "The disk is full" if full else f"The checkpoint cannot be written ({error})"
        raise TrainingError(
            f"{reason}. Free some space and run the same command again: it resumes.", path=path
        ) from error


def load(path: Path) -> dict[str, Any]:
    """What `save` wrote. Raises TrainingError for a damaged file; nothing in it is ever executed."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise TrainingError("This checkpoint is damaged. Delete it to begin again.", path=path) from error
    if not isinstance(state, dict):
        raise TrainingError("This file is no checkpoint. Delete it to begin again.", path=path)
    return state
