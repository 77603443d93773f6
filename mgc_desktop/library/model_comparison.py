"""Other models' opinions on the songs of a library, kept beside the verdicts that count.

What a model heard is stored under the checksum of the audio and the model's version, so that nothing is listened to
twice; a song's own verdict and state are left alone.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Final

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import FloatArray
from mgc_desktop.library.jobs import AnalysisResult, JobProgress, JobReport, Listen, Meter
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore

_AHEAD: Final = 2  # songs handed out for each worker
_POLL: Final = 0.2  # seconds between two looks at cancel


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A model that is asked: name and version, and what a worker runs."""

    model: str
    version: str
    listen: Listen


Opinion = tuple[int, tuple[str, ...], FloatArray]  # song, genres, their probabilities


def predictions_by_model(store: LibraryStore, model: str, version: str) -> Iterator[Opinion]:
    """What a model heard in the songs of the library, whichever model's verdicts count."""
    rows = store.select(
        "SELECT song.id, analysis.genres, probabilities FROM song JOIN analysis "
        "ON analysis.checksum = song.checksum WHERE analysis.model = ? AND version = ?",
        (model, version),
    )
    for song, genres, probabilities in rows:
        yield song, GENRES if genres is None else tuple(json.loads(genres)), np.frombuffer(probabilities, "<f4")


def not_analysed_by(store: LibraryStore, model: str, version: str) -> list[int]:
    """The songs that a model has not listened to and that can be decoded, in the order of the disk."""
    rows = store.select(
        "SELECT id FROM song WHERE state != ? AND NOT EXISTS (SELECT 1 FROM analysis WHERE "
        "analysis.checksum = song.checksum AND model = ? AND version = ?) ORDER BY folder, title_key, id",
        (State.FAILED, model, version),
    )
    return [song for (song,) in rows]


def gather(
    store: LibraryStore,
    asked: Sequence[ModelRequest],
    pool: Executor,
    *,
    workers: int,
    cancel: CancelToken | None = None,
    progress: Callable[[JobProgress], None] | None = None,
) -> JobReport:
    """Let each model listen to the songs it has not heard yet; `workers` at a time. A song that fails is only counted:
    the run goes on. What was heard before it was cancelled is kept."""
    cancel = cancel or CancelToken()
    not_analysed = {model: dict.fromkeys(not_analysed_by(store, model.model, model.version)) for model in asked}
    songs = dict.fromkeys(song for each in not_analysed.values() for song in each)
    # All models on one song before the next one: what is there can be compared from the first songs on.
    waiting = deque((model, song) for song in songs for model in asked if song in not_analysed[model])
    known = {model: frozenset(store.unreferenced(model.model, model.version)) for model in asked}
    meter = Meter(len(waiting))
    pending: dict[Future[AnalysisResult], Song] = {}
    while (waiting or pending) and not cancel.cancelled:
        while waiting and len(pending) < _AHEAD * workers:
            model, number = waiting.popleft()
            found = store.songs([number])
            if not found:  # removed meanwhile
                meter.total -= 1
                continue
            pending[pool.submit(model.listen, found[0].path, known[model])] = found[0]
            meter.now = found[0]
        for future in wait(pending, _POLL, FIRST_COMPLETED).done:
            meter.count(failed=not _keep(store, pending.pop(future), future))
        if progress:
            progress(meter.progress())
    for future in pending:
        future.cancel()
    return JobReport(meter.done, meter.failed, meter.total, cancel.cancelled)


def _keep(store: LibraryStore, song: Song, future: Future[AnalysisResult]) -> bool:
    """Store one result; False if the song failed."""
    if future.exception() is not None:
        return False
    heard = future.result()
    if heard.prediction is not None:
        store.remember(heard.checksum, heard.prediction)
    store.identify(song.id, heard.checksum)
    return True
