"""Teaching where songs are met: beside the verdict in the Listen view, and in the Library's menu."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from mgc_desktop.library.genre_overrides import user_genres_of
from mgc_desktop.library.head_effects import GenreChange, describe_changes
from mgc_desktop.notice import UNDO, Notice
from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.theme import tell_apart
from mgc_desktop.ui.views.library.controller import LibraryController
from mgc_desktop.ui.views.library.words import songs
from mgc_desktop.ui.views.listen.controller import ListenController
from mgc_desktop.ui.views.listen.verdict_panel import VerdictPanel
from mgc_desktop.ui.views.teach.genre_menu import fill_genre_menu
from mgc_desktop.workers.head_trainer import HeadTrainer

_LEARNING: Final = "learning"


class Corrections(QObject):
    """Fills the menus, and says what became of a choice, with a way back."""

    noticed = Signal(object)  # Notice
    settled = Signal(str)  # there is no question on this subject any more

    def __init__(
        self,
        head_trainer: HeadTrainer,
        listen: ListenController,
        verdict: VerdictPanel,
        library: LibraryController,
        appearance: Appearance,
    ) -> None:
        super().__init__(listen)
        self._head_trainer = head_trainer
        self._listen = listen
        self._verdict = verdict
        self._library = library
        self._appearance = appearance
        self._asked = False  # from here: the Teach view shows by itself what becomes of marks
        verdict.correct.menu().aboutToShow.connect(self._offer_song)
        library.menu_offered.connect(self._offer_songs)
        head_trainer.changed.connect(self._tell_apart)
        head_trainer.changed.connect(self._look_up)
        head_trainer.labelled.connect(self._on_labelled)
        head_trainer.ask = self._ask
        listen.song_known.connect(lambda _: self._look_up())
        head_trainer.waiting.connect(self._on_waiting)
        head_trainer.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))

    def _tell_apart(self) -> None:
        state = self._head_trainer.state
        heads = [entry.head for entry in state.entries if entry.name == state.in_use]
        tell_apart({*state.own, *(genre for head in heads if head is not None for genre in head.adapter.own)})

    def _offer_song(self) -> None:
        menu = self._verdict.correct.menu()
        menu.clear()
        if self._listen.is_whole:
            self._fill(menu, self._correct)
        else:
            menu.addAction("Wait until the whole song was heard").setEnabled(False)

    def _look_up(self) -> None:
        """Find out what the user said of the song that plays."""
        facts = self._listen.facts
        if facts is not None:
            show = partial(self._listen.show_said, facts.path)
            self._library.library_service.run_query(lambda store: user_genres_of(store, facts.path), show)

    def _ask(self, changes: tuple[GenreChange, ...]) -> None:
        """What was learned changes songs of which the user said nothing: ask before it counts."""
        if not changes:
            self.settled.emit(_LEARNING)
            return
        would = "song would" if len(changes) == 1 else "songs would"
        self.noticed.emit(
            Notice(
                f"{len(changes):,} other {would} change",
                f"By what was learned: {describe_changes(changes)}.",
                subject=_LEARNING,
                action="Keep",
                problem=False,
                on_action=self._head_trainer.keep,
                dismissal="Not now",
            )
        )

    def _offer_songs(self, menu: QMenu, ids: list[int]) -> None:
        self._fill(menu.addMenu("Teach: this is"), partial(self._label_all, ids))

    def _fill(self, menu: QMenu, chosen: object) -> None:
        own, palette = self._head_trainer.state.own, self._appearance.palette
        fill_genre_menu(menu, own, palette, chosen, self._verdict.window())  # type: ignore[arg-type]

    def _label_all(self, ids: list[int], genre: str) -> None:
        self._asked = True
        self._head_trainer.mark(ids, genre)

    def _correct(self, genre: str) -> None:
        prediction, facts = self._listen.prediction, self._listen.facts
        if prediction is not None and facts is not None and prediction.path == facts.path:
            self._asked = True
            self._head_trainer.label_prediction_of(prediction, facts.title, facts.artist or facts.album, genre)

    def _on_labelled(self, checksums: tuple[str, ...], genre: str) -> None:
        if not self._asked:
            return
        self._asked = False
        state = self._head_trainer.state
        use = "What you say is final, and no model overrules it. It is learned, too."
        if state.in_use != state.name:
            use += " To name other songs by it, switch it on in the Teach view."
        title = f"{songs(len(checksums))} marked as {genre}"
        self.noticed.emit(Notice(title, use, action=UNDO, problem=False))

    def _on_waiting(self, count: int) -> None:
        sentence = (
            "They are analysed first, then learned from." if count > 1 else "It is analysed first, then learned from."
        )
        self.noticed.emit(Notice(f"{songs(count)} not listened to yet", sentence, problem=False))
