"""The pictures that networks learn from are librosa's, and those that the program shows a network later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.audio.mono import read_mono
from mgc_desktop.errors import DecodeError, NoAudioError
from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.features.mel import log_mel
from mgc_desktop.training.extract import Representation, extract

SR = REPORT.sr


@pytest.fixture(scope="module")
def song(small_tree: Path) -> Path:
    return sorted((small_tree / "Electronica").rglob("*.wav"))[0]


@pytest.mark.train
def test_the_mel_spectrogram_is_librosas(song: Path) -> None:
    librosa = pytest.importorskip("librosa")
    y, _ = librosa.load(song, sr=None)
    power = librosa.feature.melspectrogram(y=y, sr=SR, n_fft=2048, hop_length=512, n_mels=128, fmax=8000)
    expected = librosa.power_to_db(power, ref=1.0, top_db=None)
    got = extract(song, Representation(REPORT))
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() < 0.01


def test_it_is_what_the_program_computes_of_the_whole_sound(song: Path) -> None:
    y = np.concatenate(list(read_mono(song, MUSICNN.sr)))
    assert np.array_equal(extract(song, Representation(MUSICNN)), log_mel(y, MUSICNN))


def test_representations_have_different_keys() -> None:
    keys = {Representation(REPORT).key, Representation(MUSICNN).key, Representation(REPORT, linear=True).key}
    assert len(keys) == 3


def test_what_cannot_be_heard_is_said(tmp_path: Path, silent_wav: Path) -> None:
    damaged = tmp_path / "damaged.mp3"
    damaged.write_bytes(b"no music" * 100)
    with pytest.raises(DecodeError):
        extract(damaged, Representation())
    with pytest.raises(NoAudioError, match="silence"):
        extract(silent_wav, Representation())
