"""Writers that are killed: at a step of their code, or at a moment; and what must hold of the files afterwards."""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.writer import undo_run, write_run

GENRES = ("Hip-Hop", "曲")


class Scene:
    """A few tagged songs with a journal, and what each of them looks like before and after."""

    def __init__(self, folder: Path, originals: list[Path]) -> None:
        self.folder, self.originals = folder, originals
        self.set_up("rehearsal")
        self.old = self.contents()
        self.write()
        self.new = self.contents()
        same = [name for name in self.old if self.old[name] == self.new[name]]
        assert not same, f"not written at all: {same}"

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

    def check_undo(self) -> int:
        """How many songs a killed undo left written; all of them must be whole, and another undo must end it."""
        found = self.contents()
        assert all(data in (self.old[name], self.new[name]) for name, data in found.items())
        runs = self.journal.recovered_runs()
        assert not any(is_temporary(path) for path in self.songs.iterdir())
        assert not undo_run(runs[-1], self.journal).refused
        assert self.contents() == self.old
        return sum(data == self.new[name] for name, data in found.items())

    def check(self) -> int:
        """How many songs are written; all of them must be whole, and the undo must find every one."""
        found = self.contents()
        assert found.keys() == self.old.keys()
        written = {name for name, data in found.items() if data == self.new[name]}
        assert {name for name, data in found.items() if data == self.old[name]} == found.keys() - written
        runs = self.journal.recovered_runs()
        assert not any(is_temporary(path) for path in self.songs.iterdir())
        for run in runs:
            assert run.written == len(written)
            assert not undo_run(run, self.journal).refused
        assert self.contents() == self.old
        self.write()
        assert self.contents() == self.new
        return len(written)


def run_in_child(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return child


def outcome_of(act: Callable[[], None], timeout: float = 60.0) -> str:
    """What became of `act` in a process of its own: "" if it ended well, else a signal, a hang or the exception."""
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if child == 0:
            faulthandler.disable()
            try:
                act()
            except BaseException:
                os.write(told.fileno(), traceback.format_exc(limit=-3).encode(errors="replace")[-2000:])
                os._exit(1)
            os._exit(0)
        end = time.monotonic() + timeout
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "hangs"
            time.sleep(0.002)
        told.seek(0)
        said = told.read().decode()
    return said or (f"was ended by signal {os.WTERMSIG(ended[1])}" if os.WIFSIGNALED(ended[1]) else "")


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
