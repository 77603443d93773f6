"""A program that is killed while it analyses and writes leaves an intact library."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mgc_desktop.library.query import Query
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore

# What a run does to the database, over and over; each round ends with a line.
_WORK = textwrap.dedent("""
    import sys
    from pathlib import Path
    import numpy as np
    from mgc_desktop.inference.genres import GENRES
    from mgc_desktop.inference.prediction import Timeline, TrackPrediction
    from mgc_desktop.library.query import Query
    from mgc_desktop.library.song import FileTags, State
    from mgc_desktop.library.store import LibraryStore
    nothing = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    shares = np.full(10, 0.1, np.float32)
    with LibraryStore(Path(sys.argv[1]), check=False) as store:
        number = 0
        while True:
            number += 1
            path = Path(f"/m/{number % 50}.mp3")
            store.put([FileTags(path, number, number)])
            song = store.song_at(path)
            store.set_state([song.id], State.ANALYSING)
            store.remember(f"c{number % 50}", TrackPrediction(
                path, 1.0, "m", "1", GENRES, shares, GENRES[0], 0.1, nothing, embedding=np.ones(400, np.float32)))
            store.assign(song.id, store.analysis(f"c{number % 50}", "m", "1"), State.TO_WRITE)
            store.choose([song.id], accepted=bool(number % 2), genres=("Fado",))
            print(number, flush=True)
""")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("seed", range(5))
def test_the_library_survives_a_kill_at_any_moment_beside_another_program(tmp_path: Path, seed: int) -> None:
    database = tmp_path / "library.db"
    rng = random.Random(seed)
    with LibraryStore(database) as window:
        window.put([FileTags(Path("/w/mine.mp3"), 1, 1)])
        program = subprocess.Popen(
            [sys.executable, "-c", _WORK, str(database)], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert program.stdout is not None
        with program.stdout as rounds:
            for _ in range(rng.randint(1, 40)):
                assert rounds.readline()
                window.set_user_genre("mine", ("Jazz",))  # two programs on one library
            time.sleep(rng.random() * 0.02)
            program.kill()
            program.wait(60)
        window.set_user_genre("mine", ("Polka",))
        assert window.is_intact()
    with LibraryStore(database) as store:
        assert store.set_aside is None
        assert store.user_genre("mine") == ("Polka",)
        noted = store.log.read()
        assert noted.genres["mine"] == ["Polka"]
        paths = {song.id: str(song.path) for song in store.songs(store.ids(Query()))}
        decided = {paths[song] for song in store.choices()}
        assert len(decided - set(noted.choices)) <= 1  # at most the decision of the last moment is not noted yet
