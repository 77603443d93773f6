"""How smoothly the map moves: python benchmarks/bench_map.py [--songs N]

A generated library (20,000 songs) is read, then turned and dragged about with every song in sight, drawn into a window
of 1010 x 660 pixels. Thirty frames a second leave 33 ms for a frame; what is told is the processor's time for one,
since machines are busy, and its share of that budget. pyqtgraph's own scatter plot moves the same points beside it.
Then neighbours are searched and a lasso is drawn. Fails where the map takes longer than its budget.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from mgc_desktop.analysis.map import Maps, SongMap, load_maps, read_map
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui import fonts
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.views.map.canvas import MapCanvas
from mgc_desktop.ui.views.map.card import Facts

BUDGET = 1000 / 30  # ms for a frame
SIZE = (1010, 660)
_FRAMES = 40


def generated(store: LibraryStore, songs: int, maps: Maps) -> None:
    """Songs of ten genres whose embeddings lie in ten crowds around those that the maps were fitted to."""
    rng = np.random.default_rng(0)
    crowds = rng.normal(0, 0.8, (len(GENRES), maps.embedding))
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    paths = [Path(f"/music/{i // 12:05}/{i:06}.mp3") for i in range(songs)]
    store.put(FileTags(path, 1, 1, f"Song {i}", f"Artist {i // 24}", genres=("Rock",)) for i, path in enumerate(paths))
    numbers = store.ids(Query())
    with store.transaction():
        for i, (number, song) in enumerate(zip(numbers, store.songs(numbers), strict=True)):
            genre = i % len(GENRES)
            probabilities = np.full(len(GENRES), 0.02, np.float32)
            probabilities[genre] = 0.82
            standard = crowds[genre] + rng.normal(0, 0.6, maps.embedding)
            embedding = (standard * maps.projection_set.spread + maps.projection_set.mean).astype(np.float32)
            prediction = TrackPrediction(
                song.path, 60.0, maps.model, "1", GENRES, probabilities, GENRES[genre], 0.82, timeline,
                embedding=embedding,
            )  # fmt: skip
            store.remember(f"{i:08}", prediction)
            analysis = store.analysis(f"{i:08}", maps.model, "1")
            assert analysis is not None
            store.assign(number, analysis, State.AGREES)


def spent(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Medians of the processor's and of the clock's milliseconds."""
    cpu, wall = [], []
    for _ in range(times):
        begun, ticks = time.perf_counter(), time.process_time()
        work()
        cpu.append(1000 * (time.process_time() - ticks))
        wall.append(1000 * (time.perf_counter() - begun))
    return statistics.median(cpu), statistics.median(wall)


def tell(what: str, work: Callable[[], object], times: int = _FRAMES) -> float:
    """Print it; the share of the budget."""
    cpu, wall = spent(work, times)
    print(f"{what:<52}{cpu:>7.1f} ms of CPU{cpu / BUDGET:>7.2f} x the budget   ({wall:.1f} ms by the clock)")
    return cpu / BUDGET


def bench_canvas(found: SongMap) -> float:
    """The worst share of the budget."""
    canvas = MapCanvas(DARK, lambda song: Facts(found.titles[song], "", "", DARK.muted, ""))
    canvas.resize(*SIZE)
    canvas.show()
    shares = []
    for dimensions, what in ((2, "drag a flat map"), (3, "turn a cube")):
        canvas.show_songs(found.places["umap", dimensions], found.colouring("heard"), flat=dimensions == 2)
        QApplication.processEvents()

        def frame() -> None:
            canvas.shift(2, 1)
            canvas.repaint()

        shares.append(tell(f"{what}, {len(found):,} songs", frame))
    box = np.array([[200, 100], [700, 80], [820, 500], [300, 560]], np.float32)
    outline = np.concatenate([np.linspace(a, b, 50) for a, b in zip(box, np.roll(box, -1, axis=0), strict=True)])
    tell("choose with a lasso of 200 corners", lambda: canvas.scene.within(outline.astype(np.float32)))
    tell("find the song under the pointer", lambda: canvas.scene.at((500, 300), 12))
    tell("25 nearest neighbours", lambda: found.neighbours.of(7, 25))
    canvas.close()
    return max(shares)


def bench_scatter(found: SongMap) -> None:
    """The same points in pyqtgraph's scatter plot, whose positions are set for each frame."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget(background=DARK.panel)
    plot.resize(*SIZE)
    places = found.places["umap", 3]
    colours = [pyqtgraph.mkBrush(DARK.genre(found.heard[song])) for song in range(len(found))]
    points = pyqtgraph.ScatterPlotItem(size=5, pen=None)
    points.setData(places[:, 0], places[:, 1], brush=colours)
    plot.addItem(points)
    plot.setRange(xRange=(-1, 2), yRange=(-1, 2))
    plot.show()
    turn = [0.0]

    def frame() -> None:
        turn[0] += 0.02
        x = places[:, 0] * np.cos(turn[0]) + places[:, 2] * np.sin(turn[0])
        points.setData(x, places[:, 1], brush=colours)
        plot.viewport().repaint()

    tell("beside it: turned in pyqtgraph's ScatterPlotItem", frame, 8)
    plot.close()


def main() -> int:
    """1 if the map does not keep its budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=20_000)
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    fonts.install(app)
    maps = load_maps()
    assert maps is not None
    with tempfile.TemporaryDirectory() as name, LibraryStore(Path(name) / "library.db") as store:
        generated(store, options.songs, maps)
        found = read_map(store, maps)
        cpu, wall = spent(lambda: read_map(store, maps), 5)
        print(f"read {len(found):,} songs and place them on six maps: {cpu:.0f} ms of CPU ({wall:.0f} ms by the clock)")
    worst = bench_canvas(found)
    bench_scatter(found)
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
