"""Listens to songs in the background: the one that plays, then the next one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.workers.progress_buffer import ProgressBuffer
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.user_heads import UserHead

LoadHead = Callable[[], "UserHead | None"]

_log = logging.getLogger(__name__)

POLL_MS: Final = 50  # the window is told at most twenty times a second
_KEPT: Final = 256  # verdicts that are remembered


class ModelLoader:
    """Loads the model once, on whichever thread needs it first, and puts the taught head on it where one suits it."""

    def __init__(self, load: Callable[[], Classifier], head: LoadHead) -> None:
        self._load = load
        self._head = head
        self._lock = threading.Lock()
        self._model: Classifier | None = None

    def __call__(self) -> Classifier:
        """The model; raises ModelError each time it cannot be loaded."""
        with self._lock:
            if self._model is None:
                start = time.perf_counter()
                model, head = self._load(), self._head()
                self._model = head.on(model) if head is not None and head.suits(model) else model
                _log.info("model %s loaded in %.2f s", self._model.name, time.perf_counter() - start)
            return self._model


def load_model(name: str | None = None, vocabulary: str = "") -> Classifier:
    """A model by its name, without one the default, under its head for a vocabulary where it has one; heavy libraries
    are imported here, after the window is shown."""
    from mgc_desktop.inference import registry

    return registry.load(name).preferring(vocabulary)


def no_head() -> UserHead | None:
    """The bundled one."""
    return None


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    token: CancelToken
    progress_buffer: ProgressBuffer | None


class AnalysisService(QObject):
    """One analysis at a time, the latest song first; a song that may come next is heard when there is nothing else.

    All signals come on the GUI thread, none after `close`, none of a song after another was started.
    """

    progressed = Signal(object)  # Post
    finished = Signal(object)  # TrackPrediction of the whole song
    failed = Signal(object, object)  # Path, Exception
    prefetched = Signal(object)  # TrackPrediction of a song that was heard ahead
    model_changed = Signal()  # what was heard so far was heard by another model and is forgotten

    def __init__(
        self, load: Callable[[], Classifier] = load_model, parent: QObject | None = None, *, head: LoadHead = no_head
    ) -> None:
        super().__init__(parent)
        self._load, self._head = load, head
        self._model = ModelLoader(load, head)
        self._runner = TaskRunner(threads=1, quiet=True, parent=self)
        self._job: _Job | None = None
        self._ahead: _Job | None = None
        self._known: dict[Path, TrackPrediction] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> Path | None:
        """The song that is being heard now."""
        return self._job.path if self._job else None

    def load_in_use(self) -> Classifier:
        """The model in use with the head in use, loaded where it is not yet; on any thread. Raises ModelError."""
        return self._model()

    def verdict_on(self, path: Path) -> TrackPrediction | None:
        """What is remembered of a song that was heard to its end."""
        return self._known.get(path)

    def warm_up(self) -> None:
        """Load the model before it is needed."""
        self._runner.run(lambda _: self._model(), failed=self._no_model)

    def use(self, load: Callable[[], Classifier]) -> None:
        """Hear with another model from now on, which `load` loads; what the old one says is not heard any more."""
        self._load = load
        self._begin_again()

    def use_vocabulary(self, load: Callable[[], Classifier], vocabulary: str) -> None:
        """Name the genres of this vocabulary from now on; `load` loads the model with its head for it. What was
        analysed already is not analysed again where its result is known under these genres."""
        self._load = load
        known = {} if self._head() is not None else self._known
        self._begin_again({path: found for path, each in known.items() if (found := each.under(vocabulary))})

    def use_head(self, head: UserHead | None) -> None:
        """Hear with this taught head from now on, None for the bundled one."""
        self._head = lambda: head
        self._begin_again()

    def _begin_again(self, known: dict[Path, TrackPrediction] | None = None) -> None:
        self.stop()
        self._model = ModelLoader(self._load, self._head)
        self._known = known or {}
        self.model_changed.emit()

    def start(self, path: Path) -> None:
        """Hear a song from its start to its end; what was being heard is dropped."""
        self.stop()
        token = CancelToken()
        progress_buffer = ProgressBuffer(token)
        self._job = _Job(path, token, progress_buffer)
        self._runner.run(
            lambda cancel: self._analyze(path, cancel, progress_buffer),
            done=self._on_done,
            failed=lambda error: self._on_failed(path, error),
            token=token,
        )
        self._timer.start()

    def look_ahead(self, path: Path) -> None:
        """Hear a song when the present one is done, so that its verdict is there at once; only the latest counts."""
        if path in self._known or path == self.running or (self._ahead and self._ahead.path == path):
            return
        self._drop_ahead()
        token = self._runner.run(
            lambda cancel: self._analyze(path, cancel, None), done=self._on_prefetched, failed=_ignored, priority=-1
        )
        self._ahead = _Job(path, token, None)

    def stop(self) -> None:
        """Drop what is being heard."""
        self._timer.stop()
        self._drop_ahead()
        if self._job is not None:
            self._job.token.cancel()
            self._job = None

    def close(self) -> bool:
        """Stop everything and wait for the threads; nothing is said any more."""
        self.stop()
        return self._runner.close()

    def _analyze(self, path: Path, cancel: CancelToken, progress_buffer: ProgressBuffer | None) -> TrackPrediction:
        # On the pool's thread: touches nothing of this object but the model.
        from mgc_desktop.pipeline import analyze

        model = self._model()
        start = time.perf_counter()
        prediction = analyze(path, model, cancel=cancel, listener=progress_buffer)
        _log.info("heard %s (%.0f s) in %.1f s", path, prediction.duration, time.perf_counter() - start)
        return prediction

    def _poll(self) -> None:
        update = self._job.progress_buffer.take() if self._job and self._job.progress_buffer else None
        if update is not None:
            self.progressed.emit(update)

    def _on_done(self, prediction: TrackPrediction) -> None:
        self._poll()
        self._timer.stop()
        self._job = None
        self._remember(prediction)
        self.finished.emit(prediction)

    def _on_failed(self, path: Path, error: Exception) -> None:
        self._poll()
        self._timer.stop()
        self._job = None
        self.failed.emit(path, error)

    def _on_prefetched(self, prediction: TrackPrediction) -> None:
        self._ahead = None
        self._remember(prediction)
        self.prefetched.emit(prediction)

    def _no_model(self, error: Exception) -> None:
        self.failed.emit(None, error)

    def _remember(self, prediction: TrackPrediction) -> None:
        self._known[prediction.path] = prediction
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]

    def _drop_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.token.cancel()
            self._ahead = None


def _ignored(error: Exception) -> None:
    # It is said when the song's turn comes.
    _log.info("cannot look ahead: %s", error)
