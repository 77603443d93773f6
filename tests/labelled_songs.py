"""A generated library with two genres of the user, for tests of heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.registry import base_model
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of

MUSICNN = base_model("musicnn")
ROOT = Path("/songs")
NOTHING = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
FADO = ("Lágrima", "Barco Negro", "Mariza's Song", "Canção", "Saudade", "Alfama")
SYNTHWAVE = ("Turbo", "Roller", "Night Call", "Odd Look", "Tech Noir", "Resonance")
SINGERS = ("Somebody", "Fadista", "Synthist")
OTHERS = ("Aria", "Blue", "So What", "Clair", "Naima", "Gnossienne", "Steps", "Prelude")


def analysed_seconds(path: Path, number: int, kind: int) -> TrackPrediction:
    """What the model heard in song `number`; songs of one `kind` (0 for none) sound alike."""
    rng = np.random.default_rng(number)
    probabilities = np.full(10, 0.02, np.float32)
    best = (9, 9, 4)[kind] if kind else number % 10
    probabilities[best] = 0.82
    lean = 0.15 * np.random.default_rng(1000 + kind).normal(size=400) if kind else 0.0
    embedding = (0.3 * rng.normal(size=400) + lean).astype(np.float32)
    return TrackPrediction(
        path, 60.0, MUSICNN.name, MUSICNN.base, GENRES, probabilities, GENRES[best], 0.82, NOTHING,
        embedding=embedding, analysed_seconds=60.0,
    )  # fmt: skip


def fill(store: LibraryStore) -> dict[str, int]:
    """The songs, all listened to, by three artists a kind; one more, "New", was not. Gives their ids by title."""
    store.add_folder(ROOT)
    titles = [(title, kind) for kind, songs in ((1, FADO), (2, SYNTHWAVE), (0, OTHERS)) for title in songs]
    for number, (title, kind) in enumerate(titles):
        path = ROOT / f"{title}.mp3"
        store.put([FileTags(path, 1, 1, title, f"{SINGERS[kind]} {number % 3}", None, None, 60.0, ())])
        checksum = f"{number:032x}"
        store.remember(checksum, analysed_seconds(path, number, kind))
        song, analysis = store.song_at(path), store.analysis(checksum, MUSICNN.name, MUSICNN.base)
        assert song is not None
        assert analysis is not None
        store.assign(song.id, analysis, state_of((), analysis.genre))
    store.put([FileTags(ROOT / "New.mp3", 1, 1, "New", "Nobody")])
    found = {title: store.song_at(ROOT / f"{title}.mp3") for title, _ in [*titles, ("New", 0)]}
    return {title: song.id for title, song in found.items() if song is not None}
