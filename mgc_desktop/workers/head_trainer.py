"""Teaching from the window: marks go into the library, a head is learned from them, and may be put to use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop import settings as s
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.registry import teachable_genres
from mgc_desktop.inference.user_heads import HeadEntry, HeadError, UserHead, head_in_use, hold_head, let_count
from mgc_desktop.library.pending_labels import add_pending, pending_labels, ready_labels, remove_pending
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import Settings
from mgc_desktop.workers.analysis_service import AnalysisService
from mgc_desktop.workers.label_change import LabelChange, LabelUndo
from mgc_desktop.workers.library_service import LibraryService
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.heads.cross_validation import CrossValidationReport
    from mgc_desktop.heads.head_training import FittedHead
    from mgc_desktop.library.head_effects import GenreChange
    from mgc_desktop.workers.head_service import HeadService

_log = logging.getLogger(__name__)

FIRST: Final = "My genres"
_SETTLE_MS: Final = 400  # marks that come faster than this are put to use together
_MOST_UNDO: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class HeadTrainerState:
    """How things stand. `name`: the head that is taught; `entries`: all heads; `in_use`: the name of that in use, "".

    `learned`: what its marks taught, None before anything is known; `report`: how well it does, None until examined.
    """

    name: str
    entries: tuple[HeadEntry, ...] = ()
    learned: FittedHead | None = None
    report: CrossValidationReport | None = None
    in_use: str = ""
    undoable: int = 0

    @property
    def own(self) -> tuple[str, ...]:
        """The genres of the user's own, in the order of their names."""
        labels = self.learned.labels if self.learned else ()
        return tuple(sorted({mark.example.genre for mark in labels} - set(teachable_genres()), key=str.casefold))

    @property
    def names(self) -> tuple[str, ...]:
        """All heads, also one that has nothing to teach it yet."""
        return tuple(sorted({self.name, *(entry.name for entry in self.entries)}, key=str.casefold))


