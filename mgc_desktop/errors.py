"""Errors that a user can read: each says what happened, to which file, and the way out.

Foreign exceptions (FFmpeg's, mutagen's, PortAudio's, ONNX Runtime's) are translated into these at the one
module that talks to the library; nothing above has to know them.
"""

from __future__ import annotations

import errno
from pathlib import Path

MISSING = "The file is not there"  # how the message on a file begins that was moved, renamed or deleted


def sentence_of(error: OSError) -> str:
    """What the system says of a file, as a sentence with the way out."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return f"{MISSING} any more. It was moved, renamed or deleted; look through the folders again to find it."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "The file may not be read. Change its permissions, or those of its folder."
    return (
        f"The file cannot be read ({error.strerror or type(error).__name__}). Check the disk or the connection to it."
    )


class MgcError(Exception):
    """Base of all errors shown to a user.

    `title` is a short headline, `message` a sentence with the way out, `path` the file concerned, if any.
    """

    title = "Something went wrong"

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path is not None else self.message


class DecodeError(MgcError):
    """A file that cannot be opened or decoded as audio."""

    title = "This file cannot be played"


class NothingToHearError(DecodeError):
    """A file that decodes, but has no samples or nothing but silence where sound is needed."""

    title = "Nothing to hear"


class ModelError(MgcError):
    """A model whose files are missing, damaged or not understood."""

    title = "This model cannot be used"


class PlaybackError(MgcError):
    """The sound device cannot be opened or has vanished."""

    title = "No sound"


class CaptureError(MgcError):
    """A microphone, or another source of live sound, that is missing, refused or gone."""

    title = "Nothing can be heard"


class TagError(MgcError):
    """Tags that cannot be read or written."""

    title = "The tags cannot be used"


class SettingsError(MgcError):
    """Settings that cannot be read or saved."""

    title = "The settings cannot be used"
