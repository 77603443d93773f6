"""Brings the page of live input to life: starts and ends sessions, shows them, saves them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from mgc_desktop import settings as s
from mgc_desktop.capture.source import Source
from mgc_desktop.errors import MgcError, PlaybackError
from mgc_desktop.notice import Notice
from mgc_desktop.playback.player import Player
from mgc_desktop.settings import Settings
from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.player_bar import PlayerBar
from mgc_desktop.ui.views.listen import live_saving, live_words
from mgc_desktop.ui.views.listen.live_page import LivePage
from mgc_desktop.ui.views.listen.page import ListenPage
from mgc_desktop.ui.widgets.saving import ask_where_to_save, save_plot
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView
from mgc_desktop.ui.wording import NO_VERDICT, Verdict
from mgc_desktop.workers.live_service import LiveService, LiveSession, LiveUpdate
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.capture.analysis import LiveState
    from mgc_desktop.workers.playback_controller import PlaybackController

    SaveSession = Callable[[LivePage, LiveSession, LiveState], None]

SHORTEST_SPAN: Final = 12.0  # seconds that the picture shows from the first moment on
_RIBBON_AHEAD: Final = 4.0  # seconds for which the ribbon has room, so that it need not be drawn anew all the time


class LiveController(QObject):
    """One session at a time. Playing a song ends it, and so does closing its page; nothing is recorded.

    `devices`: asks the system for sources, which may take seconds.
    """

    noticed = Signal(object)  # Notice
    opened = Signal()  # the page has come, and wants to be seen

    def __init__(
        self,
        listen_page: ListenPage,
        bar: PlayerBar,
        playback: PlaybackController,
        service: LiveService,
        devices: TaskRunner,
        settings: Settings,
        appearance: Appearance,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._listen_page = listen_page
        self._bar = bar
        self._playback = playback
        self._service = service
        self._devices = devices
        self._settings = settings
        self._appearance = appearance
        self._page: LivePage | None = None
        self._session: LiveSession | None = None
        self._state: LiveState | None = None
        self._shown: Verdict | None = None  # on the last minutes
        self._ribbon_until = 0.0  # seconds of the session for which the ribbon has room
        service.progressed.connect(self._on_progress)
        service.failed.connect(self._on_failed)
        service.ended.connect(self._on_ended)
        playback.song_changed.connect(self._on_song)
        playback.playing_changed.connect(self._on_playing)

    @property
    def page(self) -> LivePage | None:
        """The page, once it was opened."""
        return self._page

    @property
    def view(self) -> SpectrogramView | None:
        """The picture, while the page is the one that is seen."""
        return self._page.spectrogram.view if self._page is not None and self._listen_page.is_live else None

    @property
    def running(self) -> bool:
        """Whether a source is listened to."""
        return self._service.running

    def toggle(self) -> None:
        """Listen to what is playing, or end that."""
        if self.running and self._listen_page.is_live:
            self.stop()
        else:  # a session whose page was closed may still be ending: the new one takes its place
            self.start()

    def start(self) -> None:
        """Begin a session with the source of the last time, or what the computer plays."""
        page = self._made_page()
        self._playback.pause()
        self._session = self._state = None
        page.spectrogram.view.set_colour_map(self._listen_page.spectrogram.view.colour_map)
        page.spectrogram.view.set_song(SHORTEST_SPAN)
        page.ribbon.set_song(SHORTEST_SPAN)
        self._ribbon_until = SHORTEST_SPAN
        page.header.title.setText("Listening…")
        page.header.line.setText("")
        page.header.set_running(True)
        page.side.bars.set_values(None)
        page.side.chips.set_words(())
        page.side.now_words.setText("")
        page.header.save.setEnabled(False)
        self._bar.set_live("Live")
        self._listen_page.show_live()
        wanted = self._settings[s.LIVE_SOURCE]
        self._service.start(lambda: _find(wanted))
        self._show_recent(page, None)
        self.opened.emit()

    def stop(self) -> None:
        """End the session; the page stays."""
        self._service.stop()

    def leave(self) -> None:
        """End the session and go back to the song, or to the welcome."""
        self._service.stop()
        self._bar.set_live("")
        self._listen_page.leave_live()

    def close(self) -> None:
        """The program ends."""
        self._service.close()

    def save_picture(self) -> None:
        """Ask where to, and save spectrogram and genres as PNG."""
        if self._page is None or self._session is None or self._state is None:
            return
        path = self._ask("Save session as picture", ".png", "Pictures (*.png)")
        if path is None:
            return
        view = self._page.spectrogram.view
        self._save(
            path,
            lambda page, session, state: live_saving.save_picture(
                path, view.picture, session, state.timeline, max(state.seconds, 0.1),
                self._appearance.palette, view.colour_map,
            ),
        )  # fmt: skip

    def save_table(self) -> None:
        """Ask where to, and save the genres as CSV."""
        if self._page is None or self._session is None or self._state is None:
            return
        path = self._ask("Save genres of the session", ".csv", "Tables (*.csv)")
        if path is not None:
            self._save(
                path,
                lambda page, session, state: save_plot(page, live_saving.table(session, state.timeline), path),
            )

    # What the session tells

    @Slot(object)
    def _on_progress(self, update: LiveUpdate) -> None:
        page = self._page
        if page is None:
            return
        if self._session is None:
            self._begin(page, update.session)
        view = page.spectrogram.view
        for block in update.blocks:
            view.add_block(block)
        if update.state is not None:
            before, self._state = self._state, update.state
            end = max(update.state.seconds, SHORTEST_SPAN)
            view.set_duration(end)
            view.set_position(update.state.seconds)
            page.header.meter.set_peak(update.peak)
            page.header.save.setEnabled(True)
            self._show_recent(page, update.state)
            if before is None or before.timeline is not update.state.timeline or before.now is not update.state.now:
                self._show_verdicts(page, update.state)
                self._ribbon_until = 0.0
            if update.state.seconds >= self._ribbon_until:
                self._ribbon_until = max(update.state.seconds + _RIBBON_AHEAD, SHORTEST_SPAN)
                page.ribbon.set_timeline(update.state.timeline, self._ribbon_until)
            page.ribbon.set_position(update.state.seconds)
        self._show_header(page)

    def _begin(self, page: LivePage, session: LiveSession) -> None:
        self._session = session
        page.header.title.setText(session.source.name)
        page.side.bars.set_genres(session.genres)
        self._bar.set_live(live_words.bar_text(session.source))

    def _show_recent(self, page: LivePage, state: LiveState | None) -> None:
        if self._session is None:
            verdict = live_words.STARTING if self.running else NO_VERDICT
        else:
            verdict = live_words.recent_verdict(self._session, state, running=self.running)
        if verdict != self._shown:
            self._shown = verdict
            page.side.recent.show_verdict(verdict)

    def _show_verdicts(self, page: LivePage, state: LiveState) -> None:
        assert self._session is not None
        page.side.now_words.setText(live_words.now_words(state.now, self._session.genres, running=self.running))
        page.side.bars.set_values(state.now.probabilities.tolist() if state.now is not None else None)
        page.side.chips.set_words(state.recent.tags if state.recent is not None else ())
        page.side.refit()

    def _show_header(self, page: LivePage) -> None:
        if self._session is not None:
            text = live_words.header_line(self._session, self._state, running=self.running)
            if text != page.header.line.text():
                page.header.line.setText(text)

    def _on_failed(self, error: Exception) -> None:
        if self._page is not None and self._session is None:
            self._page.header.line.setText(error.message if isinstance(error, MgcError) else "")
        self.noticed.emit(Notice.of(error))

    def _on_ended(self) -> None:
        self._bar.set_live("")
        if self._page is None:
            return
        self._page.header.set_running(False)
        self._show_recent(self._page, self._state)
        if self._session is None:
            self._page.header.title.setText("Nothing was listened to")
        elif self._state is not None:
            self._show_verdicts(self._page, self._state)
            self._page.ribbon.set_timeline(self._state.timeline, max(self._state.seconds, SHORTEST_SPAN))
        self._show_header(self._page)

    # What the user does elsewhere

    @Slot(object)
    def _on_song(self, item: object) -> None:
        if self.running or self._listen_page.is_live:
            self.leave()

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        if playing and (self.running or self._listen_page.is_live):
            self.leave()

    # How it is done

    def _made_page(self) -> LivePage:
        if self._page is None:
            page = self._page = LivePage(self._appearance.palette)
            header = page.header
            header.toggle_requested.connect(self.toggle)
            header.close_requested.connect(self.leave)
            header.picture_requested.connect(self.save_picture)
            header.table_requested.connect(self.save_table)
            header.sources.aboutToShow.connect(self._offer_sources)
            header.sources.source_requested.connect(self._on_source)
            songs, view = self._listen_page.spectrogram.view, page.spectrogram.view
            songs.colour_map_changed.connect(view.set_colour_map)
            view.colour_map_changed.connect(songs.set_colour_map)
            view.save_requested.connect(self.save_picture)
            page.spectrogram.view.seek_requested.connect(page.ribbon.set_position)
            page.ribbon.seek_requested.connect(page.spectrogram.view.set_position)
            page.ribbon.seek_requested.connect(page.ribbon.set_position)
            self._listen_page.add_live(page)
        return self._page

    def _on_source(self, source: str) -> None:
        self._settings[s.LIVE_SOURCE] = source
        self.start()

    def _offer_sources(self) -> None:
        """Show what there is; the system may take a moment to answer, and the menu may be gone by then."""
        if self._page is None:
            return
        menu = self._page.header.sources
        current = self._session.source.id if self._session is not None else self._settings[s.LIVE_SOURCE]
        player = self._playback.player

        def found(answer: tuple[list[Source], str]) -> None:
            with contextlib.suppress(RuntimeError):
                menu.show_sources(answer[0], current, hint=answer[1])

        menu.show_sources([], current, waiting=True)
        self._devices.run(lambda _: _sources(player), done=found, failed=self._on_no_sources)

    def _on_no_sources(self, error: Exception) -> None:
        if self._page is not None:
            self._page.header.sources.show_sources([], "")
        self.noticed.emit(Notice.of(error))

    def _ask(self, title: str, ending: str, names: str) -> Path | None:
        assert self._page is not None and self._session is not None
        proposed = Path(self._settings[s.FOLDER]) / f"{live_saving.file_name(self._session)}{ending}"
        return ask_where_to_save(self._page.window(), title, proposed, names, (ending,))

    def _save(self, path: Path, write: SaveSession) -> None:
        assert self._page is not None and self._session is not None and self._state is not None
        try:
            write(self._page, self._session, self._state)
        except MgcError as error:
            self.noticed.emit(Notice.of(error))
        else:
            self.noticed.emit(Notice("Saved", str(path), problem=False))


def _find(wanted: str) -> Source:
    """The source of the last time; where it is not there any more, the one that is listened to without a wish."""
    from mgc_desktop.capture.sources import choose, list_sources

    sources = list_sources()
    return choose(sources, wanted if any(source.id == wanted for source in sources) else None)


def _sources(player: Player) -> tuple[list[Source], str]:
    """All sources, and what to do for one that is missing. PortAudio looks for new ones only when the player, asked for
    its devices, has started it anew."""
    from mgc_desktop.capture.sources import list_sources, missing_computer_sound

    if not sys.platform.startswith("linux"):
        with contextlib.suppress(PlaybackError):
            player.devices()
    sources = list_sources()
    return sources, missing_computer_sound(sources)
