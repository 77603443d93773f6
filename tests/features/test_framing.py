"""Patches of a spectrogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.features.framing import PatchStream, patches


def numbered(frames, n_mels=3):
    return np.arange(n_mels * frames, dtype=np.float32).reshape(n_mels, frames)


def test_as_many_as_fit():
    mel = numbered(10)
    cut = patches(mel, 4, 3)
    assert cut.shape == (3, 3, 4)
    for i, patch in enumerate(cut):
        np.testing.assert_array_equal(patch, mel[:, 3 * i : 3 * i + 4])


def test_what_is_left_over_is_dropped():
    assert len(patches(numbered(11), 4, 4)) == 2


def test_just_one():
    np.testing.assert_array_equal(patches(numbered(4), 4, 4), [numbered(4)])


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_shorter_than_a_patch_is_repeated(frames):
    mel = numbered(frames)
    cut = patches(mel, 4, 4)
    assert cut.shape == (1, 3, 4)
    np.testing.assert_array_equal(cut[0], np.concatenate([mel] * 4, axis=1)[:, :4])


def test_nothing_gives_nothing():
    assert patches(numbered(0), 4, 4).shape == (0, 3, 4)


@given(
    frames=st.integers(0, 60),
    length=st.integers(1, 12),
    hop=st.integers(1, 15),
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(any),
)
def test_a_stream_gives_the_same(frames, length, hop, sizes):
    mel = numbered(frames)
    stream, parts, start = PatchStream(length, hop), [stream_nothing(length)], 0
    while start < frames:
        size = sizes[(len(parts) - 1) % len(sizes)]
        parts.append(stream.process(mel[:, start : start + size]))
        start += size
    last = stream.flush()
    streamed = np.concatenate([*parts, last.reshape(-1, 3, length)])
    np.testing.assert_array_equal(streamed, patches(mel, length, hop))


def stream_nothing(length):
    return np.zeros((0, 3, length), np.float32)
