"""Killed at any moment, every file is the old or the new one, whole, and what happened can be taken back."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.writer import undo_run, write_run

if not hasattr(os, "fork"):
    pytest.skip("SIGKILL and fork are POSIX", allow_module_level=True)

Song = Callable[..., Path]
ENDINGS = (".mp3", ".flac", ".m4a", ".ogg")
GENRES = ("Hip-Hop", "曲")


class Scene:
    """A few tagged songs with a journal, and what each of them looks like before and after."""

    def __init__(self, folder: Path, originals: list[Path]) -> None:
        self.folder, self.originals = folder, originals
        self.set_up("rehearsal")
        self.old = self.contents()
        self.write()
        self.new = self.contents()
        assert all(self.old[name] != self.new[name] for name in self.old)

    def set_up(self, name: str) -> None:
        self.songs = self.folder / name
        self.songs.mkdir()
        for path in self.originals:
            shutil.copyfile(path, self.songs / path.name)
        self.journal = Journal(self.songs / "journal")

    def write(self) -> None:
        paths = sorted(path for path in self.songs.iterdir() if path.is_file())
        write_run([PlannedChange(path, Field.GENRE, (), GENRES, "", True) for path in paths], self.journal)

    def contents(self) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in self.songs.iterdir() if path.is_file() and not is_temporary(path)
        }

    def check(self) -> int:
        """How many songs are written; all of them must be whole, and the undo must find every one."""
        found = self.contents()
        assert found.keys() == self.old.keys()
        written = {name for name, data in found.items() if data == self.new[name]}
        assert {name for name, data in found.items() if data == self.old[name]} == found.keys() - written
        self.journal.recover()
        assert not any(is_temporary(path) for path in self.songs.iterdir())
        for run in self.journal.runs():
            assert run.written == len(written)
            assert not undo_run(run, self.journal).refused
        assert self.contents() == self.old
        self.write()
        assert self.contents() == self.new
        return len(written)


@pytest.fixture
def scene(song: Song, tag: Callable[[Path], None], tmp_path: Path) -> Scene:
    originals = [song(ending) for ending in ENDINGS]
    for path in originals:
        tag(path)
    (tmp_path / "scenes").mkdir()
    return Scene(tmp_path / "scenes", originals)


def run_in_child(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return child


class Steps:
    """Counts the lines that the writer's own code runs through, on all threads, and kills at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count, self.kill_at = 0, kill_at

    def __call__(self, frame: FrameType, event: str, argument: object) -> Steps | None:
        if event == "call" and f"mgc_desktop{os.sep}tags{os.sep}" not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.count += 1
            if self.count == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self

    def run(self, act: Callable[[], None]) -> None:
        threading.settrace(self)
        sys.settrace(self)
        act()


def steps_of(act: Callable[[], None]) -> int:
    """How many steps `act` takes when nobody kills it."""
    reading, writing = os.pipe()

    def count() -> None:
        steps = Steps(0)
        steps.run(act)
        os.write(writing, str(steps.count).encode())

    child = run_in_child(count)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        os.close(writing)
        return int(answer.read())


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
