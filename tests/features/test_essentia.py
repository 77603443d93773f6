"""The spectrogram that Essentia's published models hear is that of Essentia itself.

Essentia gives one frame more where the last one is centred beyond the end of the sound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mgc_desktop.features.config import ESSENTIA_MUSICNN, MUSICNN, MelConfig
from mgc_desktop.features.mel import log_mel
from tests.features.essentia_golden import FILE, essentia_spectrogram, sounds

LARGEST_DIFFERENCE = 1e-3  # the values lie between 0 and about 6


def difference(found: np.ndarray, wanted: np.ndarray) -> float:
    frames = found.shape[1]
    assert frames <= wanted.shape[1] <= frames + 1
    return float(np.abs(found - wanted[:, :frames]).max())


@pytest.mark.parametrize("name", sounds())
def test_it_is_the_recorded_one_of_essentia(name):
    with np.load(FILE) as golden:
        wanted = golden[name]
    found = log_mel(sounds()[name], ESSENTIA_MUSICNN)
    assert difference(found, wanted) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("name", sounds())
def test_it_is_that_of_the_installed_essentia(name):
    standard = pytest.importorskip("essentia.standard")
    y = sounds()[name]
    wanted = essentia_spectrogram(y, standard)
    assert difference(log_mel(y, ESSENTIA_MUSICNN), wanted) <= LARGEST_DIFFERENCE


def test_each_of_the_options_is_needed():
    with np.load(FILE) as golden:
        for option in ({"window": "periodic"}, {"filter_edges": "exact"}, {"pad_mode": "reflect"}):
            other = replace(ESSENTIA_MUSICNN, **option)
            worst = max(difference(log_mel(y, other), golden[name]) for name, y in sounds().items())
            assert worst > LARGEST_DIFFERENCE, option


def test_files_name_the_options_only_where_they_are_not_the_default():
    assert not {"window", "filter_edges"} & set(MUSICNN.to_dict())
    assert MelConfig.from_dict(MUSICNN.to_dict()) == MUSICNN
    assert MelConfig.from_dict(ESSENTIA_MUSICNN.to_dict()) == ESSENTIA_MUSICNN


@pytest.mark.parametrize(
    "wrong", [{"n_fft": 1 << 40}, {"n_mels": 10**9}, {"sr": 16000.0}, {"hop_length": True}, {"window": "Hann"}]
)
def test_impossible_values_are_refused(wrong):
    with pytest.raises(ValueError):
        MelConfig.from_dict({**MUSICNN.to_dict(), **wrong})