class HeadTrainer(QObject):
    """One at a time, in order, on a thread of its own. Made and closed on the GUI thread; all signals come there."""

    changed = Signal()  # `state` is another
    labelled = Signal(object, str)  # the checksums that were marked, and as what
    waiting = Signal(int)  # so many songs are listened to first
    used = Signal(object)  # UserHead that is in use from now on, None for the bundled one
    failed = Signal(object)  # Exception

    def __init__(
        self,
        library_service: LibraryService,
        analysis_service: AnalysisService,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library_service = library_service
        self._analysis_service = analysis_service
        self._settings = settings
        self._runner = TaskRunner(threads=1, quiet=True, parent=self)
        self._examination: CancelToken | None = None
        self._undo: list[LabelUndo] = []
        self._service: HeadService | None = None
        self._applied: UserHead | None = None
        self._foresight: CancelToken | None = None
        # Asked before what was learned counts, with the other songs that change by it; then `keep` may be called. With
        # no songs there is no question any more. Without anybody to ask, it counts at once.
        self.ask: Callable[[tuple[GenreChange, ...]], None] | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLE_MS)
        self._settled.timeout.connect(self._apply)
        self.state = HeadTrainerState(settings[s.TEACH_HEAD] or FIRST, in_use=settings[s.HEAD])
        library_service.job_ended.connect(self._on_listened)

    def start(self) -> None:
        """What takes time, after the window is shown: see which heads there are, and whether that in use can be."""
        self._applied = head_in_use(self.state.in_use)
        self._run(lambda service, store: None, done=self._on_started)

    def close(self) -> bool:
        """Stop, and wait for the thread."""
        self._settled.stop()
        return self._runner.close()

    # Marks

    def mark(self, songs: Sequence[int], genre: str) -> None:
        """Songs of the library are of this genre; those that were not listened to yet are, first."""
        work = partial(_label_songs, head=self.state.name, songs=songs, genre=genre)
        self._run(work, done=partial(self._on_labelled, genre))

    def label_prediction_of(self, prediction: TrackPrediction, title: str, artist: str, genre: str) -> None:
        """The song that was just heard is of this genre, whether the library knows it or not."""
        name, head = self.state.name, self._applied
        self._run(
            lambda service, store: service.label_prediction(store, name, prediction, title, artist, genre, head),
            done=partial(self._on_labelled, genre),
        )

    def relabel(self, checksums: Sequence[str], genre: str) -> None:
        """Marked songs are of this genre instead."""
        name = self.state.name
        self._run(
            lambda service, store: service.relabel(store, name, checksums, genre),
            done=partial(self._on_labelled, genre),
        )

    def remove_labels(self, checksums: Sequence[str]) -> None:
        """Take marks away."""
        name = self.state.name
        self._run(lambda service, store: service.remove_labels(store, name, checksums), done=self._remember_undo)

    def rename_genre(self, old: str, new: str) -> None:
        """Call a genre of the user's own otherwise."""
        name = self.state.name
        self._run(lambda service, store: service.rename_genre(store, name, old, new), done=self._remember_undo)

    def undo(self) -> None:
        """Take the last marking back."""
        if self._undo:
            last = self._undo.pop()
            self._run(
                lambda service, store: service.undo(store, last), done=lambda _: self._library_service.changed.emit()
            )

    # Heads

    def choose(self, name: str) -> None:
        """Teach another head from now on, or a new one."""
        try:
            from mgc_desktop.inference.user_heads import checked_name

            name = checked_name(name)
        except MgcError as error:
            self.failed.emit(error)
            return
        self._settings[s.TEACH_HEAD] = name
        self.state = replace(self.state, name=name, learned=None, report=None)
        self._run(lambda service, store: None)

    def rename(self, new: str) -> None:
        """Give the head that is taught another name."""
        old = self.state.name
        self._run(
            lambda service, store: service.rename(store, old, new), done=partial(self._on_renamed, old), learn=False
        )

    def delete(self) -> None:
        """Remove the head that is taught, and its marks."""
        name = self.state.name
        self._run(
            lambda service, store: service.delete(store, name), done=lambda _: self._on_deleted(name), learn=False
        )

    def export(self, path: Path) -> None:
        """Write the head that is taught to a file."""
        name = self.state.name
        self._run(lambda service, store: service.export(name, path), learn=False)

    def import_head(self, path: Path) -> None:
        """Take in a head from a file, and teach it from now on."""
        self._run(lambda service, store: service.import_head(store, path), done=self._on_imported, learn=False)

    def use(self, name: str) -> None:
        """Put a head to use everywhere, "" for the bundled one."""
        self._settings[s.HEAD] = name
        self.state = replace(self.state, in_use=name)
        self.changed.emit()
        self._apply()

    # On the thread

    def _run(
        self,
        work: Callable[[HeadService, LibraryStore], object],
        *,
        done: Callable[[object], None] | None = None,
        learn: bool = True,
    ) -> None:
        if self._examination is not None:
            self._examination.cancel()
        if self._foresight is not None:
            self._foresight.cancel()
        name = self.state.name
        counting = self._applied if self.ask is not None and self.state.in_use == name else None

        def task(_: CancelToken) -> tuple[object, FittedHead | None, tuple[HeadEntry, ...]]:
            from mgc_desktop.workers.head_service import HeadService

            service = self._service = self._service or HeadService()
            if learn and counting is not None and counting.name == name:
                hold_head(counting)
            with LibraryStore(self._library_service.database, check=False) as store:
                result = work(service, store)
                return result, service.learn(store, name) if learn else None, service.entries(store)

        self._runner.run(task, done=partial(self._on_task, name, done), failed=self.failed.emit)

    # On the GUI thread

    def _on_task(
        self,
        name: str,
        done: Callable[[object], None] | None,
        outcome: tuple[object, FittedHead | None, tuple[HeadEntry, ...]],
    ) -> None:
        result, learned, entries = outcome
        self.state = replace(self.state, entries=entries)
        if learned is not None and name == self.state.name:
            self.state = replace(self.state, learned=learned, report=None)
            self._examine(learned)
            if self.state.in_use == name:
                self._put_to_use(learned)
        if done is not None:
            done(result)
        self.state = replace(self.state, undoable=len(self._undo))
        self.changed.emit()

    def _put_to_use(self, learned: FittedHead) -> None:
        """The head in use may have learned: ask first where it changes songs that the user said nothing of."""
        head, ask = learned.head, self.ask
        if _same(head, self._applied):
            let_count(learned.name)
            if ask is not None:
                ask(())
            return
        if head is None or ask is None or self._applied is None:
            self._settled.start()
            return

        def task(cancel: CancelToken) -> tuple[GenreChange, ...]:
            assert self._service is not None
            with LibraryStore(self._library_service.database, check=False) as store:
                return self._service.effects(store, head, cancel)

        def done(changes: tuple[GenreChange, ...]) -> None:
            if learned is not self.state.learned:
                return
            ask(changes)
            if not changes:
                self._settled.start()

        self._foresight = self._runner.run(task, done=done, failed=self.failed.emit)

    def keep(self) -> None:
        """What the head in use has learned counts from now on."""
        self._apply()

    def _examine(self, learned: FittedHead) -> None:
        if learned.head is None:
            return

        def task(cancel: CancelToken) -> CrossValidationReport:
            from mgc_desktop.heads.head_training import measure_head

            return measure_head(learned, cancel=cancel)

        self._examination = self._runner.run(
            task, done=partial(self._on_examined, learned), failed=self.failed.emit, priority=-1
        )

    def _on_examined(self, learned: FittedHead, report: CrossValidationReport) -> None:
        if learned is self.state.learned:
            self.state = replace(self.state, report=report)
            self.changed.emit()

    def _remember_undo(self, result: object) -> None:
        if isinstance(result, LabelUndo):
            self._library_service.changed.emit()  # what the user said of songs is seen at once
            self._undo = [*self._undo, result][-_MOST_UNDO:]

    def _on_labelled(self, genre: str, result: object) -> None:
        assert isinstance(result, LabelChange)
        self._remember_undo(result.undo)
        if result.not_analysed:
            self.waiting.emit(len(result.not_analysed))
            self._library_service.listen_to(list(result.not_analysed))
        if result.undo is not None and result.undo.songs:
            self.labelled.emit(result.undo.songs, genre)

    def _on_listened(self, _: object = None) -> None:
        """Label the songs that had to be analysed first, as far as they were; the others go on waiting."""
        self._library_service.run_query(
            ready_labels, lambda ready: self._run(_mark_ready, done=self._on_late) if ready else None
        )

    def _on_late(self, result: object) -> None:
        assert isinstance(result, list)
        for undo in result:
            self._remember_undo(undo)

    def _on_renamed(self, old: str, result: object) -> None:
        new = str(result)
        self._undo.clear()
        if self.state.in_use == old:
            self._settings[s.HEAD] = new
            self.state = replace(self.state, in_use=new)
            self._settled.start()
        self.choose(new)

    def _on_deleted(self, name: str) -> None:
        self._undo.clear()
        if self.state.in_use == name:
            self.use("")
        left = [entry.name for entry in self.state.entries]
        self.choose(left[0] if left else FIRST)

    def _on_imported(self, result: object) -> None:
        self.choose(str(result))

    def _on_started(self, _: object) -> None:
        self._check_use()
        self._on_listened()  # what was analysed before the program was closed or killed

    def _check_use(self) -> None:
        """Of a head that is in use and cannot be, say so; the bundled one takes its place until it can."""
        name = self.state.in_use
        entry = next((entry for entry in self.state.entries if entry.name == name), None)
        if name and (entry is None or entry.reason is not None):
            reason = entry.reason if entry is not None else "Its file is gone."
            self.failed.emit(HeadError(f"'{name}' is switched off, the bundled genres are used. {reason}"))
            self.use("")

    def _apply(self) -> None:
        """Let the window and the library use what is in use."""
        self._settled.stop()
        name = self.state.in_use
        entry = next((entry for entry in self.state.entries if entry.name == name), None)
        head = entry.head if entry is not None else None
        if name and head is None:  # its last mark was taken away
            self.use("")
            return
        self._applied = head
        if name:
            let_count(name)
        self._analysis_service.use_head(head)
        self._library_service.use_head(head)
        self.used.emit(head)


def _label_songs(
    service: HeadService, store: LibraryStore, *, head: str, songs: Sequence[int], genre: str
) -> LabelChange:
    """Label songs for a head; those that have to be analysed first wait in the database."""
    before = pending_labels(store, head, songs)
    result = service.label_songs(store, head, songs, genre)
    remove_pending(store, head, set(songs) - set(result.not_analysed))
    add_pending(store, head, result.not_analysed, genre)
    if result.not_analysed or any(before.values()):
        result = replace(result, undo=replace(result.undo or LabelUndo(head, (), ()), waiting=before))
    return result


def _mark_ready(service: HeadService, store: LibraryStore) -> list[LabelUndo]:
    """Label the songs that waited and were analysed, and let their heads learn from them."""
    undos = []
    for (head, genre), songs in ready_labels(store).items():
        if (undo := _label_songs(service, store, head=head, songs=songs, genre=genre).undo) is not None:
            undos.append(replace(undo, waiting={}))  # taken back, they do not wait again
            service.learn(store, head)
    return undos


def _same(one: UserHead | None, other: UserHead | None) -> bool:
    return (one and one.version) == (other and other.version)
