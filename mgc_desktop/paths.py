"""Folders: those that ship with the program, and those of the user."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

_APP = "mgc-desktop"
_HOME_VARIABLE = "MGC_HOME"  # one folder for all data of the user: for tests and portable use


@cache
def _bundle() -> Path:
    """The folder that holds `models/` and `resources/`: frozen program, wheel or source tree."""
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = ([Path(frozen)] if frozen else []) + [package / "_bundle", package.parent]
    return next((c for c in candidates if (c / "models").is_dir()), candidates[-1])


def models_dir() -> Path:
    """The bundled models, one folder each."""
    return _bundle() / "models"


def resources_dir() -> Path:
    """Icons, style, fonts, demo song, licences."""
    return _bundle() / "resources"


def _user(kind: str, default: str) -> Path:
    home = os.environ.get(_HOME_VARIABLE)
    return Path(home) / kind if home else Path(default)


def config_dir() -> Path:
    """The folder of the user's settings."""
    return _user("config", platformdirs.user_config_dir(_APP, appauthor=False))


def data_dir() -> Path:
    """The folder of the library database and the journal."""
    return _user("data", platformdirs.user_data_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """The folder of files that can be deleted at any time and are created again."""
    return _user("cache", platformdirs.user_cache_dir(_APP, appauthor=False))


def log_dir() -> Path:
    """The folder of log files."""
    return _user("log", platformdirs.user_log_dir(_APP, appauthor=False))
