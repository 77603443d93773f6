"""How fast the library answers: python benchmarks/bench_library.py [--songs N] [--files N]

A generated database (100,000 songs) is opened, sorted, filtered and searched; generated small files are scanned. Each
time stands beside one fixed thing in the same run, reading every row of the table once from end to end, since machines
differ and are busy: compare the ratios. Then the Library view's model is opened and scrolled, and its memory told.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from mgc_desktop.audio.decode import AudioReader, probe
from mgc_desktop.audio.files import find_audio
from mgc_desktop.inference import registry
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library import jobs
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.excerpts import PLAN
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.query import Filter, Group, Query, Sort
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.pipeline import Excerpt, analyze
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.write import commit, prepare

_WORDS = "night day blue love fire rain moon river song dance heart light stone winter étude smoke".split()
_REPEATS = 7
_TURNS = 3
_REVIEWED = 50_000


def generated(songs: int) -> Iterator[FileTags]:
    """Twelve songs an album, a third of them without a genre."""
    chance = random.Random(1)

    def name(words: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(words)).title()

    artist = album = ""
    for i in range(songs):
        if i % 12 == 0:
            artist, album = name(2), f"{name(2)} {i // 12}"
        genres = ("Rock",) if i % 3 else ()
        path = Path(f"/music/{i // 12:05}/{i:06}.mp3")
        yield FileTags(path, i, i, f"{name(3)} {i}", artist, album, 1970 + i % 50, 100.0 + i % 300, genres)


def milliseconds(work: Callable[[], object]) -> float:
    """The best of some."""
    times = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * min(times)


def tell(what: str, spent: float, fixed: float) -> None:
    print(f"{what:<42}{spent:>9.1f} ms{spent / fixed:>8.2f} x reading all rows")


def bench_queries(path: Path, songs: int) -> None:
    with LibraryStore(path) as store:
        begun = time.perf_counter()
        store.put(generated(songs))
        ids = store.ids(Query())
        for number, state in enumerate(State):
            store.set_state(ids[number :: len(State)], state)
        print(f"made {songs:,} songs in {time.perf_counter() - begun:.1f} s, {path.stat().st_size / 2**20:.0f} MiB")
    store = LibraryStore(path, check=False)
    fixed = milliseconds(lambda: store._db.execute("SELECT * FROM song NOT INDEXED").fetchall())
    tell("fixed: every row, from end to end", fixed, fixed)

    def opened() -> None:
        with LibraryStore(path, check=False) as again:
            again.ids(Query())

    tell("open, and show all", milliseconds(opened), fixed)
    for sort in Sort:
        tell(f"sort by {sort.name.lower()}", milliseconds(lambda sort=sort: store.ids(Query(sort=sort))), fixed)
    for chosen in (Filter.NO_GENRE, Filter.DIFFERS, Filter.TO_REVIEW):
        query = Query(chosen)
        tell(f"filter {chosen.name.lower()}", milliseconds(lambda query=query: store.ids(query)), fixed)
    for words in ("moon river", "e", "blue 4711"):
        query = Query(search=words)
        tell(f"search “{words}”", milliseconds(lambda query=query: store.ids(query)), fixed)
    for group in (Group.FOLDER, Group.ALBUM):
        query = Query(group=group)
        tell(f"group by {group.name.lower()}", milliseconds(lambda query=query: store.ids(query)), fixed)
    tell("counts of the head", milliseconds(lambda: (store.counts(), store.number(Filter.NO_GENRE))), fixed)
    tell("128 rows", milliseconds(lambda: store.songs(ids[:128])), fixed)
    store.close()


def bench_model(path: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from mgc_desktop.ui.views.library.model import SongModel

    app = QApplication.instance() or QApplication([])
    with LibraryStore(path, check=False) as store:
        model = SongModel(store)
        model.show_query(Query())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        slowest = 0.0
        for row in range(0, model.rowCount(), 25):  # a screen at a time, from top to bottom
            begun = time.perf_counter()
            for seen in range(row, min(row + 25, model.rowCount())):
                model.song(seen)
            slowest = max(slowest, time.perf_counter() - begun)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"scrolled through all: slowest screen {1000 * slowest:.1f} ms, peak memory grew by {grown / 1024:.1f} MiB")
    del app


def bench_review(path: Path) -> None:
    """The plan for every song that has something to decide, and deciding them all at once."""
    from PySide6.QtWidgets import QApplication

    from mgc_desktop.library.review import review, save_choices
    from mgc_desktop.tags.policy import Policy
    from mgc_desktop.ui.views.library.review_model import ReviewModel

    app = QApplication.instance() or QApplication([])
    chance = np.random.default_rng(1)
    with LibraryStore(path, check=False) as store:
        heard = store.songs(store.ids(Query()))[:_REVIEWED]
        for song in heard:
            shares = chance.dirichlet(np.full(len(GENRES), 0.1)).astype(np.float32)
            timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, len(GENRES)), np.float32))
            genre = GENRES[int(shares.argmax())]
            verdict = TrackPrediction(
                song.path, 100.0, "musicnn", "1", GENRES, shares, genre, float(shares.max()), timeline
            )
            store.remember(f"{song.id:032x}", verdict)
            analysis = store.analysis(f"{song.id:032x}", "musicnn", "1")
            assert analysis is not None
            store.assign(song.id, analysis, State.TO_WRITE)
        model = ReviewModel()
        begun = time.perf_counter()
        rows = review(store, Policy(), [song.id for song in heard])
        planned = time.perf_counter()
        model.show_rows(rows)
        model.accept(range(len(rows)), accepted=False)
        declined = time.perf_counter()
        save_choices(store, model.rows)
        kept = time.perf_counter()
    print(f"review of {len(rows):,} songs: plan {planned - begun:.1f} s in the background,", end=" ")
    print(f"show and decline all {1000 * (declined - planned):.0f} ms, keep the decisions {kept - declined:.1f} s")
    del app


def bench_scan(folder: Path, files: int) -> None:
    """Real WAV files with a real tag each."""
    first = folder / "first.wav"
    with wave.open(str(first), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))
    prepared = prepare(first, Field.GENRE, ("Jazz",))
    assert prepared is not None
    commit(prepared)
    data = first.read_bytes()
    for number in range(files):
        path = folder / f"{number // 100:03}" / f"{number:05}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    begun = time.perf_counter()
    for path in folder.rglob("*.wav"):
        path.read_bytes()
    fixed = time.perf_counter() - begun
    with LibraryStore(folder / "scan.db") as store:
        for what in ("new", "known"):
            begun = time.perf_counter()
            found = scan([folder], store).found
            spent = time.perf_counter() - begun
            print(
                f"scan {found:,} {what} files: {found / spent:,.0f} files/s, {spent / fixed:.1f} x reading their bytes"
            )


def bench_listening(music: Path, folder: Path, model: str) -> None:
    """Real songs: decoding stretches of them, hearing the same, and a library run with one process and with two."""
    classifier = registry.load(model)
    lengths = {path: probe(path).duration or 0.0 for path in find_audio([music])}
    stretches = {path: PLAN.excerpts(length) for path, length in lengths.items()}
    parted = {path: excerpts for path, excerpts in stretches.items() if excerpts}
    times: dict[str, list[float]] = {}
    with IsolatedPool(1) as one, IsolatedPool(2) as two:
        pools = {"1 process": one, "2 processes": two}
        for workers, pool in enumerate(pools.values(), 1):  # they are there, and have loaded the model
            list(pool.map(AnalyseSong(model), list(parted)[: 2 * workers]))
        for turn in range(_TURNS):
            for path, excerpts in parted.items():
                _time(times, "decode", partial(_decode, path, excerpts))
                _time(times, "hear", partial(analyze, path, classifier, excerpts=excerpts, alone=False))
            for workers, (name, pool) in enumerate(pools.items(), 1):
                with LibraryStore(folder / f"{model}{workers}-{turn}.db") as store:
                    _time(times, name, partial(_run, store, music, classifier, pool, workers))
    decoding, hearing = (sum(times[what]) / _TURNS for what in ("decode", "hear"))
    alone, both = (min(times[name]) for name in pools)
    print(f"{model}: decode stretches of {len(parted)} songs {decoding:.2f} s, hear them {hearing:.2f} s,", end=" ")
    print(f"{hearing / decoding:.2f} x decoding (decoding is {100 * decoding / hearing:.0f} % of it)")
    print(
        f"{model}: library run of {len(lengths)} songs {alone:.2f} s with one process, {both:.2f} s with two,", end=" "
    )
    print(f"{both:.2f} s with two, {alone / both:.2f} x as fast, {60 * len(lengths) / both:.0f} songs a minute")


def _time(times: dict[str, list[float]], what: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    times.setdefault(what, []).append(time.perf_counter() - begun)


def _decode(path: Path, excerpts: Sequence[Excerpt]) -> None:
    with AudioReader(path) as reader:
        for excerpt in excerpts:
            reader.seek(excerpt.start)
            while reader.position < excerpt.start + excerpt.seconds and reader.read() is not None:
                pass


def _run(store: LibraryStore, music: Path, classifier: Classifier, pool: Executor, workers: int) -> None:
    model = (classifier.name, classifier.version)
    scan([music], store)
    jobs.enqueue(store, store.ids(Query()))
    jobs.run(store, AnalyseSong(classifier.name), model, pool, workers=workers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--music", type=Path, help="a folder of real songs to listen to, and nothing else is measured")
    parser.add_argument("--model", nargs="+", default=["musicnn", "cnn-sixteenth"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.music:
            for model in options.model:
                bench_listening(options.music, Path(name), model)
            return
        bench_queries(Path(name) / "library.db", options.songs)
        bench_model(Path(name) / "library.db")
        bench_review(Path(name) / "library.db")
        bench_scan(Path(name), options.files)


if __name__ == "__main__":
    main()
