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
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mgc_desktop.audio.files import find_audio
from mgc_desktop.library.query import Filter, Group, Query, Sort
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.write import commit, prepare

_WORDS = "night day blue love fire rain moon river song dance heart light stone winter étude smoke".split()
_REPEATS = 7


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

    from mgc_desktop.ui.library.model import SongModel

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


def bench_listening(music: Path, folder: Path) -> None:
    """Real songs with one worker process and with two, beside decoding the same stretches of them."""
    from mgc_desktop.audio.decode import AudioReader
    from mgc_desktop.inference import registry
    from mgc_desktop.library import jobs
    from mgc_desktop.library.excerpts import PLAN
    from mgc_desktop.library.executor import IsolatedPool
    from mgc_desktop.library.listen import Listen

    classifier = registry.load()
    songs = list(find_audio([music]))
    begun = time.perf_counter()
    for path in songs:
        with AudioReader(path) as reader:
            for excerpt in PLAN.excerpts(reader.info.duration or 0.0):
                reader.seek(excerpt.start)
                end = excerpt.start + excerpt.seconds
                while reader.position < end and reader.read() is not None:
                    pass
    decoding = time.perf_counter() - begun
    print(f"decode the stretches of {len(songs)} songs: {decoding:.1f} s")
    alone = 0.0
    for workers in (1, 2):
        with LibraryStore(folder / f"listen{workers}.db") as store, IsolatedPool(workers) as pool:
            list(pool.map(time.sleep, [0.5] * workers))  # the processes are there
            list(pool.map(Listen(classifier.name), songs[:1] * workers))  # and have loaded the model
            scan([music], store)
            jobs.enqueue(store, store.ids(Query()))
            begun = time.perf_counter()
            jobs.run(store, Listen(classifier.name), (classifier.name, classifier.version), pool, workers=workers)
            spent = time.perf_counter() - begun
        alone = alone or spent
        speed = f"{60 * len(songs) / spent:.0f} songs a minute, {alone / spent:.2f} x one process"
        print(f"listen, {workers} process(es): {spent:.1f} s, {speed}, {spent * workers / decoding:.1f} x decoding")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--music", type=Path, help="a folder of real songs to listen to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench_queries(Path(name) / "library.db", options.songs)
        bench_model(Path(name) / "library.db")
        bench_scan(Path(name), options.files)
        if options.music:
            bench_listening(options.music, Path(name))


if __name__ == "__main__":
    main()
