"""The linear spectrogram is librosa's, put together to bands of equal width, on the mel-spectrogram's frames."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.features.linear import linear_db
from mgc_desktop.features.mel import frame_count

SR = REPORT.sr


@pytest.mark.train
def test_each_band_is_the_mean_power_of_librosas_bins(sounds) -> None:
    librosa = pytest.importorskip("librosa")
    y = (sounds.chirp(3.0, SR) + sounds.noise(3.0, SR))[0]
    power = np.abs(librosa.stft(y, n_fft=2048, hop_length=512, pad_mode="constant")) ** 2
    hz = librosa.fft_frequencies(sr=SR, n_fft=2048)
    edges = np.linspace(0, 8000, 129)
    bands = [power[(hz >= low) & (hz < high)].mean(axis=0) for low, high in itertools.pairwise(edges)]
    expected = librosa.power_to_db(np.stack(bands), ref=1.0, amin=1e-10, top_db=None)
    got = linear_db(y, REPORT)
    assert got.shape == expected.shape == (128, frame_count(len(y), REPORT))
    assert np.abs(got - expected).max() < 0.01


def test_a_tone_stands_where_its_frequency_is_on_the_linear_scale() -> None:
    y = np.sin(2 * np.pi * 4000 * np.arange(SR) / SR).astype(np.float32)
    assert linear_db(y, REPORT).mean(axis=1).argmax() in (63, 64), "half of 8 kHz is half of 128 bands"


def test_it_has_the_bands_and_frames_of_its_mel_sibling() -> None:
    y = np.zeros(16000, np.float32)
    assert linear_db(y, MUSICNN).shape == (96, frame_count(16000, MUSICNN))
