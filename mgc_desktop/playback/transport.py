"""The state that the player and its worker share."""

from __future__ import annotations

import threading

from mgc_desktop.playback.clock import PlaybackClock
from mgc_desktop.playback.decoder import LoadedSong
from mgc_desktop.playback.mixer import Mixer


class Transport:
    """The clock, the mixer, and the generation of the newest command.

    Every loaded song and every seek begins a new generation. Results of the worker for an older one are dropped. The
    lock is held briefly, and never by the audio thread.
    """

    def __init__(self) -> None:
        self.clock = PlaybackClock()
        self.mixer = Mixer(self.clock)
        self._lock = threading.Lock()
        self._song: LoadedSong | None = None
        self._generation = 0
        self._ended = False

    def is_current(self, song: LoadedSong) -> bool:
        """Whether this is still the song that was opened last."""
        return song is self._song

    @property
    def generation(self) -> int:
        """The number of the newest generation."""
        return self._generation

    @property
    def ended(self) -> bool:
        """Whether the song of the newest generation was played to its end."""
        return self._ended

    def open(self, song: LoadedSong) -> int:
        """Load a song, paused at its start; returns the number of the new generation."""
        with self._lock:
            self.mixer.playing = False
            self.mixer.cut_to(None)
            self._song = song
            return self._begin(song, 0.0)

    def jump(self, song: LoadedSong, position: float) -> int:
        """Continue the song from another position; returns the number of the new generation."""
        with self._lock:
            return self._begin(song, position)

    def _begin(self, song: LoadedSong | None, position: float) -> int:
        self._generation += 1
        self._ended = False
        self.clock.hold(song, position, self._generation)
        return self._generation

    def advance(self, before: LoadedSong, song: LoadedSong) -> None:
        """The next song has followed without a command."""
        with self._lock:
            if before is self._song:
                self._song = song

    def end(self, generation: int) -> bool:
        """The song is over; False if the generation is out of date."""
        with self._lock:
            if generation != self._generation:
                return False
            self._ended = True
            self.mixer.playing = False
            return True

    def fail(self, song: LoadedSong) -> None:
        """The song cannot be played at all."""
        with self._lock:
            if song is self._song:
                self.mixer.playing = False
                self._begin(None, 0.0)
