"""Decodes one song ahead of playback, at the rate of the audio device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_stereo
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.errors import DecodeError
from mgc_desktop.playback.mixer import Stream

_USUAL_RATES: Final = (44100, 48000)
_NOTHING: Final = np.empty((0, 2), np.float32)


@dataclass(eq=False, slots=True)
class LoadedSong:
    """A loaded song. `duration`: seconds, None while unknown, exact once it was decoded to its end."""

    path: Path
    duration: float | None = None


class Decoder:
    """Decodes a song, downmixes it to stereo, resamples it to `rate` and fills `stream` with it. For one thread.

    `error`: the error that ended the song early, if any. Raises DecodeError if it cannot be opened.
    """

    def __init__(self, song: LoadedSong, *, generation: int, rate: int | None = None) -> None:
        """`rate`: frames a second of the audio device; None: the song's own rate if that is a usual one."""
        self.song = song
        self._reader: AudioReader | None = AudioReader(song.path)
        self._sr = self._reader.info.sr
        self.rate = rate or (self._sr if self._sr in _USUAL_RATES else _USUAL_RATES[0])
        self._away = False
        song.duration = self._reader.info.duration
        self.start(0.0, generation=generation)

    def start(self, seconds: float, *, generation: int, rate: int | None = None) -> Stream:
        """Begin a new stream at `seconds`, perhaps at another `rate`."""
        self.rate = rate or self.rate
        self.stream = Stream(self.song, seconds, self.rate, generation)
        self.error: DecodeError | None = None
        self._resampler = StreamResampler(self._sr, self.rate, 2)
        self._pending = _NOTHING
        self._at_end = False
        self._resume_at = seconds
        if not self._away:
            self._find_place()
        return self.stream

    def feed(self) -> bool:
        """Decode the next block if the last one was written; False if there is nothing to do for now."""
        if not len(self._pending) and not self._at_end and self._reader is not None:
            self._decode(self._reader)
        count = self.stream.ring.write(self._pending)
        self._pending = self._pending[count:]
        if self._at_end and not len(self._pending):
            self.stream.complete = True
        return count > 0

    def _decode(self, reader: AudioReader) -> None:
        try:
            block = reader.read()
        except DecodeError as error:
            self._fail(error)
            return
        if block is None:
            self.song.duration = reader.info.duration
            self._at_end = True
            self._pending = self._resampler.flush().T
        else:
            self._pending = self._resampler.process(to_stereo(block)).T

    def _find_place(self) -> None:
        try:
            if self._reader is None:
                self._reader = AudioReader(self.song.path)
            if self._reader.position != self._resume_at:
                self._reader.seek(self._resume_at)
        except DecodeError as error:
            self._fail(error)

    def _fail(self, error: DecodeError) -> None:
        self.error = error
        self._at_end = True
        self._pending = self._resampler.flush().T

    def release(self) -> None:
        """Close the file; decoded audio stays in the buffer."""
        self._away = True
        if self._reader is not None:
            self._resume_at = self._reader.position
            self._reader.close()
            self._reader = None

    def reopen(self) -> None:
        """Open the file again and continue at the position of `release`, or of the last `start`."""
        self._away = False
        if self._reader is None and not self._at_end:
            self._find_place()
