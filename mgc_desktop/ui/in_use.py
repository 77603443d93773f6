"""The model that listens: from the settings to all who listen."""

from __future__ import annotations

from functools import partial

from mgc_desktop import settings as s
from mgc_desktop.settings import Settings
from mgc_desktop.workers.analysis_service import AnalysisService, load_model
from mgc_desktop.workers.library_service import LibraryService


def use_model(
    name: str, settings: Settings, analysis_service: AnalysisService, library_service: LibraryService
) -> None:
    """Listen with this model from now on, to the song that plays, in the library, and (once saved) on the command line.

    SettingsError where it cannot be kept for the next start; it is used all the same.
    """
    if settings[s.MODEL] == name:
        return
    settings[s.MODEL] = name
    analysis_service.use(partial(load_model, name))
    library_service.use(name)
    settings.save()
