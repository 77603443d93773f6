"""Follows a song through a model's ears: the patch at a moment, and which part of it speaks for which genre."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.workers.analysis_service import load_model
from mgc_desktop.workers.coalescing import CoalescingRunner
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.analysis.occlusion import Occlusion
    from mgc_desktop.analysis.patch_view import PatchView
    from mgc_desktop.inference.classifier import Classifier


class PatchWatcher(QObject):
    """A patch is drawn as soon as it is decoded; what speaks in it follows when it was found out.

    While that runs the song may go on: the newest patch is explained next. All signals come on the GUI thread.
    """

    analysed = Signal(object)  # Hearing
    explained = Signal(object, object)  # Hearing, Occlusion
    failed = Signal(object)  # Exception

    def __init__(self, load: Callable[[str], Classifier] = load_model, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._looking = TaskRunner(threads=1, parent=self)
        self._explaining = TaskRunner(threads=1, quiet=True, parent=self)
        self._poll = CoalescingRunner(self._looking)
        self._explain = CoalescingRunner(self._explaining)
        self._model: Classifier | None = None
        self._song: tuple[Path, float, float | None] | None = None
        self._wanted: tuple[Path, int] | None = None

    @property
    def model(self) -> Classifier | None:
        """The model through whose ears it is; None while it is being loaded."""
        return self._model

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self._poll.busy or self._explain.busy

    def use(self, name: str) -> None:
        """Hear with this model."""
        self._model, self._wanted = None, None
        self._drop()
        self._poll.ask(lambda _: self._load(name), self._on_model, self.failed.emit)

    def follow(self, path: Path, seconds: float, duration: float | None) -> None:
        """Hear the patch at this moment, unless it is the one that is heard already."""
        if self._song is not None and self._song[0] != path:
            self._drop()
        self._song = (path, seconds, duration)
        self._want()

    def show_patch(self, number: int) -> None:
        """Hear another patch of the same song."""
        if self._song is not None:
            self._ask(self._song[0], max(0, number))

    def forget(self) -> None:
        """There is no song any more."""
        self._song = self._wanted = None
        self._drop()

    def close(self) -> bool:
        """Stop everything and wait for the threads."""
        self._drop()
        ended = self._looking.close()
        return self._explaining.close() and ended

    def _on_model(self, model: Classifier) -> None:
        self._model = model
        self._want()

    def _want(self) -> None:
        from mgc_desktop.analysis.patch_view import patch_at

        if self._song is not None and self._model is not None:
            path, seconds, duration = self._song
            self._ask(path, patch_at(seconds, self._model.metadata.input, duration))

    def _ask(self, path: Path, number: int) -> None:
        if self._model is None or self._wanted == (path, number):
            return
        self._wanted = (path, number)
        wants = self._model.metadata.input

        def work(cancel: CancelToken) -> PatchView:
            from mgc_desktop.analysis.patch_view import read_patch

            return read_patch(path, number, wants, cancel)

        self._poll.ask(work, self._on_analysed, self.failed.emit)

    def _on_analysed(self, patch_view: PatchView) -> None:
        model = self._model
        if model is None or self._song is None or patch_view.path != self._song[0]:
            return
        self.analysed.emit(patch_view)

        def work(cancel: CancelToken) -> Occlusion:
            from mgc_desktop.analysis.occlusion import occlude

            return occlude(model, patch_view.patch, cancel=cancel)

        self._explain.ask(work, lambda found: self.explained.emit(patch_view, found), self.failed.emit)

    def _drop(self) -> None:
        self._poll.drop()
        self._explain.drop()
