"""The window: puts the parts together and connects them. It decides nothing.

It is there before its parts are: what it shows at once needs none of the large libraries, and `furnish` brings the
rest when it has been painted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from mgc_desktop import settings as s
from mgc_desktop.errors import MgcError
from mgc_desktop.notice import ERROR_REPORT, SHOW_LOG, UNDO, Notice
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.settings import Settings
from mgc_desktop.ui import dialogs, session
from mgc_desktop.ui.actions import Actions
from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.notices import NoticeBar
from mgc_desktop.ui.parts import Parts
from mgc_desktop.ui.player_bar import PlayerBar
from mgc_desktop.ui.queue_model import QueueModel, title_of
from mgc_desktop.ui.rail import Rail
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.view_registry import VIEWS
from mgc_desktop.ui.widgets.buttons import retheme

if TYPE_CHECKING:
    from mgc_desktop.library.query import Selection
    from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

NAME: Final = "MGC Desktop"
_VOLUME_STEP: Final = 0.05


class MainWindow(QMainWindow):
    """Rail, page, player bar; notices and the drop veil over them."""

    closed = Signal()

    def __init__(self, settings: Settings, appearance: Appearance) -> None:
        super().__init__()
        self._settings = settings
        self._appearance = appearance
        self._services_attached = False
        self.setWindowTitle(NAME)
        self.setMinimumSize(800, 560)
        self.commands = Actions(self)
        self.bar = PlayerBar(appearance.palette)
        self.rail = Rail(appearance.palette, self.commands.as_one_menu(self))
        self._body = QHBoxLayout()
        self._lay_out()
        session.restore_window(self, settings)
        self.bar.set_volume(settings[s.VOLUME], muted=settings[s.MUTED])

    def attach_services(self, parts: Parts) -> None:
        """Bring in the pages and all that works behind them."""
        from mgc_desktop.ui.genres_choice import GenresChoice
        from mgc_desktop.ui.opener import Opener
        from mgc_desktop.ui.preferences import Preferences
        from mgc_desktop.ui.queue_controller import QueueController
        from mgc_desktop.ui.view_stack import ViewStack
        from mgc_desktop.ui.views.library.view import LibraryView, release_file
        from mgc_desktop.ui.views.listen.controller import ListenController
        from mgc_desktop.ui.views.listen.live_controller import LiveController
        from mgc_desktop.ui.views.listen.page import ListenPage
        from mgc_desktop.ui.views.teach.corrections import Corrections
        from mgc_desktop.ui.widgets.drop_target import DropTarget
        from mgc_desktop.workers.live_service import LiveService

        self._parts = parts
        settings, palette = self._settings, self._appearance.palette
        self.queue_model = QueueModel(self)
        self.page = ListenPage(palette, self.queue_model)
        around = release_file(parts.playback.player, parts.playback.songs_in_hand)
        self.library = LibraryView(parts.library_service, settings, palette, around, self)
        self.views = ViewStack([self.page, self.library.page], VIEWS, self._view_context)
        self._body.addWidget(self.views, 1)
        self.notices = NoticeBar(palette, self.views)
        self.drops = DropTarget(self, palette, self._drop_word)
        self.opener = Opener(settings, parts.reader, self)
        self.preferences = Preferences(
            settings, self._appearance, parts.playback.player, parts.devices, self.page.spectrogram.view, self
        )
        self.listen = ListenController(self.page, self.bar, parts.playback, parts.analysis_service, parts.reader, self)
        self.live = LiveController(
            self.page, self.bar, parts.playback, LiveService(parts.analysis_service.load_in_use, self),
            parts.devices, settings, self._appearance, self,
        )  # fmt: skip
        self.corrections = Corrections(
            parts.head_trainer, self.listen, self.page.side.verdict, self.library.controller, self._appearance
        )
        self.genres = GenresChoice(
            settings,
            parts.analysis_service,
            parts.library_service,
            (self.page.side.genres, self.library.page.genres),
            self.page.side.bars.begin_with,
            self,
        )
        self.queue = QueueController(self.page, self.queue_model, parts.playback, parts.reader, self)
        self._connect_parts()
        self._connect_bar()
        self._connect_actions()
        self._restore()
        self._services_attached = True
        parts.playback.set_watched(self.isVisible() and not self.isMinimized())
        self.page.setFocus()  # the first Tab leads to the first control

    def _lay_out(self) -> None:
        for icon, title in (("listen", "Listen"), ("library", "Library"), *((v.icon, v.title) for v in VIEWS)):
            self.rail.add_view(icon, title)
        self._body.setSpacing(0)
        self._body.addWidget(self.rail, 0, Qt.AlignmentFlag.AlignLeft)
        root = QWidget()
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._body, 1)
        column.addWidget(self.bar)
        self.setCentralWidget(root)
        root.setFocus()  # no ring is seen before the first Tab
        if sys.platform == "darwin":
            for menu in self.commands.menus:
                self.menuBar().addMenu(menu)

    # Connections

    def _connect_parts(self) -> None:
        from mgc_desktop.ui.opener import demo_songs

        playback = self._parts.playback
        for part in (
            playback,
            self.listen,
            self.opener,
            self.library,
            self.preferences,
            self.corrections,
            self.queue,
            self.live,
        ):
            part.noticed.connect(self.notices.post)
        self.genres.noticed.connect(self.notices.post)
        self.corrections.settled.connect(self.notices.withdraw)
        self.notices.action_requested.connect(self._on_notice_action)
        self.opener.found.connect(self._on_found)
        self.drops.dropped.connect(self._on_dropped)
        self.library.play_requested.connect(self._play_now)
        self.library.similar_requested.connect(self._show_similar)
        self.views.made.connect(self._connect_view)
        self.views.currentChanged.connect(lambda _: self.notices.raise_())  # the page that comes is put on top
        self.queue_model.insert_requested.connect(lambda paths, row: self.opener.open(paths, row=row))
        self.listen.song_known.connect(self.queue.know_item)
        self.listen.genre_known.connect(self.queue.know_genre)
        self.page.welcome.open_requested.connect(self.opener.ask_for_files)
        self.page.welcome.demo_requested.connect(lambda: self.opener.open(demo_songs(), remember=False))
        self.page.welcome.live_requested.connect(self.live.start)
        self.live.opened.connect(lambda: self.show_view(0))
        self.page.queue.close_requested.connect(self._toggle_queue)
        self.page.spectrogram.view.save_requested.connect(self._export)
        self._appearance.changed.connect(self._retheme)
        self.rail.view_chosen.connect(self.show_view)
        playback.song_changed.connect(self._title)
        self.listen.song_known.connect(self._title)

    def _connect_view(self, view: View) -> None:
        view.noticed.connect(self.notices.post)
        view.play_requested.connect(self._play_now)
        view.enqueue_requested.connect(self._enqueue)
        view.library_requested.connect(self._show_in_library)
        view.review_requested.connect(self.library.review)

    def _connect_bar(self) -> None:
        bar, playback = self.bar, self._parts.playback
        bar.play_toggled.connect(playback.toggle)
        bar.previous_requested.connect(playback.previous)
        bar.next_requested.connect(playback.next)
        bar.seek_requested.connect(playback.seek)
        bar.repeat_requested.connect(playback.cycle_repeat)
        bar.volume_requested.connect(playback.set_volume)
        bar.mute_toggled.connect(self._toggle_mute)
        bar.queue_toggled.connect(self._toggle_queue)
        playback.playing_changed.connect(bar.set_playing)
        playback.volume_changed.connect(lambda volume, muted: bar.set_volume(volume, muted=muted))
        playback.queue_changed.connect(lambda: bar.set_repeat(playback.queue.repeat.value))

    def _connect_actions(self) -> None:
        actions, playback = self.commands, self._parts.playback
        wired: dict[str, Callable[[], object]] = {
            "open": self.opener.ask_for_files,
            "open_folder": self.opener.ask_for_folder,
            "export": self._export,
            "settings": self.preferences.show_dialog,
            "quit": self.close,
            "play": playback.toggle,
            "next": playback.next,
            "previous": playback.previous,
            "stop": playback.stop,
            "live": self.live.toggle,
            "forward": lambda: playback.nudge(5.0),
            "back": lambda: playback.nudge(-5.0),
            "far_forward": lambda: playback.nudge(30.0),
            "far_back": lambda: playback.nudge(-30.0),
            "start": lambda: playback.seek(0.0),
            "louder": lambda: playback.set_volume(playback.volume + _VOLUME_STEP),
            "quieter": lambda: playback.set_volume(playback.volume - _VOLUME_STEP),
            "mute": self._toggle_mute,
            "repeat": playback.cycle_repeat,
            "mode": self._toggle_mode,
            "zoom_in": lambda: self._picture.zoom(1),
            "zoom_out": lambda: self._picture.zoom(-1),
            "show_all": lambda: self._picture.show_all(),
            "queue": self._toggle_queue,
            "full_screen": lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen),
            "keys": lambda: dialogs.ReadingDialog("Keyboard shortcuts", dialogs.keys_text(), self).show(),
            "log": self._show_log,
            "error_report": self._show_error_report,
            "about": lambda: dialogs.AboutDialog(self).show(),
        }
        keys = ("listen", "library", *(view.key for view in VIEWS))
        wired |= {f"{key}_view": partial(self.show_view, number) for number, key in enumerate(keys)}
        for key, call in wired.items():
            actions.on(key, call)
        here = actions.submenus["here"]
        actions.submenus["here"].menuAction().setVisible(False)
        self.views.currentChanged.connect(lambda _: self._offer_here(here))
        self.rail.settings.clicked.connect(self.preferences.show_dialog)
        self.preferences.fill_menus(actions, self.bar.devices)
        recent = actions.submenus["recent"]
        recent.aboutToShow.connect(lambda: self.opener.offer_recent(recent))

    def _restore(self) -> None:
        settings = self._settings
        session.restore_playback(self._parts.playback, settings)
        self.page.set_queue_open(settings[s.QUEUE_OPEN])
        self.bar.set_queue_open(settings[s.QUEUE_OPEN])
        for warning in settings.warnings:
            self.notices.post(Notice("The settings start afresh", warning))

    # What is opened

    def open(self, paths: Sequence[Path]) -> None:
        """Play files and folders."""
        self.opener.open(paths)

    @Slot(object)
    def open_file(self, path: Path) -> None:
        """Play a file that the system hands over."""
        self.open([path])

    @Slot(list)
    def come_forward(self, paths: Sequence[Path]) -> None:
        """The program was started again: show this window, and play what the other start was given."""
        self.setWindowState((self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()
        if paths:
            self.open(paths)

    def _on_found(self, items: list[QueueItem], row: int | None) -> None:
        playback = self._parts.playback
        if row is None or playback.queue.current is None:
            playback.play_now(items)
        else:
            playback.queue.insert(row, items)

    def _play_now(self, paths: list[Path]) -> None:
        self._parts.playback.play_now(QueueItem(path) for path in paths)
        if self._in_library:
            self.show_view(0)

    def _enqueue(self, paths: list[Path]) -> None:
        self._parts.playback.queue.add(QueueItem(path) for path in paths)

    def _show_in_library(self, selection: Selection | None) -> None:
        self.library.show_only(selection)
        self.show_view(1)

    def _show_similar(self, song: int) -> None:
        from mgc_desktop.ui.views.map.view import MapView

        view = self.views.view("map")
        self.show_view(self.views.number("map"))
        if isinstance(view, MapView):
            view.show_similar_to(song)

    def show_view(self, number: int) -> None:
        """Show a view by its place in the rail: Listen is 0, Library 1, the others follow in the order of `VIEWS`."""
        self.rail.choose(number)
        self.views.go(number)

    def _view_context(self) -> ViewContext:
        parts = self._parts
        return ViewContext(
            parts.library_service, self._settings, self._appearance.palette, parts.analysis_service,
            parts.playback, self,
            parts.head_trainer,
        )  # fmt: skip

    def _offer_here(self, menu: QMenu) -> None:
        """What can be done in the view that is seen."""
        menu.clear()
        if self.views.seen is not None:
            self.views.seen.add_actions(menu)
        menu.menuAction().setVisible(not menu.isEmpty())

    def _drop_word(self) -> str:
        return "Drop to add to the library" if self._in_library else "Drop to play"

    def _on_dropped(self, paths: list[Path]) -> None:
        (self.library.add if self._in_library else self.opener.open)(paths)

    @property
    def _in_library(self) -> bool:
        return self.views.currentWidget() is self.library.page

    # What is set

    @property
    def _picture(self) -> SpectrogramView:
        """The spectrogram that is seen: of the song or of live input."""
        return self.live.view or self.page.spectrogram.view

    def _toggle_mode(self) -> None:
        view = self._picture
        view.set_mode("overview" if view.mode == "follow" else "follow")

    def _toggle_mute(self) -> None:
        self._parts.playback.set_muted(not self._parts.playback.muted)

    def _toggle_queue(self) -> None:
        # Asked for from another view, the queue is wanted to be seen.
        is_open = self.page.queue.isHidden() or self.views.currentWidget() is not self.page
        self.show_view(0)
        self._settings[s.QUEUE_OPEN] = is_open
        self.page.set_queue_open(is_open)
        self.bar.set_queue_open(is_open)
        self.page.queue.show_row(self._parts.playback.queue.index)

    def _retheme(self, palette: Palette) -> None:
        retheme(self, palette)
        self.library.set_palette(palette)
        for view in self.views.made_views:
            view.set_palette(palette)

    def close_views(self) -> None:
        """The program ends."""
        self.live.close()
        self.library.close()
        for view in self.views.made_views:
            view.close()

    # What is said and saved

    def report(self, title: str, message: str) -> None:
        """Something went wrong that nobody foresaw."""
        self.notices.post(Notice(title, message, action=SHOW_LOG))

    def report_crash(self) -> None:
        """The program crashed the last time it ran."""
        said = "What it left in the log may tell why. Nothing was sent anywhere."
        self.notices.post(Notice("MGC Desktop ended unexpectedly the last time", said, action=ERROR_REPORT))

    def _on_notice_action(self, notice: Notice) -> None:
        if notice.on_action is not None:
            notice.on_action()
        elif notice.action == SHOW_LOG:
            self._show_log()
        elif notice.action == ERROR_REPORT:
            self._show_error_report()
        elif notice.action == UNDO:
            self._parts.head_trainer.undo()

    def _show_log(self) -> None:
        from mgc_desktop.ui import error_report_dialog

        error_report_dialog.open_log(self._parts.log)

    def _show_error_report(self) -> None:
        from mgc_desktop.ui import error_report_dialog

        error_report_dialog.for_help(self._parts.log, self).show()

    def _export(self) -> None:
        if self.live.view is not None:
            self.live.save_picture()
            return
        facts = self.listen.facts
        if facts is None:
            return
        try:
            self.page.spectrogram.ask_and_save(facts.title, Path(self._settings[s.FOLDER]) / facts.path.stem)
        except MgcError as error:
            self.notices.post(Notice.of(error))

    def _title(self, item: QueueItem | None) -> None:
        self.setWindowTitle(f"{title_of(item)} – {NAME}" if item is not None else NAME)

    # Its life

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        if self._services_attached:
            self._parts.playback.set_watched(not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing need be drawn."""
        super().hideEvent(event)
        if self._services_attached:
            self._parts.playback.set_watched(False)

    def changeEvent(self, event: QEvent) -> None:
        """Minimised, or back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._services_attached:
            self._parts.playback.set_watched(not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is to come back; `app` stops the rest."""
        if self._services_attached:
            self.library.remember()
            session.remember(self, self._parts.playback, self._settings)
        super().closeEvent(event)
        self.hide()  # threads may take their time to end: no frozen window is seen meanwhile
        self.closed.emit()
