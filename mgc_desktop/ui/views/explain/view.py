"""The view "What the model hears": follows the song, through the ears of any model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QMenu

from mgc_desktop import settings as s
from mgc_desktop.analysis.occlusion import Occlusion
from mgc_desktop.analysis.patch_view import PatchView
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.registry import ModelEntry, list_models
from mgc_desktop.log import headline
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.queue_model import title_of
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.explain import words
from mgc_desktop.ui.views.explain.page import ExplainPage
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.widgets.segments import Segments
from mgc_desktop.ui.wording import joined
from mgc_desktop.workers.patch_watcher import PatchWatcher

_EMPTY = (
    "Play a song, and see it as a model does: its spectrogram at the model's own resolution, and which part of it "
    "speaks for a genre."
)


class ExplainView(View):
    """It listens only while it is seen."""

    page: PageFrame

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        palette = context.palette
        self.body = ExplainPage(palette)
        self.watcher = PatchWatcher(parent=self)
        self.models = QComboBox()
        self.models.setAccessibleName("Model through whose ears it is")
        self.models.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.models.activated.connect(lambda index: self._use(str(self.models.itemData(index))))
        self.hold = Segments(
            "Follow or freeze",
            (("follow", "Follow", "Go with the music  (H)"), ("freeze", "Freeze", "Keep this moment  (H)")),
            palette,
        )
        self.hold.choose("follow")
        self.hold.chosen.connect(lambda key: self.set_frozen(key == "freeze"))
        self.save = SaveButton(self.body, self.numbers, "what the model hears", context.settings, palette)
        self.save.noticed.connect(self.noticed)
        self.empty = EmptyState(
            "hears", "Nothing plays", _EMPTY, palette, "Play the demo songs", note="or open a song: Ctrl+O"
        )
        self.empty.button.clicked.connect(self._play_demo)
        self.page = PageFrame("What the model hears")
        for tool in (self.models, self.hold, self.save):
            self.page.tools.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
        self.page.body.addWidget(self.body, 1)
        self._seen = False
        self._frozen = False
        self._genre: str | None = None
        self._model = ""
        self._patch_view: PatchView | None = None
        self._actions = self._make_actions()
        self._connect()
        self._show_song()

    # As the window sees it

    def shown(self) -> None:
        """Follow the song from here on."""
        self._seen = True
        self.body.set_colours(self.context.settings[s.COLOUR_MAP])
        self.context.library_service.run_query(lambda _: list_models(), self._on_models)
        self._show_song()
        self._follow()

    def hidden(self) -> None:
        """Nobody looks: nothing need be found out."""
        self._seen = False

    def add_actions(self, menu: QMenu) -> None:
        """Freeze, and go from patch to patch."""
        menu.addActions(self._actions)
        self.save.add_to(menu.addMenu("Save"))

    def close(self) -> None:
        """Stop what runs."""
        self._seen = False
        self.watcher.close()

    # What the user wants

    @property
    def frozen(self) -> bool:
        """Whether this moment is kept."""
        return self._frozen

    def set_frozen(self, frozen: bool) -> None:
        """Keep this moment, or go with the music again."""
        self._frozen = frozen
        self.hold.choose("freeze" if frozen else "follow")
        self._follow()

    def step(self, by: int) -> None:
        """Keep the patch after or before this one."""
        if self._patch_view is not None:
            self.set_frozen(True)
            self.watcher.show_patch(self._patch_view.number + by)

    def _use(self, name: str) -> None:
        if name != self._model:
            self._model, self._patch_view = name, None
            self.body.forget_evidence()
            self.watcher.use(name)

    def _choose_genre(self, genre: str | None) -> None:
        self._genre = genre
        self.body.choose_genre(genre)

    def _play_demo(self) -> None:
        self.play_requested.emit(demo_songs())

    # What happens

    def _connect(self) -> None:
        playback, watcher = self.context.playback, self.watcher
        playback.song_changed.connect(self._on_song)
        playback.duration_known.connect(lambda _: self._follow())
        playback.moved.connect(self._on_moved)
        playback.jumped.connect(self._on_moved)
        watcher.analysed.connect(self._on_analysed)
        watcher.explained.connect(self._on_explained)
        watcher.failed.connect(self._on_failed)
        self.body.genre_chosen.connect(self._choose_genre)
        self.body.seek_requested.connect(playback.seek)

    def _on_models(self, entries: Sequence[ModelEntry]) -> None:
        in_use = self.context.settings[s.MODEL]
        usable = [entry for entry in entries if entry.usable]
        self.models.clear()
        for entry in usable:
            self.models.addItem(f"{entry.name} (in use)" if entry.name == in_use else entry.name, entry.name)
        names = [entry.name for entry in usable]
        wanted = self._model if self._model in names else in_use
        if wanted in names:
            self.models.setCurrentIndex(names.index(wanted))
            self._use(wanted)
        else:
            self.body.show_problem(f"The model {wanted} cannot be used. Choose another one.")

    def _on_song(self, _: QueueItem | None) -> None:
        self._patch_view = None
        self.body.forget()
        self.set_frozen(False)
        self._show_song()

    def _on_moved(self, seconds: float) -> None:
        if self._seen:
            self.body.set_position(seconds)
            self._follow()

    def _follow(self) -> None:
        item = self.context.playback.queue.current
        if item is None:
            self.watcher.forget()
        elif self._seen and not self._frozen:
            playback = self.context.playback
            self.watcher.follow(item.path, playback.position, playback.player.duration or item.duration)

    def _on_analysed(self, patch_view: PatchView) -> None:
        self._patch_view = patch_view
        self.body.show_patch(patch_view)
        self.body.set_position(self.context.playback.position)
        self._tell()

    def _on_explained(self, patch_view: PatchView, found: Occlusion) -> None:
        self.body.show_evidence(patch_view, found, self._genre)

    def _on_failed(self, error: Exception) -> None:
        _, message = headline(error)
        self.body.show_problem(error.message if isinstance(error, MgcError) else message)

    def _show_song(self) -> None:
        if self.context.playback.queue.current is None:
            self.page.show_empty(self.empty)
        else:
            self.page.show_body()
        self._tell()

    def _tell(self) -> None:
        item, model = self.context.playback.queue.current, self.watcher.model
        title = title_of(item) if item is not None else None
        moment = words.moment(self._patch_view, model.metadata) if self._patch_view is not None and model else None
        self.page.line.setText(joined(title, moment))

    def numbers(self) -> Numbers:
        """For a CSV file: what each block does, or while that is not known the points of the patch."""
        if self.body.explained is not None:
            return words.rows(*self.body.explained)
        return words.rows(self._patch_view, None) if self._patch_view is not None else ((), ())

    def _make_actions(self) -> list[QAction]:
        made = []
        for text, keys, call in (
            ("Freeze or follow", "H", lambda: self.set_frozen(not self._frozen)),
            ("Next patch", "Alt+Right", lambda: self.step(1)),
            ("Previous patch", "Alt+Left", lambda: self.step(-1)),
        ):
            action = QAction(text, self.page)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _, call=call: call())
            self.page.addAction(action)
            made.append(action)
        return made
