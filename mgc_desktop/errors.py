"""Errors for the user: each says what happened, to which file, and what to do about it.

Exceptions of libraries (FFmpeg, mutagen, PortAudio, ONNX Runtime) are translated into these in the one module that
calls the library; the layers above need not know them.
"""

from __future__ import annotations

import errno
from pathlib import Path

MISSING = "The file is not there"  # start of the message about a file that was moved, renamed or deleted


def sentence_of(error: OSError) -> str:
    """The system's error on a file as a sentence that says what to do."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return f"{MISSING} any more. It was moved, renamed or deleted; look through the folders again to find it."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "The file cannot be read without permission. Change its permissions, or those of its folder."
    return (
        f"The file cannot be read ({error.strerror or type(error).__name__}). Check the disk or the connection to it."
    )


class MgcError(Exception):
    """Base class of all errors shown to a user.

    `title` is a short headline, `message` a sentence that says what to do, `path` the file concerned, if any.
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


class NoAudioError(DecodeError):
    """A file that decodes, but has no samples, or only silence where audio is needed."""

    title = "This file has no sound"


class ModelError(MgcError):
    """A model whose files are missing, damaged or not understood."""

    title = "This model cannot be used"


class PlaybackError(MgcError):
    """The audio device cannot be opened or was disconnected."""

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
