"""The error of the training part: a sentence that says what is wrong with the data or the run, and the way out."""

from __future__ import annotations

from mgc_desktop.errors import MgcError


class TrainingError(MgcError):
    """Data that cannot be learned from, a damaged checkpoint, a full disk."""

    title = "The training cannot go on"
