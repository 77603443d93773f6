"""The model that listens: from the settings to all who listen."""

from __future__ import annotations

from functools import partial

from mgc_desktop import settings as s
from mgc_desktop.settings import Settings
from mgc_desktop.workers.analysis import Analyst, load_model
from mgc_desktop.workers.library import Librarian


def use_model(name: str, settings: Settings, analyst: Analyst, librarian: Librarian) -> None:
    """Listen with this model from now on, to the song that plays, in the library, and (once saved) on the command line.

    SettingsError where it cannot be kept for the next start; it is used all the same.
    """
    if settings[s.MODEL] == name:
        return
    settings[s.MODEL] = name
    analyst.use(partial(load_model, name))
    librarian.use(name)
    settings.save()
