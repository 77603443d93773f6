"""The pictures that networks learn from are librosa's, and those that the program shows a network later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import DecodeError, NothingToHearError
from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.features.mel import log_mel
from mgc_desktop.training.extract import Representation, extract, linear_db, read_mono

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


def test_a_stretch_of_a_file_is_cut_to_the_sample(song: Path) -> None:
    whole = np.concatenate(list(read_mono(song, SR)))
    part = np.concatenate(list(read_mono(song, SR, 1.0, 2.5)))
    assert np.allclose(part, whole[SR : SR + round(1.5 * SR)], atol=1e-4)


def test_a_tone_stands_where_its_frequency_is_on_the_linear_scale() -> None:
    y = np.sin(2 * np.pi * 4000 * np.arange(SR) / SR).astype(np.float32)
    picture = linear_db(y, REPORT)
    assert picture.shape == (128, 1 + SR // 512)
    assert picture.mean(axis=1).argmax() in (63, 64), "half of 8 kHz is half of 128 bands"


def test_representations_have_different_keys() -> None:
    keys = {Representation(REPORT).key, Representation(MUSICNN).key, Representation(REPORT, linear=True).key}
    assert len(keys) == 3


def test_what_cannot_be_heard_is_said(tmp_path: Path, silent_wav: Path) -> None:
    damaged = tmp_path / "damaged.mp3"
    damaged.write_bytes(b"no music" * 100)
    with pytest.raises(DecodeError):
        extract(damaged, Representation())
    with pytest.raises(NothingToHearError, match="silence"):
        extract(silent_wav, Representation())
