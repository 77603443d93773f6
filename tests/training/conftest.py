"""Small made music: each genre has a sound that a network can learn in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.training.made_music import SR, make_music, write_wav
from mgc_desktop.training.product.backbone.fuse import FrontBlock, Fused, MidLayer


@pytest.fixture
def silent_wav(tmp_path: Path) -> Path:
    """Two seconds of nothing."""
    return write_wav(tmp_path / "silent.wav", np.zeros(2 * SR))


@pytest.fixture(scope="session")
def small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three genres, five artists each, two songs of four seconds from each artist."""
    return make_music(tmp_path_factory.mktemp("small tree"))


@pytest.fixture
def small_tagger() -> Fused:
    """A tagger of the backbone's form with a few filters, its numbers drawn."""
    rng = np.random.default_rng(0)

    def front(filters: int, frames: int, bands: int) -> FrontBlock:
        low, high = np.zeros(filters), np.full(filters, 3e38)
        return FrontBlock(rng.normal(0, 0.1, (filters, frames, bands)), rng.normal(size=filters), low, high)

    def mid(before: int, bias_frames: int) -> MidLayer:
        ones = np.ones((4, 1))
        return MidLayer(rng.normal(0, 0.1, (4, before, 7)), rng.normal(size=(4, bias_frames)), ones, 0 * ones)

    return Fused(
        "small", np.ones(1), np.zeros(1), (front(3, 7, 38), front(2, 64, 1)), (mid(5, 187), mid(4, 1), mid(4, 1)),
        (rng.normal(0, 0.1, (6, 34)), rng.normal(size=6)), (np.ones(6), np.zeros(6)),
        (rng.normal(size=(50, 6)), rng.normal(size=50)), 0,
    )  # fmt: skip
