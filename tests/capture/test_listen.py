"""A song that is played into a sound card is analysed as the file is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.capture.listen import listen
from mgc_desktop.capture.source import Source
from mgc_desktop.capture.sources import find_source, open_source
from mgc_desktop.capture.stream import QUEUE_SECONDS, CaptureStream
from mgc_desktop.errors import CaptureError
from mgc_desktop.features.mel import log_mel
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.paths import resources_dir
from mgc_desktop.pipeline import PICTURE, Excerpt, analyze

sys.path.append(str(Path(__file__).parents[1]))
from live_listener import Heard
from sound_card import RATE, SoundCard

SOURCE = Source("made/source", "Made source", "input")


class Recorded(CaptureStream):
    """Hands on what another stream captures, and keeps it for the test."""

    def __init__(self, stream: CaptureStream) -> None:
        super().__init__(stream.source, stream.sr, stream.channels)
        self.stream = stream
        self.blocks: list[FloatArray] = []

    def read(self, timeout: float) -> FloatArray | None:
        y = self.stream.read(timeout)
        if y is not None:
            self.blocks.append(y.copy())
        return y

    def close(self) -> None:
        self.stream.close()


def demo_song() -> FloatArray:
    """Twelve seconds of real music, `(2, n)` at RATE."""
    from mgc_desktop.audio.decode import AudioReader
    from mgc_desktop.audio.files import find_audio

    for path in find_audio([resources_dir() / "demo"]):
        with AudioReader(path) as reader:
            if reader.info.sr != RATE:
                continue
            y = np.concatenate(list(reader), axis=1)[:, : 12 * RATE]
            return np.repeat(y, 2, axis=0) if len(y) == 1 else y
    raise AssertionError("no demo song at the rate of the sound card")


def place_of(song: FloatArray, captured: FloatArray) -> int:
    """At which sample of a recording a song begins: where some of its samples stand exactly."""
    at = 4 * RATE
    (found,) = np.flatnonzero(
        np.all([np.abs(np.roll(captured[0], -i) - song[0, at + i]) < 1e-5 for i in range(0, 300, 10)], axis=0)
    )
    return int(found) - at


@pytest.mark.sound
@pytest.mark.flaky(reruns=2)
def test_what_a_sound_card_plays_is_analysed_as_the_file_is(
    card: SoundCard,
    musicnn: Classifier,
    heard: Heard,
    write_audio: Any,
    tmp_path: Path,
    wait_until: Callable[..., None],
) -> None:
    """GIVEN a song that is played into an output WHEN its monitor is listened to THEN mel values and verdict are those
    of a file of the same sound: to a rounding where the file begins at the same moment, and nearly so for the song."""
    song = np.concatenate([np.zeros((2, RATE // 2), np.float32), demo_song()], axis=1)  # PulseAudio cuts the start
    raw = tmp_path / "song.raw"
    raw.write_bytes(song.T.astype(np.float32).tobytes())
    cancel = CancelToken()
    made: list[Recorded] = []

    def open_recorded(source: Source) -> CaptureStream:
        made.append(Recorded(open_source(source)))
        return made[-1]

    thread = threading.Thread(target=lambda: listen(find_source(), musicnn, cancel, heard, open_=open_recorded))
    thread.start()
    try:
        wait_until(lambda: bool(heard.states))
        assert card.play(raw).wait(60) == 0
        wait_until(lambda: heard.states[-1].silent_seconds > 0.5)
    finally:
        cancel.cancel()
        thread.join()
    captured = np.concatenate(made[0].blocks, axis=1)
    assert made[0].stream.dropped_seconds == 0

    start = place_of(song, captured)
    assert np.abs(captured[:, start : start + song.shape[1]] - song).max() < 1e-4, "it was not played without a gap"

    state = heard.states[-1]
    same = analyze(write_audio("captured.wav", captured, sr=RATE, kind="wav-float"), musicnn)
    assert state.recent is not None and state.recent.genre == same.genre
    np.testing.assert_allclose(state.recent.probabilities, same.probabilities, atol=1e-4)
    np.testing.assert_allclose(state.timeline.probabilities, same.timeline.probabilities, atol=1e-4)

    placed = np.zeros_like(captured)
    placed[:, start : start + song.shape[1]] = song
    file = write_audio("placed.wav", placed, sr=RATE, kind="wav-float")
    np.testing.assert_allclose(heard.db, _picture(file), atol=0.05)

    alone = analyze(write_audio("song.wav", song, sr=RATE, kind="wav-float"), musicnn)
    assert np.abs(state.recent.probabilities - alone.probabilities).max() < 0.1


def _picture(path: Path) -> FloatArray:
    """The file's picture, `(128, frames)` decibels."""
    from mgc_desktop.audio.mono import read_mono

    return log_mel(np.concatenate(list(read_mono(path, PICTURE.sr))), PICTURE)


