"""The services that the window works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.settings import Settings
from mgc_desktop.ui.appearance import Appearance

if TYPE_CHECKING:
    from mgc_desktop.workers.analysis_service import AnalysisService
    from mgc_desktop.workers.head_trainer import HeadTrainer
    from mgc_desktop.workers.library_service import LibraryService
    from mgc_desktop.workers.playback_controller import PlaybackController
    from mgc_desktop.workers.tasks import TaskRunner


@dataclass(frozen=True, slots=True)
class Parts:
    """What the window works with; made and closed by `app`."""

    settings: Settings
    appearance: Appearance
    playback: PlaybackController
    analysis_service: AnalysisService
    library_service: LibraryService
    head_trainer: HeadTrainer
    reader: TaskRunner  # reads tags and walks folders
    devices: TaskRunner  # asks for sound outputs, which may take seconds
    log: Path | None
