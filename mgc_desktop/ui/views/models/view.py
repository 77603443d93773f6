"""The view "Models": the list, several models on one song, and several over the library."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QStackedWidget

from mgc_desktop import settings as s
from mgc_desktop.analysis.model_comparison import Model
from mgc_desktop.analysis.model_figures import model_rows
from mgc_desktop.errors import MgcError, SettingsError
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.registry import identify, list_models
from mgc_desktop.library.progress import JobProgress
from mgc_desktop.library.query import Selection
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.log import headline
from mgc_desktop.notice import Notice
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.in_use import use_model
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.queue_model import title_of
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.models import words
from mgc_desktop.ui.views.models.library_page import LibraryComparisonPage
from mgc_desktop.ui.views.models.list_page import ListPage, Offer
from mgc_desktop.ui.views.models.picker import ModelPicker
from mgc_desktop.ui.views.models.song_page import SongPage
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.widgets.segments import Segments
from mgc_desktop.ui.wording import joined
from mgc_desktop.workers.model_comparison import ModelComparison
from mgc_desktop.workers.model_importer import ImportReport, ModelImporter
from mgc_desktop.workers.song_comparison import SongComparison

_PARTS: Final = (
    ("list", "Models", "The models there are, and which one listens  (Alt+1)"),
    ("song", "On this song", "What several models hear in the song that plays  (Alt+2)"),
    ("library", "In the library", "Where several models disagree in the library  (Alt+3)"),
)
_NETWORKS: Final = "Networks (*.onnx);;Descriptions (*.toml *.json)"
_TICKED: Final = 3  # models that are compared at first
_AGAIN: Final = 10.0  # seconds between two looks at what a run has brought so far


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of the models: how they are offered, the versions of the usable ones, and songs in the library."""

    offers: tuple[Offer, ...]
    versions: dict[str, str]
    songs: int


def read_models(store: LibraryStore) -> Known:
    """Reads the models' files; not for the thread of the window."""
    entries = list_models()
    offers = tuple(
        Offer(row, entry.metadata.summary, entry.metadata.claims) if entry.metadata is not None else Offer(row, "")
        for row, entry in zip(model_rows(entries), entries, strict=True)
    )
    versions = dict(identify(entry) for entry in entries if entry.usable)
    return Known(offers, versions, sum(store.counts().values()))


