"""From frames to float32 samples, and from many channels to few."""

from __future__ import annotations

import av
import numpy as np
import pytest

from mgc_desktop.audio.frames import peak, samples, sane, to_mono, to_stereo, with_channels

FORMATS = {"u8": "uint8", "s16": "int16", "s32": "int32", "flt": "float32", "dbl": "float64"}


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("name", FORMATS)
def test_every_sample_format_has_full_scale_at_one(name, planar):
    dtype = np.dtype(FORMATS[name])
    wanted = np.array([[0.0, 0.5, -0.5, -1.0], [0.25, -0.25, 0.0, 0.75]])
    if dtype.kind == "f":
        stored = wanted.astype(dtype)
    else:
        scale = 2.0 ** (8 * dtype.itemsize - 1)
        stored = (wanted * scale + (scale if dtype.kind == "u" else 0)).astype(dtype)
    array = stored if planar else np.ascontiguousarray(stored.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(array, format=name + ("p" if planar else ""), layout="stereo")
    y = samples(frame)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, wanted.astype(np.float32))


@pytest.mark.parametrize(
    ("values", "loudest"),
    [([0.0, 1.5, -3.0], 3.0), ([0.25], 0.25), ([-40000.0], 40000.0), ([np.inf], np.inf), ([], 0.0)],
)
def test_peak(values, loudest):
    assert peak(np.array([values], np.float32)) == loudest


def test_peak_of_what_is_no_number_is_never_acceptable():
    assert not peak(np.array([[0.1, np.nan, 0.2]], np.float32)) <= 1.0


def test_sane_samples():
    y = np.array([[0.5, np.nan, np.inf, -np.inf, 1.5, -2.0]], np.float32)
    np.testing.assert_array_equal(sane(y), [[0.5, 0, 1, -1, 1, -1]])


def test_mono_is_the_mean():
    y = np.array([[1, 0], [0, 0.5], [-0.25, 0.25]], np.float32)
    np.testing.assert_array_equal(to_mono(y), np.array([0.25, 0.25], np.float32))
    assert to_mono(y).dtype == np.float32


def test_channels_that_change_on_the_way():
    y = np.array([[1, 0], [0, 1]], np.float32)
    assert with_channels(y, 2) is y
    np.testing.assert_array_equal(with_channels(y, 1), [[0.5, 0.5]])
    np.testing.assert_array_equal(with_channels(y[:1], 3), [[1, 0]] * 3)


class TestStereo:
    def test_mono_goes_to_both_sides(self):
        np.testing.assert_array_equal(to_stereo(np.array([[0.5, -1]], np.float32)), [[0.5, -1]] * 2)

    def test_stereo_is_untouched(self):
        y = np.array([[1, 0], [0, 1]], np.float32)
        assert to_stereo(y) is y
