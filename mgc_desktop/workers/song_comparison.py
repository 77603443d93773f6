"""Lets several models listen to one song, one after the other, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.workers.analysis_service import load_model
from mgc_desktop.workers.tasks import TaskRunner

_KEPT = 64  # verdicts


class SongComparison(QObject):
    """What models say of the song at hand; each is told as soon as it is known. Verdicts are remembered for a while."""

    analysed = Signal(str, object)  # model, TrackPrediction
    failed = Signal(str, object)  # model, Exception

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = TaskRunner(threads=1, quiet=True, parent=self)
        self._known: dict[tuple[Path, str], TrackPrediction] = {}

    @property
    def running(self) -> bool:
        """Whether a model is still to be heard."""
        return self._runner.busy > 0

    def ask(self, path: Path, models: Sequence[str]) -> None:
        """Hear these models on a song; what was asked before and is not answered yet is dropped."""
        self.stop()
        for model in models:
            if (known := self._known.get((path, model))) is not None:
                self.analysed.emit(model, known)
            else:
                self._run(path, model)

    def stop(self) -> None:
        """Nobody waits for the answers any more."""
        self._runner.cancel_all()

    def close(self) -> bool:
        """Stop, and wait for the thread."""
        return self._runner.close()

    def _run(self, path: Path, model: str) -> None:
        def work(cancel: CancelToken) -> TrackPrediction:
            from mgc_desktop.pipeline import analyze

            return analyze(path, load_model(model), cancel=cancel)

        def done(prediction: TrackPrediction) -> None:
            self._known[path, model] = prediction
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
            self.analysed.emit(model, prediction)

        self._runner.run(work, done=done, failed=lambda error: self.failed.emit(model, error))