class Made(CaptureStream):
    """Delivers a sound at once, and then goes away or stays silent."""

    def __init__(self, y: FloatArray, error: CaptureError | None = None) -> None:
        super().__init__(SOURCE, 16000, len(y))
        self.closed = False
        self._deliver(y)
        if error is not None:
            self._fail(error)

    def close(self) -> None:
        self.closed = True


def test_a_session_ends_after_the_seconds_that_were_asked_for(musicnn: Classifier, heard: Heard, sounds: Any) -> None:
    stream = Made(sounds.noise(9.0, 16000))
    state = listen(SOURCE, musicnn, CancelToken(), heard, seconds=7.0, open_=lambda _: stream)
    assert state.seconds == 7.0
    assert stream.closed
    assert heard.db.shape[1] == 1 + 7 * PICTURE.sr // PICTURE.hop_length


def test_what_came_before_a_source_went_away_is_analysed(musicnn: Classifier, heard: Heard, sounds: Any) -> None:
    stream = Made(sounds.noise(4.0, 16000), CaptureError("“Made source” is gone."))
    with pytest.raises(CaptureError, match="gone"):
        listen(SOURCE, musicnn, CancelToken(), heard, open_=lambda _: stream)
    assert stream.closed
    assert heard.states[-1].seconds == 4.0
    assert heard.states[-1].recent is not None


def test_a_session_that_is_cancelled_has_a_verdict(musicnn: Classifier, heard: Heard, sounds: Any) -> None:
    cancel = CancelToken()
    stream = Made(sounds.noise(4.0, 16000))
    thread = threading.Thread(target=lambda: listen(SOURCE, musicnn, cancel, heard, open_=lambda _: stream))
    thread.start()
    while not heard.states:
        cancel.wait(0.01)
    cancel.cancel()
    thread.join(30)
    assert not thread.is_alive()
    assert stream.closed


def test_an_analysis_that_comes_too_late_loses_the_oldest_sound_only(sounds: Any) -> None:
    stream = Made(sounds.silence(1.0, 16000))
    second = sounds.noise(1.0, 16000)
    for _ in range(int(QUEUE_SECONDS) + 4):
        stream._deliver(second)
    y = stream.read(0.0)
    assert y is not None and y.shape[1] <= QUEUE_SECONDS * 16000
    np.testing.assert_array_equal(y[:, -16000:], second)
    assert stream.dropped_seconds == pytest.approx(5.0)
    assert stream.read(0.0) is None


def test_an_excerpt_of_a_file_is_analysed_as_before(musicnn: Classifier, write_audio: Any, sounds: Any) -> None:
    path = write_audio("song.wav", sounds.noise(9.0, 16000), sr=16000)
    prediction = analyze(path, musicnn, excerpts=[Excerpt(3.0, 4.0)])
    assert float(prediction.timeline.times[0, 0]) == pytest.approx(3.0)
