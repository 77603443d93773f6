"""Which genres are named: buttons that say it, with a menu that changes it for the whole program."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from mgc_desktop import settings as s
from mgc_desktop.errors import MgcError
from mgc_desktop.inference import registry
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.notice import Notice
from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.in_use import use_vocabulary
from mgc_desktop.workers.analysis_service import AnalysisService
from mgc_desktop.workers.library_service import LibraryService

_log = logging.getLogger(__name__)

_TIP: Final = "Which genres are named, here and in the library"


class GenresButton(QPushButton):
    """Names the vocabulary in use; `GenresChoice` fills its menu."""

    def __init__(self) -> None:
        super().__init__("Genres")
        self.setProperty("kind", "quiet")
        self.setFont(font(SMALL))
        self.setStyleSheet("padding: 0 6px;")
        self.setToolTip(_TIP)
        self.setAccessibleName("Genres to name")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMenu(QMenu(self))


class GenresChoice(QObject):
    """Keeps the buttons of all views the same; `show_names` is told the genres in use."""

    noticed = Signal(object)  # Notice

    def __init__(
        self,
        settings: Settings,
        analysis_service: AnalysisService,
        library_service: LibraryService,
        buttons: tuple[GenresButton, ...],
        show_names: Callable[[tuple[str, ...]], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._analysis_service = analysis_service
        self._library_service = library_service
        self._buttons = buttons
        self._show_names = show_names
        for button in buttons:
            button.menu().aboutToShow.connect(partial(self._fill, button.menu()))
        library_service.model_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say on the buttons which genres are named."""
        offered = self._offered()
        known = {each.id: each for each in offered}
        current = known.get(self._settings[s.VOCABULARY]) or (offered[0] if offered else None)
        for button in self._buttons:
            button.setText(_title(current) if current else "Genres")
        if current is not None:
            self._show_names(current.names)

    def choose(self, vocabulary: str) -> None:
        """Name the genres of this vocabulary from now on."""
        try:
            use_vocabulary(vocabulary, self._settings, self._analysis_service, self._library_service)
        except MgcError as error:  # it cannot be kept for the next start
            self.noticed.emit(Notice.of(error))
        self.refresh()

    def _offered(self) -> tuple[Vocabulary, ...]:
        try:
            return registry.vocabularies(self._settings[s.MODEL])
        except MgcError as error:  # the analysis says it to the user
            _log.info("%s", error)
            return ()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        offered = self._offered()
        known = [each.id for each in offered]
        current = self._settings[s.VOCABULARY] if self._settings[s.VOCABULARY] in known else (known or [""])[0]
        for each in offered:
            action = menu.addAction(f"{_title(each)}  ({len(each)})")
            action.setCheckable(True)
            action.setChecked(each.id == current)
            action.setToolTip(each.summary)
            action.triggered.connect(partial(self.choose, each.id))


def _title(vocabulary: Vocabulary) -> str:
    return vocabulary.title or vocabulary.id
