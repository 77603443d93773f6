"""From a file of any kind to stereo frames at the device's rate, exact in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mgc_desktop.errors import DecodeError
from mgc_desktop.playback.decoder import Decoder, LoadedSong

WriteAudio = Callable[..., Path]


def all_of(decoder: Decoder) -> np.ndarray:
    """Everything from where the feeder stands, `(samples, 2)`."""
    parts = []
    while not decoder.stream.over:
        decoder.feed()
        out = np.zeros((4096, 2), np.float32)
        parts.append(out[: decoder.stream.ring.read_into(out)])
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def test_a_song_arrives_whole_and_unchanged(told_song: Callable[..., Path], sounds: Any) -> None:
    path = told_song(3.0)

    decoder = Decoder(LoadedSong(path), generation=1)
    heard = all_of(decoder)

    assert decoder.rate == 44100
    assert len(heard) == 3 * 44100
    assert np.array_equal(np.rint(heard[:, 0] * 8192), np.arange(3 * 44100) % 8000 + 1)


def test_it_decodes_no_further_ahead_than_there_is_room(told_song: Callable[..., Path]) -> None:
    decoder = Decoder(LoadedSong(told_song(9.0)), generation=1)
    while decoder.feed():
        pass

    assert decoder.stream.ring.writable == 0
    assert not decoder.stream.complete


@pytest.mark.parametrize(
    ("sr", "rate"), [(8000, 44100), (32000, 44100), (44100, 44100), (48000, 48000), (96000, 44100)]
)
def test_unusual_rates_are_brought_to_a_usual_one(write_audio: WriteAudio, sounds: Any, sr: int, rate: int) -> None:
    song = LoadedSong(write_audio("a.wav", sounds.chirp(2.0, sr, f1=2000.0), sr))

    decoder = Decoder(song, generation=1)
    heard = all_of(decoder)

    assert decoder.rate == rate
    assert song.duration == 2.0
    expected = sounds.chirp(2.0, rate, f1=2000.0)[0]
    assert len(heard) == len(expected)
    assert np.abs(heard[:, 0] - expected)[300:-300].max() < 0.01
    assert np.array_equal(heard[:, 0], heard[:, 1]), "mono comes from both sides"


def test_six_channels_are_folded_and_do_not_clip(write_audio: WriteAudio) -> None:
    loud = np.full((6, 44100), 0.999, np.float32)

    heard = all_of(Decoder(LoadedSong(write_audio("a.wav", loud)), generation=1))

    assert heard.max() == pytest.approx(0.999, abs=0.001)


def test_the_rate_of_a_device_is_obeyed(write_audio: WriteAudio, sounds: Any) -> None:
    path = write_audio("a.wav", sounds.chirp(2.0, 44100, f1=2000.0))

    heard = all_of(Decoder(LoadedSong(path), generation=1, rate=48000))

    assert np.abs(heard[:, 0] - sounds.chirp(2.0, 48000, f1=2000.0)[0])[300:-300].max() < 0.01


def test_a_seek_is_exact_to_the_sample(told_song: Callable[..., Path]) -> None:
    decoder = Decoder(LoadedSong(told_song(9.0)), generation=1)
    decoder.feed()

    stream = decoder.start(5.5, generation=2)
    heard = all_of(decoder)

    assert (stream.generation, stream.start) == (2, 5.5)
    assert np.rint(heard[0, 0] * 8192) == round(5.5 * 44100) % 8000 + 1
    assert len(heard) == round(3.5 * 44100)


def test_after_the_end_a_song_can_be_started_again(told_song: Callable[..., Path]) -> None:
    decoder = Decoder(LoadedSong(told_song(1.0)), generation=1)
    assert len(all_of(decoder)) == 44100

    decoder.start(0.0, generation=2)

    assert len(all_of(decoder)) == 44100


def test_a_seek_to_the_end_or_beyond_leaves_nothing(told_song: Callable[..., Path]) -> None:
    decoder = Decoder(LoadedSong(told_song(1.0)), generation=1)

    for place in (1.0, 77.0):
        decoder.start(place, generation=2)
        assert len(all_of(decoder)) == 0


def test_what_is_no_sound_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp3"
    path.write_text("Dear Sir or Madam")

    with pytest.raises(DecodeError):
        Decoder(LoadedSong(path), generation=1)


def test_a_file_can_be_let_go_and_taken_up_again_in_the_middle(write_audio: WriteAudio, sounds: Any) -> None:
    path = write_audio("a.flac", sounds.chirp(6.0, 48000, f1=2000.0), 48000)
    decoder = Decoder(LoadedSong(path), generation=1, rate=44100)
    decoder.feed()

    decoder.release()
    moved = path.rename(path.with_name("b.flac"))  # as a safe writer does
    moved.rename(path)
    before = decoder.stream.ring.readable
    while decoder.feed():
        pass
    assert decoder.stream.ring.readable <= before + 20_000, "nothing but what was decoded"
    decoder.reopen()
    heard = all_of(decoder)

    expected = sounds.chirp(6.0, 44100, f1=2000.0)[0]
    assert len(heard) == len(expected)
    assert np.abs(heard[:, 0] - expected)[300:-300].max() < 0.01, "no seam"


def test_a_seek_while_the_file_is_away_is_made_good_when_it_is_back(told_song: Callable[..., Path]) -> None:
    decoder = Decoder(LoadedSong(told_song(9.0)), generation=1)
    decoder.release()
    decoder.start(5.5, generation=2)
    assert not decoder.feed()

    decoder.reopen()

    assert len(all_of(decoder)) == round(3.5 * 44100)


def test_a_file_that_is_gone_when_it_is_needed_ends_the_song_and_says_why(told_song: Callable[..., Path]) -> None:
    path = told_song(9.0)
    decoder = Decoder(LoadedSong(path), generation=1)
    decoder.release()
    path.unlink()

    decoder.reopen()

    assert len(all_of(decoder)) == 0
    assert decoder.stream.complete
    assert decoder.error is not None
    assert decoder.error.path == path


@pytest.mark.parametrize("layout", ["5.1", "7.1", "12 channels"])
def test_many_channels_are_folded_to_stereo(layout: str, tmp_path: Path, sounds: Any) -> None:
    path = tmp_path / "song.wv"
    with av.open(str(path), "w", format="wv") as output:
        stream = output.add_stream("wavpack", rate=44100, layout=layout)
        y = sounds.tone(1.0, channels=av.AudioLayout(layout).nb_channels)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(y.T).reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.pts = 44100, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    heard = all_of(Decoder(LoadedSong(path), generation=1))

    assert heard.shape == (44100, 2)
    np.testing.assert_allclose(heard.T, np.repeat(y[:1], 2, axis=0), atol=0.01)
