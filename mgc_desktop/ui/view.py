"""What every view beside Listen and Library is to the window: a page, a handful of signals, and when it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from mgc_desktop.settings import Settings
    from mgc_desktop.ui.theme import Palette
    from mgc_desktop.workers.analysis_service import AnalysisService
    from mgc_desktop.workers.head_trainer import HeadTrainer
    from mgc_desktop.workers.library_service import LibraryService
    from mgc_desktop.workers.playback_controller import PlaybackController


@dataclass(frozen=True, slots=True)
class ViewContext:
    """What the window gives to its views. `palette` is the one in force."""

    library_service: LibraryService
    settings: Settings
    palette: Palette
    analysis_service: AnalysisService
    playback: PlaybackController
    window: QWidget
    head_trainer: HeadTrainer


class View(QObject):
    """One view, made when it is first shown. Subclasses set `page`, and override what they need.

    Keys that the window uses itself (space, arrows, single letters) reach a widget only if it accepts the event
    `ShortcutOverride` for them.
    """

    page: QWidget

    noticed = Signal(object)  # Notice
    play_requested = Signal(list)  # Paths: played now, in the Listen view
    enqueue_requested = Signal(list)  # Paths
    library_requested = Signal(object)  # Selection to be shown in the Library view, None: all songs
    review_requested = Signal(list)  # ids of songs

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context.window)
        self.context = context

    def shown(self) -> None:
        """It came to the front: load what it shows, or renew it."""

    def hidden(self) -> None:
        """Another view came to the front."""

    def set_palette(self, palette: Palette) -> None:
        """For what is drawn from now on; widgets with a `set_palette` of their own are told by the window."""

    def add_actions(self, menu: QMenu) -> None:
        """What can be done here, for the menu."""

    def close(self) -> None:
        """The program ends: stop what runs."""
