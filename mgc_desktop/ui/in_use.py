"""The model and the genres in use: from the settings to all who analyse."""

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
    analysis_service.use(partial(load_model, name, settings[s.VOCABULARY]))
    library_service.use(name)
    settings.save()


def use_vocabulary(
    vocabulary: str, settings: Settings, analysis_service: AnalysisService, library_service: LibraryService
) -> None:
    """Name the genres of this vocabulary from now on ("": the model's own), as `use_model`; SettingsError likewise."""
    if settings[s.VOCABULARY] == vocabulary:
        return
    settings[s.VOCABULARY] = vocabulary
    analysis_service.use_vocabulary(partial(load_model, settings[s.MODEL], vocabulary), vocabulary)
    library_service.use_vocabulary(vocabulary)
    settings.save()
