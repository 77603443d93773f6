"""What the packaging scripts know of the project: its names, its version, its time."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
PROJECT: Final = HERE.parent
NAME: Final = "mgc-desktop"
TITLE: Final = "MGC Desktop"
IDENTIFIER: Final = "org.mgc_desktop.MGCDesktop"
SUMMARY: Final = "Hear, see and tag the genre of music, offline"
LICENCE: Final = "GPL-3.0-or-later"

# What "Open with" offers the program for; `mgc_desktop.audio.files` plays more, these are what people have.
AUDIO_ENDINGS: Final = (
    "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "wav", "aiff", "aif", "wma", "wv", "ape", "mp2", "mka",
)  # fmt: skip


def version() -> str:
    """The one source of the version: the package itself, read without importing it."""
    text = (PROJECT / "mgc_desktop" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise SystemExit("mgc_desktop/__init__.py does not say the version")
    return found[1]


def epoch() -> int:
    """The time of the last commit, seconds: a build of the same commit carries the same times."""
    command = ["git", "log", "-1", "--format=%ct"]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return int(found.stdout.strip() or 0)