class ModelsView(View):
    """Chooses the model that listens, and sets models side by side."""

    page: PageFrame

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        palette = context.palette
        self.list = ListPage(palette)
        self.song = SongPage(palette)
        self.library = LibraryComparisonPage(palette)
        self.silent = EmptyState(
            "note", "Nothing plays", "Play a song, and see what several models hear in it, moment by moment.", palette,
            "Play the demo songs", note="or open a song: Ctrl+O",
        )  # fmt: skip
        self.bare = EmptyState(
            "library", "The library is empty", "Add the folders that your music is in, in the Library view (Ctrl+2). "
            "Then several models can listen to all of it, and you see on which songs they disagree.", palette,
        )  # fmt: skip
        self.parts = Segments("Part of the view", _PARTS, palette)
        self.picker = ModelPicker()
        self.take_in = QPushButton("Import…")
        self.take_in.setToolTip("Take in a network that somebody else made, with the description beside it")
        self.take_in.setMenu(QMenu(self.take_in))
        self.saves = {
            "song": SaveButton(self.song, self.song_numbers, "models on a song", context.settings, palette),
            "library": SaveButton(
                self.library, self.library_numbers, "models in the library", context.settings, palette
            ),
        }
        self.stack = QStackedWidget()
        for widget in (self.list, self.song, self.library, self.silent, self.bare):
            self.stack.addWidget(widget)
        self.page = PageFrame("Models")
        for tool in (self.take_in, self.picker, *self.saves.values(), self.parts):
            self.page.tools.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
        self.page.body.addWidget(self.stack, 1)
        self.singer = SongComparison(self)
        self.gatherer = ModelComparison(context.library_service, self)
        self.importer = ModelImporter(self)
        self._known: Known | None = None
        self._part = "list"
        self._seen = False
        self._compared = 0.0
        self._asked: tuple[Path, tuple[str, ...]] | None = None
        self._actions = self._make_actions()
        self._connect()
        self.show_part("list")

    # As the window sees it

    def shown(self) -> None:
        """Read the models anew: one may have been trained meanwhile."""
        self._seen = True
        self.context.library_service.run_query(read_models, self._on_known)

    def hidden(self) -> None:
        """What was asked goes on: the answers are there when the view comes back."""
        self._seen = False

    def set_palette(self, palette: Palette) -> None:
        """For what is drawn from now on."""
        self.song.set_palette(palette)

    def add_actions(self, menu: QMenu) -> None:
        """The three parts, and taking in a model."""
        menu.addActions(self._actions)
        menu.addSeparator()
        menu.addActions(self.take_in.menu().actions())

    def close(self) -> None:
        """Stop what runs."""
        self.singer.close()
        self.gatherer.close()
        self.importer.close()

    # What the user wants

    def show_part(self, part: str) -> None:
        """The list ("list"), or a comparison: "song", "library"."""
        self._part = part
        self.parts.choose(part)
        self._show()

    def use(self, name: str) -> None:
        """Let this model listen from now on."""
        context = self.context
        try:
            use_model(name, context.settings, context.analysis_service, context.library_service)
        except SettingsError as error:
            self.noticed.emit(Notice.of(error))
        else:
            self.noticed.emit(
                Notice(
                    f"{name} listens from now on",
                    "What it heard before counts at once; the rest of the library waits to be listened to again.",
                    problem=False,
                )
            )
        self._show_offers()
        self._tell()

    def import_from(self, path: Path) -> None:
        """Take in the network in a file, or all in a folder."""
        if self.importer.import_from(path):
            self.take_in.setEnabled(False)
            self.page.line.setText(f"Trying out {path.name}")

    def _import_file(self) -> None:
        folder = self.context.settings[s.FOLDER]
        name, _ = QFileDialog.getOpenFileName(self.context.window, "Import a model", folder, _NETWORKS)
        if name:
            self.import_from(Path(name))

    def _import_folder(self) -> None:
        folder = self.context.settings[s.FOLDER]
        name = QFileDialog.getExistingDirectory(self.context.window, "Import the models in a folder", folder)
        if name:
            self.import_from(Path(name))

    def _on_imported(self, report: ImportReport) -> None:
        self.noticed.emit(words.import_notice(report))
        self.shown()

    def _on_import_ended(self) -> None:
        self.take_in.setEnabled(True)
        self._tell()

    def _play(self, song: Song) -> None:
        self.play_requested.emit([song.path])

    def _show_in_library(self, songs: Sequence[Song]) -> None:
        if songs:
            label = "Models disagree" if len(songs) > 1 else songs[0].name
            self.library_requested.emit(Selection(label, tuple(song.id for song in songs)))

    # What is shown

    def _on_known(self, known: Known) -> None:
        self._known = known
        titles = {offer.row.name: offer.row.title for offer in known.offers}
        names = list(known.versions)
        in_use = self.context.settings[s.MODEL]
        first = [name for name in (in_use, *names) if name in names]
        self.picker.offer([(name, titles[name]) for name in names], list(dict.fromkeys(first))[:_TICKED])
        self._show_offers()
        self._show()

    def _show_offers(self) -> None:
        if self._known is not None:
            self.list.show_offers(self._known.offers, self.context.settings[s.MODEL])

    def _show(self) -> None:
        item, known = self.context.playback.queue.current, self._known
        widgets = {
            "list": self.list,
            "song": self.silent if item is None else self.song,
            "library": self.bare if known is not None and not known.songs else self.library,
        }
        self.stack.setCurrentWidget(widgets[self._part])
        self.picker.setVisible(self._part != "list")
        self.take_in.setVisible(self._part == "list")
        for part, button in self.saves.items():
            button.setVisible(part == self._part)
        self._tell()
        if self._seen and known is not None:
            self._ask()

    def _tell(self) -> None:
        item = self.context.playback.queue.current
        if self._part == "song" and item is not None:
            self.page.line.setText(joined(title_of(item), item.artist))
        elif self._part == "library":
            self.page.line.setText("What each model heard is kept; the verdicts in use are not touched")
        else:
            self.page.line.setText(f"{self.context.settings[s.MODEL]} listens")

    def _ask(self) -> None:
        """Find out what the part shows."""
        item = self.context.playback.queue.current
        if self._part == "song" and item is not None:
            self._ask_about(item)
        elif self._part == "library" and not self.gatherer.running:
            self._compare()

    def _compare(self) -> None:
        self._compared = time.monotonic()
        self.gatherer.compare(self._chosen(), self.library.show_comparison)

    def _ask_about(self, item: QueueItem) -> None:
        wanted = (item.path, self.picker.chosen)
        if wanted == self._asked or self._known is None:
            return
        self._asked = wanted
        titles = {offer.row.name: offer.row.title for offer in self._known.offers}
        duration = self.context.playback.player.duration or item.duration or 0.0
        self.song.begin([(name, titles[name]) for name in wanted[1]], duration)
        self.song.set_position(self.context.playback.position)
        self.singer.ask(*wanted)

    def _chosen(self) -> list[Model]:
        versions = self._known.versions if self._known is not None else {}
        return [(name, versions[name]) for name in self.picker.chosen if name in versions]

    # What happens

    def _connect(self) -> None:
        playback = self.context.playback
        playback.song_changed.connect(lambda _: self._show())
        playback.moved.connect(self._on_moved)
        playback.jumped.connect(self._on_moved)
        self.parts.chosen.connect(self.show_part)
        self.picker.changed.connect(self._show)
        self.list.use_requested.connect(self.use)
        self.silent.button.clicked.connect(self._play_demo)
        self.song.seek_requested.connect(playback.seek)
        self.singer.analysed.connect(self._on_song_analysed)
        self.singer.failed.connect(self._on_song_failed)
        self.library.listen_requested.connect(self._gather)
        self.library.cancel_requested.connect(self.gatherer.cancel)
        self.library.play_requested.connect(self._play)
        self.library.show_requested.connect(self._show_in_library)
        self.take_in.menu().addAction("Import a model from a file…", self._import_file)
        self.take_in.menu().addAction("Import the models in a folder…", self._import_folder)
        self.importer.progressed.connect(lambda name: self.page.line.setText(f"Trying out {name}"))
        self.importer.done.connect(self._on_imported)
        self.importer.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))
        self.importer.ended.connect(self._on_import_ended)
        self.gatherer.progressed.connect(self._on_progress)
        self.gatherer.ended.connect(self._on_gathered)
        self.gatherer.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))
        for button in self.saves.values():
            button.noticed.connect(self.noticed)

    def _on_moved(self, seconds: float) -> None:
        if self._seen and self._part == "song":
            self.song.set_position(seconds)

    def _on_song_analysed(self, model: str, prediction: TrackPrediction) -> None:
        if self._asked is not None and prediction.path == self._asked[0]:
            self.song.show_prediction(model, prediction)

    def _on_song_failed(self, model: str, error: Exception) -> None:
        self.song.show_failure(model, error.message if isinstance(error, MgcError) else headline(error)[1])

    def _gather(self) -> None:
        self.gatherer.gather(self._chosen())
        if self.gatherer.running:
            self.library.set_running()

    def _on_progress(self, progress: JobProgress) -> None:
        self.library.show_progress(progress)
        if self._seen and self._part == "library" and time.monotonic() - self._compared > _AGAIN:
            self._compare()

    def _on_gathered(self, report: object) -> None:
        self.library.show_end(report)  # type: ignore[arg-type]
        self._ask()

    def _play_demo(self) -> None:
        self.play_requested.emit(demo_songs())

    def song_numbers(self) -> Numbers:
        """For a CSV file: what each model hears along the song."""
        return words.agreement_table_of(self.song.predictions)

    def library_numbers(self) -> Numbers:
        """For a CSV file: the songs on which the models disagree."""
        found = self.library.found
        return words.disputes_table(found) if found is not None else ((), ())

    def _make_actions(self) -> list[QAction]:
        made = []
        for number, (part, text, _) in enumerate(_PARTS, 1):
            action = QAction(text, self.page)
            action.setShortcut(QKeySequence(f"Alt+{number}"))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _, part=part: self.show_part(part))
            self.page.addAction(action)
            made.append(action)
        return made
