"""Killed at any moment, every file is the old or the new one, whole, and what happened can be taken back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from killed import Scene, Steps, run_in_child, steps_of

from mgc_desktop.tags.writer import undo_run

if not hasattr(os, "fork"):
    pytest.skip("SIGKILL and fork are POSIX", allow_module_level=True)

Song = Callable[..., Path]
ENDINGS = (".mp3", ".flac", ".m4a", ".ogg")


@pytest.fixture
def scene(song: Song, tag: Callable[[Path], None], tmp_path: Path) -> Scene:
    originals = [song(ending) for ending in ENDINGS]
    for path in originals:
        tag(path)
    (tmp_path / "scenes").mkdir()
    return Scene(tmp_path / "scenes", originals)


def test_killed_at_steps_all_along_the_way(scene: Scene) -> None:
    scene.set_up("counted")
    total = steps_of(scene.write)
    outcomes = []
    # The last steps are the commits: all of them, and a fair sample of those before.
    points = [*range(1, total, max(1, total // 60)), *range(total - 400, total, 9)]
    for point in points:
        scene.set_up(f"step {point} of {len(outcomes)}")
        child = run_in_child(lambda at=point: Steps(at).run(scene.write))  # type: ignore[misc]
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or point > total * 0.95  # threads do not count alike in every run
        outcomes.append(scene.check())
    assert {0, len(ENDINGS)} <= set(outcomes)
    assert set(outcomes) - {0, len(ENDINGS)}, "no kill fell between two commits"


def test_killed_at_random_times(scene: Scene) -> None:
    scene.set_up("timed")
    start = time.perf_counter()
    os.waitpid(run_in_child(scene.write), 0)
    usual = time.perf_counter() - start
    chance = random.Random(5)
    for attempt in range(25):
        scene.set_up(f"time {attempt}")
        child = run_in_child(scene.write)
        time.sleep(chance.uniform(0, 1.2 * usual))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        scene.check()


def test_killed_in_the_middle_of_an_undo(scene: Scene) -> None:
    scene.set_up("undo")
    scene.write()
    run = scene.journal.find()
    for point in (800, 1500, 2500, 3500, 4500, 6000):
        child = run_in_child(lambda at=point: Steps(at).run(lambda: undo_run(run, scene.journal)))  # type: ignore[misc]
        os.waitpid(child, 0)
        found = scene.contents()
        assert all(data in (scene.old[name], scene.new[name]) for name, data in found.items())
    scene.journal.recover()
    undo_run(run, scene.journal)
    assert scene.contents() == scene.old
