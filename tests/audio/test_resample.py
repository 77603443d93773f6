"""Resampling in blocks."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc_desktop.audio.resample import StreamResampler


def in_blocks(y, sr_in, sr_out, sizes):
    resampler = StreamResampler(sr_in, sr_out, len(y))
    parts, start = [], 0
    while start < y.shape[1]:
        size = sizes[len(parts) % len(sizes)]
        parts.append(resampler.process(y[:, start : start + size]))
        start += size
    return np.concatenate([*parts, resampler.flush()], axis=1)


@pytest.mark.parametrize("sr_in", [8000, 11025, 22050, 32000, 44100, 48000, 96000])
@pytest.mark.parametrize("sr_out", [16000, 22050])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_no_delay_and_the_right_length(sr_in, sr_out, channels, sounds):
    y = sounds.tone(1, sr_in, 440, channels)
    found = in_blocks(y, sr_in, sr_out, [4096])
    assert found.dtype == np.float32
    assert abs(found.shape[1] - sr_out) <= 1
    middle = slice(sr_out // 4, 3 * sr_out // 4)
    np.testing.assert_allclose(found[:, middle], sounds.tone(1, sr_out, 440, channels)[:, middle], atol=1e-3)


def test_same_as_soxr_in_one_go(sounds):
    y = sounds.noise(2)
    found = in_blocks(y, 44100, 16000, [16384])
    np.testing.assert_allclose(found[0], soxr.resample(y[0], 44100, 16000, quality="HQ"), atol=1e-6)


def test_equal_rates_pass_through(sounds):
    y = sounds.noise(0.5, channels=2)
    np.testing.assert_array_equal(in_blocks(y, 44100, 44100, [1000]), y)


def test_silence_of_no_length():
    resampler = StreamResampler(44100, 16000, 2)
    assert resampler.process(np.zeros((2, 0), np.float32)).shape[0] == 2
    assert resampler.flush().shape == (2, 0)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 20000), min_size=1, max_size=8))
def test_block_sizes_do_not_matter(sizes):
    y = np.random.default_rng(0).standard_normal((2, 40000)).astype(np.float32)
    np.testing.assert_array_equal(in_blocks(y, 44100, 22050, sizes), in_blocks(y, 44100, 22050, [40000]))
