"""Brings the Listen page to life: the song that plays, what is heard in it, where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.notice import Notice
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.player_bar import PlayerBar
from mgc_desktop.ui.views.listen.page import ListenPage
from mgc_desktop.ui.wording import NO_VERDICT, NOT_ANALYSED_VERDICT, verdict
from mgc_desktop.workers.analysis_service import AnalysisService
from mgc_desktop.workers.playback_controller import PlaybackController
from mgc_desktop.workers.progress_buffer import Update
from mgc_desktop.workers.songs import SongTagsReader, read_song
from mgc_desktop.workers.tasks import TaskRunner

_BARS_EVERY: Final = 2  # frames
_TAGS_AGAIN: Final = 1.5


class ListenController(QObject):
    """Feeds the widgets of the page. It holds what is known of the current song, all of it frozen data."""

    noticed = Signal(object)  # Notice
    song_known = Signal(object)  # QueueItem with title, artist and duration
    genre_known = Signal(object, object)  # Path, genre or None

    def __init__(
        self,
        page: ListenPage,
        bar: PlayerBar,
        playback: PlaybackController,
        analysis_service: AnalysisService,
        reader: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._bar = bar
        self._playback = playback
        self._analysis_service = analysis_service
        self._reader = reader
        self._reading: CancelToken | None = None
        self._facts: SongTagsReader | None = None
        self._said: tuple[str, ...] = ()
        self._prediction: TrackPrediction | None = None
        self._duration = 0.0
        self._tags_at = 0.0  # seconds heard when the tags were shown last
        self._frame = 0
        self._connect()

    @property
    def prediction(self) -> TrackPrediction | None:
        """What is known of the song so far."""
        return self._prediction

    @property
    def is_whole(self) -> bool:
        """Whether the whole song was heard."""
        return self._prediction is not None and self._prediction.analysed_seconds >= self._prediction.duration - 0.1

    @property
    def facts(self) -> SongTagsReader | None:
        """What the file says of itself; None without a song."""
        return self._facts

    @property
    def said(self) -> tuple[str, ...]:
        """What the user said this song is; () where nothing was said."""
        return self._said

    def show_said(self, path: Path, genres: tuple[str, ...]) -> None:
        """Show what the user said a song is, in the place of what the model says; () for nothing."""
        if self._facts is None or self._facts.path != path or genres == self._said:
            return
        self._said = genres
        self._show_verdict()
        self._tell_genre()

    def _connect(self) -> None:
        self._playback.song_changed.connect(self._on_song)
        self._playback.duration_known.connect(self._set_duration)
        self._playback.moved.connect(self._on_moved)
        self._playback.jumped.connect(self._on_jumped)
        self._playback.playing_changed.connect(self._on_playing)
        self._playback.queue_changed.connect(self._look_ahead)
        self._analysis_service.progressed.connect(self._on_progress)
        self._analysis_service.finished.connect(self._on_finished)
        self._analysis_service.failed.connect(self._on_failed)
        self._analysis_service.prefetched.connect(self._on_prefetched)
        self._analysis_service.model_changed.connect(self._on_model_changed)
        self._page.spectrogram.view.seek_requested.connect(self._playback.seek)
        self._page.ribbon.seek_requested.connect(self._playback.seek)

    # Another song

    def _on_song(self, item: QueueItem | None) -> None:
        self._forget()
        self._page.show_welcome(item is None)
        if item is None:
            self._analysis_service.stop()
            self._bar.set_song(None)
            self._page.spectrogram.view.clear()
            return
        self._duration = item.duration or 0.0
        self._prediction = self._analysis_service.verdict_on(item.path)
        self._show_facts(SongTagsReader.bare(item))
        self._bar.set_song(self._duration)
        self._page.spectrogram.view.set_song(item.duration)
        self._page.ribbon.set_song(self._duration)
        self._analysis_service.start(item.path)
        self._show_prediction()
        self._show_now(0.0, settle=True)
        self._reading = self._reader.run(lambda _: read_song(item.path), done=self._on_facts, priority=1)

    def _forget(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None
        self._facts = self._prediction = None
        self._said = ()
        self._duration = self._tags_at = 0.0

    def _on_facts(self, facts: SongTagsReader) -> None:
        self._show_facts(facts)
        if facts.duration:
            self._set_duration(facts.duration)
        self._show_verdict()
        self.song_known.emit(QueueItem(facts.path, facts.title, facts.artist, self._duration or None))

    def _show_facts(self, facts: SongTagsReader) -> None:
        self._facts = facts
        self._page.header.show_song(facts)

    def _set_duration(self, seconds: float) -> None:
        if abs(seconds - self._duration) < 0.01:
            return
        self._duration = seconds
        self._bar.set_song(seconds)
        self._bar.set_position(self._playback.position)
        self._page.spectrogram.view.set_duration(seconds)
        self._show_ribbon()

    # What is heard in it

    def _on_progress(self, post: Update) -> None:
        for block in post.blocks:
            self._page.spectrogram.view.add_block(block)
        if post.prediction is not None and not self._knows_better(post.prediction):
            first = self._prediction is None
            self._prediction = post.prediction
            self._show_prediction()
            self._show_now(self._playback.position, settle=first)

    def _knows_better(self, partial: TrackPrediction) -> bool:
        """Whether a verdict on the whole song is remembered from an earlier time."""
        return self._prediction is not None and self._prediction.analysed_seconds > partial.analysed_seconds

    def _on_finished(self, prediction: TrackPrediction) -> None:
        first = self._prediction is None
        self._prediction = prediction
        self._set_duration(prediction.duration)
        self._show_prediction()
        self._show_now(self._playback.position, settle=first)
        self._tell_genre()
        if prediction.warnings and len(prediction.timeline):
            words = " ".join(prediction.warnings)
            self.noticed.emit(Notice("About this file", f"{prediction.path.name}: {words}", problem=False))
        self._look_ahead()

    def _tell_genre(self) -> None:
        """What the song counts as: as the user said, else as the model says of all of it."""
        if self._facts is not None and (self._said or (self._prediction is not None and self.is_whole)):
            found = self._prediction.genre if self._prediction is not None else None
            self.genre_known.emit(self._facts.path, self._said[0] if self._said else found)

    def _on_failed(self, path: Path | None, error: Exception) -> None:
        if self._prediction is None and self._facts is not None and not self._said:
            self._page.side.verdict.show_verdict(NOT_ANALYSED_VERDICT)
        else:
            self._show_verdict()
        self.noticed.emit(Notice.of(error))

    def _on_prefetched(self, prediction: TrackPrediction) -> None:
        self.genre_known.emit(prediction.path, prediction.genre)

    def _on_model_changed(self) -> None:
        if self._facts is None:
            return
        self._prediction, self._tags_at = self._analysis_service.verdict_on(self._facts.path), 0.0
        if self._prediction is None:
            self._analysis_service.start(self._facts.path)
        self._show_prediction()
        self._tell_genre()
        self._show_now(self._playback.position, settle=True)

    def _look_ahead(self) -> None:
        following = self._playback.queue.peek()
        if following is not None and self._analysis_service.running is None:
            self._analysis_service.look_ahead(following.path)

    # Showing

    def _show_prediction(self) -> None:
        self._show_verdict()
        self._show_ribbon()
        self._show_tags()

    def _show_tags(self) -> None:
        """The tags of the first seconds change quickly; they are shown anew when half as much again was heard."""
        analysed_seconds = self._prediction.analysed_seconds if self._prediction is not None else 0.0
        if self._prediction is None or self.is_whole or analysed_seconds >= _TAGS_AGAIN * self._tags_at:
            self._tags_at = analysed_seconds
            self._page.side.chips.set_words(self._prediction.tags if self._prediction is not None else ())
            self._page.side.refit()

    def _show_verdict(self) -> None:
        if self._facts is None:
            self._page.side.verdict.show_verdict(NO_VERDICT)
            return
        running = self._analysis_service.running is not None and not self.is_whole
        words = verdict(self._prediction, running=running, in_file=self._facts.genres, said=self._said)
        self._page.side.verdict.show_verdict(words)

    def _show_ribbon(self) -> None:
        timeline = self._prediction.timeline if self._prediction is not None else None
        complete = self.is_whole
        self._page.ribbon.set_timeline(timeline, self._duration, complete=complete)

    def _on_moved(self, seconds: float) -> None:
        self._bar.set_position(seconds)
        self._page.spectrogram.view.set_position(seconds)
        self._page.ribbon.set_position(seconds)
        self._frame += 1
        if self._frame % _BARS_EVERY == 0:
            self._show_now(seconds)

    def _on_jumped(self, seconds: float) -> None:
        self._on_moved(seconds)
        self._show_now(seconds, settle=True)

    def _on_playing(self, playing: bool) -> None:
        if not playing:  # nothing changes any more: put the bars into exact order
            self._on_jumped(self._playback.position)

    def _show_now(self, seconds: float, *, settle: bool = False) -> None:
        timeline = self._prediction.timeline if self._prediction is not None else None
        known = timeline is not None and len(timeline) > 0
        values = timeline.at(seconds).tolist() if timeline is not None and known else None
        if timeline is not None:
            self._page.side.bars.set_genres(timeline.genres)
        self._page.side.bars.set_values(values, settle=settle)
