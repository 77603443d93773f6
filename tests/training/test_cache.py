"""Pictures are computed once, are complete or absent, and survive a kill and a full disk."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.training import cache as module
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.datasets import Clip, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation, extract


@pytest.fixture
def clips(small_tree: Path) -> tuple[Clip, ...]:
    return open_dataset(small_tree).clips[:4]


def test_what_is_kept_is_what_was_computed(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, Representation(REPORT))
    features, skipped = cache.fill(clips)
    assert not skipped
    assert isinstance(features[clips[0].clip_id], np.memmap)
    assert np.abs(features[clips[0].clip_id] - extract(clips[0].path, Representation(REPORT))).max() < 0.07
    assert cache.load(clips[1]).shape[0] == 128


def test_nothing_is_computed_twice_even_under_another_name(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "cache", Representation(REPORT))
    cache.fill(clips)
    copy = Path(shutil.copy(clips[0].path, tmp_path / "other name.wav"))
    counted: list[int] = []
    again = (*clips, Clip("copy", copy, 0.0, None, None, "x"))
    features, _ = cache.fill(again, progress=lambda done, total, left: counted.append(total))
    assert counted == []
    assert len(features) == 5


def test_configuration_and_content_are_kept_apart(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    one, two = FeatureCache(tmp_path, Representation(REPORT)), FeatureCache(tmp_path, Representation(MUSICNN))
    assert one.path(clips[0]) != two.path(clips[0])
    assert one.path(clips[0]) != one.path(clips[1])
    with pytest.raises(KeyError):
        two.load(clips[0])


def test_two_processes_give_the_same_files(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    alone, _ = FeatureCache(tmp_path / "1", Representation(REPORT)).fill(clips)
    together, _ = FeatureCache(tmp_path / "2", Representation(REPORT)).fill(clips, workers=2)
    assert all(np.array_equal(alone[name], together[name]) for name in alone)


def test_a_damaged_file_is_skipped_and_named(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"noise" * 999)
    features, skipped = FeatureCache(tmp_path / "c", Representation()).fill(
        [clips[0], Clip("bad", bad, 0, None, None, "x")]
    )
    assert list(features) == [clips[0].clip_id]
    assert [s.what for s in skipped] == ["bad"]


def test_a_full_disk_stops_with_a_clear_error_and_the_run_goes_on_later(
    clips: tuple[Clip, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = np.save
    room = 2

    def save(file: Any, values: Any) -> None:
        nonlocal room
        if room == 0:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        room -= 1
        saved(file, values)

    cache = FeatureCache(tmp_path, Representation())
    with monkeypatch.context() as patched:
        patched.setattr(module.np, "save", save)
        with pytest.raises(TrainingError, match="disk is full"):
            cache.fill(clips)
    assert len(list(tmp_path.rglob("*.npy"))) == 2
    assert not list(tmp_path.rglob("*.part")), "nothing half-written is left"
    done: list[int] = []
    features, _ = cache.fill(clips, progress=lambda d, total, left: done.append(total))
    assert done == [2, 2]
    assert len(features) == 4


def test_a_damaged_cache_file_counts_as_missing(clips: tuple[Clip, ...], tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, Representation())
    cache.fill(clips[:1])
    cache.path(clips[0]).write_bytes(b"not numpy")
    with pytest.raises(KeyError):
        cache.load(clips[0])
