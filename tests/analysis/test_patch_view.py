"""The input of a model at one moment of a song equals that of the analysis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mgc_desktop.analysis.patch_view import patch_at, read_patch
from mgc_desktop.audio.mono import read_mono
from mgc_desktop.errors import DecodeError
from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.features.framing import patches
from mgc_desktop.features.linear import linear_db
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.patchinput import PatchInput, area_average

MUSICNN_INPUT = PatchInput(MUSICNN, 187, 93)
REPORT_INPUT = PatchInput(REPORT, 128, 64, 2, reference="maximum", top_db=80.0)


@pytest.fixture
def song(sounds, write_audio):
    """Ten seconds of a chirp in noise."""
    return write_audio("song.flac", sounds.chirp(10.0) + sounds.noise(10.0))


def whole_mel(path, config):
    return log_mel(np.concatenate(list(read_mono(path, config.sr))), config)


@pytest.mark.parametrize("wanted", [MUSICNN_INPUT, REPORT_INPUT])
def test_every_patch_equals_that_of_the_analysis(song, wanted) -> None:
    expected = patches(whole_mel(song, wanted.mel), wanted.frames, wanted.hop)
    for number, patch in enumerate(expected):
        predicted = read_patch(song, number, wanted)
        assert predicted.number == number
        assert predicted.start == pytest.approx(number * wanted.hop * wanted.mel.frame_seconds)
        assert predicted.end - predicted.start == pytest.approx(wanted.seconds)
        assert np.abs(predicted.patch - patch).max() < 0.01


def test_a_number_beyond_the_end_gives_the_last_patch(song) -> None:
    last = len(patches(whole_mel(song, MUSICNN), 187, 93)) - 1
    assert read_patch(song, last + 1, MUSICNN_INPUT).number == last
    assert read_patch(song, last + 100, MUSICNN_INPUT).number == last


def test_a_song_shorter_than_a_patch_is_repeated_as_the_analysis_does(sounds, write_audio) -> None:
    path = write_audio("short.wav", sounds.chirp(1.0))
    predicted = read_patch(path, 3, MUSICNN_INPUT)
    assert (predicted.number, predicted.start) == (0, 0.0)
    assert predicted.end == pytest.approx(1.0, abs=0.02)
    assert np.array_equal(predicted.patch, patches(whole_mel(path, MUSICNN), 187, 93)[0])


def test_the_reports_spectrograms_show_the_same_seconds(song) -> None:
    predicted = read_patch(song, 3, MUSICNN_INPUT)
    y = np.concatenate(list(read_mono(song, REPORT.sr)))
    first = round(predicted.start / REPORT.frame_seconds)
    frames = slice(first, first + predicted.mel.shape[1])
    assert predicted.mel.shape == predicted.linear.shape
    assert predicted.mel.shape[1] * REPORT.frame_seconds == pytest.approx(predicted.end - predicted.start, abs=0.03)
    assert np.abs(predicted.mel - log_mel(y, REPORT)[:, frames]).max() < 0.1
    assert np.abs(predicted.linear - linear_db(y, REPORT)[:, frames]).max() < 0.5  # bands of few bins reach deep


@pytest.mark.parametrize("reduction", [1, 2, 4])
def test_each_resolution_equals_the_input_of_such_a_model(song, reduction) -> None:
    predicted = read_patch(song, 1, REPORT_INPUT)
    got = predicted.at(reduction)
    assert got.shape == (128 // reduction, 128 // reduction)
    assert np.array_equal(got, replace(REPORT_INPUT, reduction=reduction).prepare(predicted.patch[np.newaxis])[0])
    assert np.allclose(got, area_average(predicted.at(1), reduction), atol=1e-5)


def test_the_patch_at_a_time_is_the_one_with_the_nearest_centre() -> None:
    frame = MUSICNN.frame_seconds
    assert patch_at(0.0, MUSICNN_INPUT) == 0
    for number in (0, 1, 7):
        middle = (number * 93 + 93.5) * frame
        assert patch_at(middle, MUSICNN_INPUT) == number
    assert patch_at(9.9, MUSICNN_INPUT, duration=10.0) == 4


def test_a_file_that_cannot_be_decoded_raises_an_error(tmp_path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"no music" * 100)
    with pytest.raises(DecodeError):
        read_patch(path, 0, MUSICNN_INPUT)
