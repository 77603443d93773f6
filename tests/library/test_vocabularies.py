"""Verdicts under several vocabularies side by side, and databases of programs that knew one alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.library import schema
from mgc_desktop.library.analysis_cache import FullLengthCache
from mgc_desktop.library.rescore import derive_bundled
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore

EVERYDAY = find_vocabulary("everyday")
DISCOGS = Vocabulary("discogs", ("House", "Bebop"), parents=("Electronic", "Jazz"))
SONG = Path("/music/song.flac")


def prediction(vocabulary: Vocabulary, best: int, version: str, *, embedding: bool = True) -> TrackPrediction:
    probabilities = np.full(len(vocabulary), 0.01, np.float32)
    probabilities[best] = 0.9
    timeline = Timeline(vocabulary.names, np.array([[0, 3]], np.float32), probabilities[np.newaxis])
    return TrackPrediction(
        SONG, 60.0, "musicnn", version, vocabulary.names, probabilities, vocabulary.names[best], 0.9, timeline,
        embedding=np.arange(4, dtype=np.float32) if embedding else None, vocabulary=vocabulary,
    )  # fmt: skip


def everyday_head(**changes: object) -> Head:
    weights = np.zeros((len(EVERYDAY), 4), np.float32)
    weights[EVERYDAY.index("Jazz"), 3] = 5
    plain = Head("everyday-1", EVERYDAY.names, ("embedding",), np.zeros(4, np.float32), np.ones(4, np.float32), weights,
                 np.zeros(len(EVERYDAY), np.float32))  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def add_song(store: LibraryStore) -> int:
    store.put([FileTags(SONG, 1, 1, title="Song", duration=60.0)])
    song = store.song_at(SONG)
    assert song is not None
    store.identify(song.id, "sound")
    return song.id


def test_verdicts_of_several_vocabularies_stand_side_by_side(tmp_path: Path) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        song = add_song(store)
        report, everyday = find_vocabulary("report"), prediction(EVERYDAY, 11, "1+everyday")
        store.remember("sound", replace(prediction(report, 1, "1+report"), others=(everyday,)))
        for version, genre, vocabulary in (("1+report", "Ambient", "report"), ("1+everyday", "Jazz", "everyday")):
            store.use_version("musicnn", version)
            verdict = store.verdicts([song])[song]
            assert (verdict.genre, verdict.vocabulary, verdict.outcome) == (genre, vocabulary, Outcome.GENRE)
            (found,) = store.songs([song])
            assert (found.predicted, found.state) == (genre, State.TO_WRITE)


def test_what_is_none_of_the_genres_is_stored_so(tmp_path: Path) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        song = add_song(store)
        speech = replace(prediction(EVERYDAY, 3, "1+everyday"), genre=None, outcome=Outcome.NONE, novelty=7.5)
        store.remember("sound", speech)
        store.use_version("musicnn", "1+everyday")
        verdict = store.verdicts([song])[song]
        assert (verdict.genre, verdict.is_none, verdict.novelty) == (None, True, 7.5)
        assert store.songs([song])[0].state is State.NONE
        assert store.is_intact()


def test_a_vocabulary_is_known_when_its_model_is_gone(tmp_path: Path) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        cache = FullLengthCache(store, "musicnn", "1+discogs")
        cache.keep("sound", prediction(DISCOGS, 0, "1+discogs"))
        found = cache.find("sound", SONG)
        assert found is not None
        assert found.vocabulary == DISCOGS
        assert found.to_json()["vocabulary"] == "discogs"
        store.execute("UPDATE vocabulary SET data = '[]'")
        assert store.vocabulary("discogs", DISCOGS.names).names == DISCOGS.names


def test_a_head_on_the_embedding_needs_no_new_analysis(tmp_path: Path) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        song = add_song(store)
        store.remember("sound", prediction(find_vocabulary("report"), 1, "1+report"))
        store.remember("silence", prediction(find_vocabulary("report"), 1, "1+report", embedding=False))
        store.remember("elsewhere", prediction(find_vocabulary("report"), 1, "2+report"))
        assert derive_bundled(store, "musicnn", "1", everyday_head(inputs=("tags",))) == 0
        assert derive_bundled(store, "musicnn", "1", everyday_head()) == 1
        assert derive_bundled(store, "musicnn", "1", everyday_head()) == 0
        store.use_version("musicnn", "1+everyday-1")
        assert store.songs([song])[0].predicted == "Jazz"
        novel = everyday_head(version="everyday-2", novelty=Novelty("energy", -100.0))
        assert derive_bundled(store, "musicnn", "1", novel) == 1
        store.use_version("musicnn", "1+everyday-2")
        assert store.songs([song])[0].state is State.NONE
        assert store.is_intact()


def test_a_database_of_the_old_program_opens_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path)) as old:
        schema.migrate(old, 5)
        probabilities = np.full(10, 0.1, np.float32).tobytes()
        for checksum, genre in (("sound", "Jazz"), ("unsure", None)):
            old.execute(
                "INSERT INTO analysis VALUES (?, 'musicnn', '1+report', ?, 0.9, NULL, ?, '[]', NULL, 60, 60, '[]')",
                (checksum, genre, probabilities),
            )
        for number, state in enumerate(("failed", "differs", "to write", "unsure", "listening", "waiting", "new")):
            old.execute(
                "INSERT INTO song (path, folder, size, mtime_ns, checksum, heard, confidence, model, state, "
                "state_order, title_key, artist_key, album_key, genre_key, search) VALUES (?, ?, 1, 1, 'sound', "
                "'Jazz', 0.9, 'musicnn@1+report', ?, ?, '', '', '', '', '')",
                (b"/music/%d.flac" % number, b"/music", state, number),
            )
        old.commit()
    with LibraryStore(path) as store:
        assert store.is_intact()
        analysis = store.analysis("sound", "musicnn", "1+report")
        assert analysis is not None
        assert (analysis.genre, analysis.genres, analysis.outcome) == ("Jazz", REPORT_GENRES, Outcome.GENRE)
        assert store.vocabulary(analysis.vocabulary, analysis.genres).id == "report"
        unsure = store.analysis("unsure", "musicnn", "1+report")
        assert unsure is not None and unsure.outcome is Outcome.UNSURE
        orders = dict(store.select("SELECT state, state_order FROM song"))
        assert orders == {state: number for number, state in enumerate(State) if state in orders}
        assert json.loads(store.select("SELECT json_array(count(*)) FROM song")[0][0]) == [7]
