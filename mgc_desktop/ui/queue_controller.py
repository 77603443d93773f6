"""Between the queue and its two views: the list and "next"."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from mgc_desktop.notice import UNDO, Notice
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.ui.queue_model import QueueModel, title_of
from mgc_desktop.ui.views.listen.next_panel import LINES, NextSong
from mgc_desktop.ui.views.listen.page import ListenPage
from mgc_desktop.workers.playback_controller import PlaybackController
from mgc_desktop.workers.songs import read_item
from mgc_desktop.workers.tasks import TaskRunner

_AT_ONCE: Final = 200  # songs whose tags are wanted at the same time; more were only scrolled past


class QueueController(QObject):
    """Mirrors the queue, carries out what the user does to it, and reads the tags of the songs that are looked at."""

    noticed = Signal(object)  # Notice

    def __init__(
        self,
        page: ListenPage,
        model: QueueModel,
        playback: PlaybackController,
        reader: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._model = model
        self._playback = playback
        self._queue = playback.queue
        self._reader = reader
        self._asked: set[Path] = set()
        self._genres: dict[Path, str] = {}
        playback.queue_changed.connect(self.refresh)
        model.facts_wanted.connect(self._want)
        model.move_requested.connect(self._queue.move)
        page.queue.play_requested.connect(playback.play_at)
        page.queue.remove_requested.connect(lambda positions: self._tell_removed(playback.remove(positions)))
        page.queue.clear_requested.connect(lambda: self._tell_removed(playback.clear()))
        page.side.next.play_requested.connect(playback.play_at)

    def _tell_removed(self, removed: list[tuple[int, QueueItem]]) -> None:
        """Of many songs that were taken out at once, say so, with a way back."""
        if len(removed) > 1:
            back = partial(self._playback.queue.restore, removed)
            title = f"{len(removed):,} songs were removed from the queue"
            self.noticed.emit(Notice(title, "The files stay as they are.", action=UNDO, problem=False, on_action=back))

    def know_genre(self, path: Path, genre: str | None) -> None:
        """A song was heard: its dot gets its colour."""
        if genre is not None and self._genres.get(path) != genre:
            self._genres[path] = genre
            self.refresh()

    def know_item(self, item: QueueItem) -> None:
        """What is known of a song now."""
        for position, known in enumerate(self._queue.items):
            if known.path == item.path and known != item:
                self._queue.replace(position, item)

    def refresh(self) -> None:
        """Show the queue as it is."""
        items, index = self._queue.items, self._queue.index
        self._model.show_queue(items, index, self._genres)
        start = 0 if index is None else index + 1
        following = items[start : start + LINES]
        for item in following:
            if not item.title:
                self._want(item.path)
        self._page.side.next.show_songs(
            [
                NextSong(start + i, title_of(item), item.artist, self._genres.get(item.path))
                for i, item in enumerate(following)
            ]
        )
        self._page.side.refit()

    def _want(self, path: Path) -> None:
        if path not in self._asked and self._reader.busy < _AT_ONCE:
            self._asked.add(path)
            self._reader.run(lambda _: read_item(path), done=self.know_item)
