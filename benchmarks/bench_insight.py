"""How fast a library is counted for the Genres and Confusion views: python benchmarks/bench_insight.py [--songs N]

A generated database (100,000 songs in 8,000 folders, 300 names of genres, nine of ten songs listened to) is read and
counted. Each time stands beside one fixed thing in the same run, reading every row of the table once from end to end,
since machines differ and are busy: compare the ratios. All of it runs beside the window's thread; what the window
itself has to do, drawing, is told at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.confusion import LibraryConfusion, Share, confusion
from mgc_desktop.analysis.distribution import Distribution, Side, by_decade, by_folder, distribution
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore

_REPEATS = 5
_PEOPLE = (
    "Rock",
    "metal",
    "Jazz",
    "Bebop",
    "Classical",
    "Baroque",
    "Techno",
    "House",
    "Hip Hop",
    "rap",
    "Folk",
    "Soundtrack",
)


def generated(songs: int) -> Iterator[FileTags]:
    """Twelve songs an album; a fifth without a genre, some with two."""
    chance = random.Random(1)
    names = (*_PEOPLE, *(f"Name {i}" for i in range(288)))
    weights = [len(names) / (i + 1) for i in range(len(names))]
    for i in range(songs):
        genres = tuple(chance.choices(names, weights, k=1 + (i % 9 == 0))) if i % 5 else ()
        path = Path(f"/music/{i // 1200:03}/{i // 12:05}/{i:06}.mp3")
        yield FileTags(path, i, i, f"Song {i}", f"Artist {i // 40}", f"Album {i // 12}", 1950 + i % 75, 200.0, genres)


def made(path: Path, songs: int) -> None:
    """The database; states and verdicts at random, a tenth not listened to."""
    chance = random.Random(2)
    heard = (State.DIFFERS, State.AGREES, State.TO_WRITE, State.UNSURE, State.WRITTEN, State.STALE)
    begun = time.perf_counter()
    with LibraryStore(path) as store:
        store.add_folder(Path("/music"))
        store.put(generated(songs))
        states = [chance.choices(heard, (4, 4, 2, 1, 1, 1))[0] if i % 10 else State.NEW for i in range(songs)]
        rows = [
            (str(state), chance.choice(GENRES), chance.random(), f"c{i}", i + 1)
            for i, state in enumerate(states)
            if state is not State.NEW
        ]
        with store.transaction():
            store._db.executemany(
                "UPDATE song SET state = ?, heard = ?, confidence = ?, checksum = ?, model = 'm@1' WHERE id = ?", rows
            )
            store._db.executemany(
                "INSERT INTO analysis VALUES "
                "(?, 'm', '1', ?, ?, NULL, zeroblob(40), '[]', zeroblob(800), 36, 200, '[]')",
                [(checksum, genre, sure) for _, genre, sure, checksum, _ in rows],
            )
    size = path.stat().st_size / 2**20
    print(f"made {songs:,} songs in {time.perf_counter() - begun:.1f} s, {size:.0f} MiB")


def milliseconds(work: Callable[[], object]) -> float:
    """Of CPU, which others that keep the machine busy do not add to; the best of some."""
    times = []
    for _ in range(_REPEATS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return 1000 * min(times)


def tell(what: str, spent: float, fixed: float) -> None:
    print(f"{what:<42}{spent:>9.1f} ms{spent / fixed:>8.2f} x reading all rows")


def bench_counting(path: Path) -> tuple[Distribution, LibraryConfusion]:
    with LibraryStore(path, check=False) as store:
        fixed = milliseconds(lambda: store.select("SELECT * FROM song NOT INDEXED"))
        tell("fixed: every row, from end to end", fixed, fixed)
        tell("read the columns", milliseconds(lambda: read_columns(store)), fixed)
        columns = read_columns(store)
        tell("songs by genre", milliseconds(lambda: distribution(columns)), fixed)
        spread, matrix = distribution(columns), confusion(columns)
        for side in Side:
            tell(f"by folder, {side.value}", milliseconds(lambda side=side: by_folder(spread, side)), fixed)
            tell(f"by decade, {side.value}", milliseconds(lambda side=side: by_decade(spread, side)), fixed)
        tell("confusion", milliseconds(lambda: confusion(columns)), fixed)
        row, column = matrix.largest_difference() or (0, 0)
        cell = matrix.songs(row, column)[:500].tolist()
        tell(f"{len(cell)} songs of the largest cell", milliseconds(lambda: store.songs(cell)), fixed)
    shape = "{} rows, {} columns".format(*matrix.matrix.counts.shape)
    print(f"the matrix has {shape}, {matrix.matrix.total:,} songs, {matrix.matrix.agreeing:,} agree")
    return spread, matrix


def bench_drawing(spread: Distribution, matrix: LibraryConfusion) -> None:
    """A frame of each figure at its usual size."""
    from PySide6.QtWidgets import QApplication

    from mgc_desktop.ui import fonts
    from mgc_desktop.ui.theme import DARK
    from mgc_desktop.ui.views.confusion.matrix import MatrixChart
    from mgc_desktop.ui.views.genres.pairs import PairBars
    from mgc_desktop.ui.views.genres.parts import PartBars
    from mgc_desktop.ui.widgets.chart import Chart

    app = QApplication.instance() or QApplication([])
    fonts.install(app)  # type: ignore[arg-type]
    grid = MatrixChart("Confusion", ("in the file", "heard as"), DARK)
    pairs, parts = PairBars(DARK), PartBars(DARK)
    shown: list[tuple[str, Chart, Callable[[], object]]] = [
        ("matrix", grid, lambda: grid.set_matrix(matrix.matrix, Share.ROWS)),
        ("songs by genre", pairs, lambda: pairs.set_distribution(spread)),
        ("folders", parts, lambda: parts.set_parts(by_folder(spread, Side.HEARD))),
    ]
    for name, chart, show in shown:
        chart.resize(830, 600)
        show()
        frame = milliseconds(chart.grab)
        reading = milliseconds(lambda chart=chart: chart.place_at(chart.box((5, 0)).center()))
        print(f"draw {name}: {frame:.1f} ms a frame; find what the pointer is on: {reading:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "library.db"
        made(path, options.songs)
        bench_drawing(*bench_counting(path))


if __name__ == "__main__":
    main()
