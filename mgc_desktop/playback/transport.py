"""What the user wants and what the worker has made of it: the state that both share."""

from __future__ import annotations

import threading

from mgc_desktop.playback.clock import PlaybackClock
from mgc_desktop.playback.decoder import LoadedSong
from mgc_desktop.playback.mixer import Mixer


class Transport:
    """The clock, the mixer, and the turn.

    With every song that is loaded and every seek a new turn begins. What the worker has to say about an older one is
    void: the newest wish counts. The lock is held for moments only, and never by the audio thread.
    """

    def __init__(self) -> None:
        self.clock = PlaybackClock()
        self.mixer = Mixer(self.clock)
        self._lock = threading.Lock()
        self._song: LoadedSong | None = None
        self._generation = 0
        self._ended = False

    def wanted(self, song: LoadedSong) -> bool:
        """Whether no other song was opened since."""
        return song is self._song

    @property
    def generation(self) -> int:
        """The number of the newest turn."""
        return self._generation

    @property
    def ended(self) -> bool:
        """Whether the song of the newest turn was heard to its end."""
        return self._ended

    def open(self, song: LoadedSong) -> int:
        """A song is to be loaded; it stands still at its beginning. The number of the new turn."""
        with self._lock:
            self.mixer.playing = False
            self.mixer.cut_to(None)
            self._song = song
            return self._begin(song, 0.0)

    def jump(self, song: LoadedSong, position: float) -> int:
        """The song is to go on from another place. The number of the new turn."""
        with self._lock:
            return self._begin(song, position)

    def _begin(self, song: LoadedSong | None, position: float) -> int:
        self._generation += 1
        self._ended = False
        self.clock.hold(song, position, self._generation)
        return self._generation

    def advance(self, before: LoadedSong, song: LoadedSong) -> None:
        """The next song has followed by itself."""
        with self._lock:
            if before is self._song:
                self._song = song

    def end(self, generation: int) -> bool:
        """The song is over; False if that is of no interest any more."""
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
