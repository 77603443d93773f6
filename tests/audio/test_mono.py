"""One channel at the wanted rate; a stretch of it is what the whole song has there."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.audio.mono import mono_stretch, read_mono


def whole(path, sr):
    return np.concatenate(list(read_mono(path, sr)))


def test_a_stretch_of_a_file_is_cut_to_the_sample(sounds, write_audio) -> None:
    path = write_audio("a.wav", sounds.noise(4.0, 22050), sr=22050)
    part = np.concatenate(list(read_mono(path, 22050, 1.0, 2.5)))
    assert np.array_equal(part, whole(path, 22050)[22050 : 22050 + round(1.5 * 22050)])


@pytest.mark.parametrize("native", [44100, 48000, 22050, 16000, 11025])
@pytest.mark.parametrize("sr", [16000, 22050])
@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_a_stretch_is_what_resampling_the_whole_song_gives_there(sounds, write_audio, native, sr, name) -> None:
    path = write_audio(name, sounds.noise(6.0, native, channels=2), sr=native)
    all_of_it = whole(path, sr)
    for start, stop in ((0, 1000), (12345, 45678), (3 * sr, 4 * sr)):
        stretch = mono_stretch(path, sr, start, stop)
        assert np.abs(stretch - all_of_it[start:stop]).max() < 2e-4


def test_at_the_end_of_the_song_there_is_as_much_as_there_is(sounds, write_audio) -> None:
    path = write_audio("a.wav", sounds.noise(2.0, 44100))
    assert len(mono_stretch(path, 16000, 31000, 40000)) == 1000
    assert len(mono_stretch(path, 16000, 40000, 50000)) == 0
