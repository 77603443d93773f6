"""Between the player, the queue and the window: what is played next, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mgc_desktop.notice import Notice
from mgc_desktop.playback.events import EventKind, PlayerEvent
from mgc_desktop.playback.player import Player
from mgc_desktop.playback.queue import PlayQueue, QueueItem, Repeat

FRAME_MS: Final = 33
_BACK_TO_START: Final = 3.0  # seconds after which "previous" means the beginning of this song
_REFRESH_MS: Final = 40  # changes of the queue that come together are shown together
_REPEATS: Final = {Repeat.OFF: Repeat.ALL, Repeat.ALL: Repeat.ONE, Repeat.ONE: Repeat.OFF}


class PlaybackController(QObject):
    """Turns what the user wants into orders to the player, and what the player tells into signals."""

    song_changed = Signal(object)  # QueueItem, None when the queue has become empty
    moved = Signal(float)  # seconds, thirty times a second while somebody can see it
    jumped = Signal(float)  # seconds, after a seek
    playing_changed = Signal(bool)
    duration_known = Signal(float)  # seconds
    queue_changed = Signal()
    volume_changed = Signal(float, bool)  # 0 to 1, muted
    noticed = Signal(object)  # Notice

    def __init__(self, player: Player, queue: PlayQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player = player
        self.queue = queue
        self._volume, self._muted = player.volume, False
        self._playing = False
        self._opening: QueueItem | None = None  # the song of which the player has not said yet whether it opens
        self._following: Path | None = None  # the song that the player holds ready
        self._failures = 0
        self._watched = True
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._on_frame)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self._on_queue_settled)
        queue.on_change = self._refresh.start

    # The state

    @property
    def playing(self) -> bool:
        """Whether a song is heard, or will be as soon as it is open."""
        return self._playing

    @property
    def position(self) -> float:
        """Seconds of what is heard now."""
        return self.player.position

    @property
    def volume(self) -> float:
        """0 to 1, also while muted."""
        return self._volume

    @property
    def muted(self) -> bool:
        """Whether the volume is kept but not heard."""
        return self._muted

    def songs_in_hand(self) -> tuple[Path, ...]:
        """The files that the player may hold open: the song, and the one that it has ready."""
        return tuple(path for path in (self.player.path, self._following) if path is not None)

    def set_watched(self, watched: bool) -> None:
        """Whether anybody can see the position; nothing is drawn for a hidden window."""
        self._watched = watched
        self._steer_frames()
        if watched and self.queue.current is not None:
            self.moved.emit(self.position)

    def close(self) -> None:
        """End the player; nothing is said any more. Safe to call more than once."""
        self.queue.on_change = lambda: None
        self._frames.stop()
        self._refresh.stop()
        self.player.close()

    # Songs

    def play_now(self, items: Iterable[QueueItem]) -> None:
        """Put songs behind the current one and go to the first of them."""
        items = list(items)
        if items:
            at = 0 if self.queue.index is None else self.queue.index + 1
            self.queue.insert(at, items)
            self.play_at(at)

    def play_at(self, index: int) -> None:
        """Go to a song of the queue and play it."""
        self._failures = 0
        self._open(self.queue.select(index), play=True)

    def stand_at(self, index: int) -> None:
        """Go to a song of the queue without playing it."""
        self._open(self.queue.select(index), play=False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.queue.current is None:
            return
        if self._playing:
            self.player.pause()
            self._set_playing(False)
        elif self.player.state == "empty":
            self.play_at(self.queue.index or 0)
        else:
            ended = self.player.state == "ended"
            self.player.play()
            self._set_playing(True)
            if ended:
                self.jumped.emit(0.0)

    def pause(self) -> None:
        """Stand still where the song is."""
        if self._playing:
            self.player.pause()
            self._set_playing(False)

    def stop(self) -> None:
        """Stand still at the beginning."""
        if self.queue.current is not None:
            self.player.pause()
            self._set_playing(False)
            self.seek(0.0)

    def next(self) -> None:
        """The next song, as the user wants it."""
        self._failures = 0
        item = self.queue.next()
        if item is not None:
            self._open(item, play=self._playing)

    def previous(self) -> None:
        """The beginning of this song, or if that is where we are, the song before."""
        self._failures = 0
        item = self.queue.previous() if self.position < _BACK_TO_START else None
        if item is None:
            self.seek(0.0)
        else:
            self._open(item, play=self._playing)

    def seek(self, seconds: float) -> None:
        """Go on from another place."""
        if self.queue.current is None:
            return
        duration = self.player.duration
        seconds = max(0.0, seconds if duration is None else min(seconds, duration))
        self.player.seek(seconds)
        self.jumped.emit(seconds)

    def nudge(self, seconds: float) -> None:
        """A little on, or back."""
        self.seek(self.position + seconds)

    # The queue

    def remove(self, positions: Sequence[int]) -> list[tuple[int, QueueItem]]:
        """Take songs out; where the current one goes, another takes its place. Gives them as `queue.restore` takes
        them."""
        loses_current = self.queue.index in positions
        removed = self.queue.remove(positions)
        if loses_current and self.queue.current is None:
            self._empty()
        elif loses_current and self.queue.current is not None:
            self._open(self.queue.current, play=self._playing)
        return removed

    def clear(self) -> list[tuple[int, QueueItem]]:
        """Take out all songs but the current one. Gives them as `queue.restore` takes them."""
        return self.queue.remove([i for i in range(len(self.queue)) if i != self.queue.index])

    def cycle_repeat(self) -> None:
        """off, all, one, off."""
        self.queue.repeat = _REPEATS[self.queue.repeat]

    # The sound

    def set_volume(self, volume: float) -> None:
        """0 to 1; the user who turns it wants to hear it."""
        self._volume, self._muted = min(1.0, max(0.0, volume)), False
        self._apply_volume()

    def set_muted(self, muted: bool) -> None:
        """Silent, with the volume kept."""
        self._muted = muted
        self._apply_volume()

    def _apply_volume(self) -> None:
        self.player.volume = 0.0 if self._muted else self._volume
        self.volume_changed.emit(self._volume, self._muted)

    # What the player tells

    @Slot(object)
    def on_event(self, event: PlayerEvent) -> None:
        """An event of the player, on the GUI thread."""
        match event.kind:
            case EventKind.LOADED:
                self._on_loaded(event)
            case EventKind.ERROR:
                self._on_error(event)
            case EventKind.ENDED:
                self._on_ended(event)
            case EventKind.ADVANCED:
                self._on_advanced(event)
            case EventKind.SILENT if event.error is not None:
                self.noticed.emit(Notice.of(event.error))
            case _:
                pass

    def _on_loaded(self, event: PlayerEvent) -> None:
        if self._opening is None or self._opening.path != event.path:
            return
        self._opening, self._failures = None, 0
        self._tell_duration()
        self._preload()

    def _on_error(self, event: PlayerEvent) -> None:
        if event.error is not None:
            self.noticed.emit(Notice.of(event.error))
        if self._opening is not None and self._opening.path == event.path:
            self._opening = None
            self._skip()

    def _on_ended(self, event: PlayerEvent) -> None:
        before = self.queue.current
        if before is None or before.path != event.path:
            return  # another song was chosen in the last moment
        item = self.queue.advance()
        if item is None:
            self._set_playing(False)
            self.moved.emit(self.position)
        elif item is before:
            self.seek(0.0)
            self.player.play()
        else:
            self._open(item, play=True)

    def _on_advanced(self, event: PlayerEvent) -> None:
        before = self.queue.current
        self._following = None
        item = self.queue.advance()
        if item is None or item.path != event.path:
            # The queue has changed in the last moment.
            if item is not None:
                self._open(item, play=True)
            return
        if item is before:
            self.jumped.emit(0.0)
        else:
            self.song_changed.emit(item)
            self._tell_duration()
        self._preload()

    # How it is done

    def _open(self, item: QueueItem, *, play: bool) -> None:
        self._opening, self._following = item, None
        self.player.load(item.path)
        if play:
            self.player.play()
        self.song_changed.emit(item)
        self._set_playing(play)

    def _skip(self) -> None:
        """The current song cannot be opened: try the next one, but not round and round."""
        self._failures += 1
        wants_to_play = self._playing
        item = self.queue.next() if wants_to_play and self._failures < len(self.queue) else None
        if item is None:
            self._set_playing(False)
        else:
            self._open(item, play=True)

    def _empty(self) -> None:
        self.player.pause()
        self._following = None
        self.player.preload(None)
        self._set_playing(False)
        self.song_changed.emit(None)

    def _preload(self) -> None:
        item = self.queue.peek()
        following = item.path if item is not None else None
        if following != self._following:
            self._following = following
            self.player.preload(following)

    def _tell_duration(self) -> None:
        if self.player.duration:
            self.duration_known.emit(self.player.duration)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)
        self._steer_frames()

    def _steer_frames(self) -> None:
        if self._playing and self._watched:
            self._frames.start()
        else:
            self._frames.stop()

    def _on_frame(self) -> None:
        self.moved.emit(self.player.position)

    def _on_queue_settled(self) -> None:
        if self._opening is None and self.queue.current is not None:
            self._preload()
        self.queue_changed.emit()
