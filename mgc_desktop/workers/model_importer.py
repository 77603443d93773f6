"""Takes in models from files in the background: the trial run of each may take a minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.model_import.importing import Imported, ImportFailedError, candidates, import_model
from mgc_desktop.workers.background_job import BackgroundJob, Report


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was taken in, and what was not and why."""

    taken: tuple[Imported, ...]
    failed: tuple[ImportFailedError, ...]


class ModelImporter(BackgroundJob):
    """One file or folder at a time; `done` tells an `ImportReport`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def import_from(self, path: Path) -> bool:
        """Begin; False while another import runs."""
        return self.start(_import_all(path))


def _import_all(path: Path) -> Callable[[CancelToken, Report], ImportReport]:
    def work(cancel: CancelToken, report: Report) -> ImportReport:
        taken: list[Imported] = []
        failed: list[ImportFailedError] = []
        for candidate in candidates(path):
            if cancel.cancelled:
                break
            report(candidate.network.name)
            try:
                taken.append(import_model(candidate))
            except ImportFailedError as error:
                failed.append(error)
        return ImportReport(tuple(taken), tuple(failed))

    return work
