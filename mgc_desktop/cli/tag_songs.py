"""Reads the songs of `mgc tag`: their tags and, if the rules need it, their verdicts."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mgc_desktop.cli.batch import cache_store, identify, in_order, worker_pool
from mgc_desktop.errors import TagError
from mgc_desktop.inference.vocabularies import broad_genres, vocabulary_of
from mgc_desktop.library.batch import Steps, failure_message
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.database import library_error
from mgc_desktop.paths import data_dir
from mgc_desktop.tags.policy import Policy, SongPrediction
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import FileState

if TYPE_CHECKING:
    from mgc_desktop.inference.user_heads import UserHead
    from mgc_desktop.library.rescore import Rescorer
    from mgc_desktop.library.store import Analysis, LibraryStore

_AHEAD: Final = 8  # songs for each worker that may be finished before a slow one, as results come in order


@dataclass(frozen=True, slots=True)
class Failure:
    """A song that cannot be tagged, and the reason."""

    path: Path
    reason: str


def read_songs(
    paths: Iterable[Path],
    policy: Policy,
    model: str,
    head: UserHead | None,
    options: argparse.Namespace,
    genres: str | None = None,
) -> Iterator[SongPrediction | Failure]:
    """The prediction or failure of each song, in order. A song that keeps its genre by the rules is not analysed.

    `options`: of `add_batch_options`, and `scheduler`, the address of a Dask cluster or None. Raises ModelError or
    HeadError if the model or the head cannot be used, ClusterError if the cluster cannot.
    """
    rescorer = _rescorer(model, head)
    if rescorer is not None:  # it works on the verdicts of the bundled head that it was made for
        genres = rescorer.base_model.bundled.vocabulary.id
    call = AnalyseSong(model, vocabulary=genres)
    with worker_pool(call, options, options.scheduler) as workers:
        from mgc_desktop.library.analysis_cache import AnalysisCache, analysed

        name, version = identify(model, None, genres)
        # The user's genres apply without the cache too.
        with cache_store(use=not options.no_cache or (data_dir() / "library.db").exists()) as (store, on_failure):
            cached = None if options.no_cache else store
            cache = AnalysisCache(cached, name, version, rescorer=rescorer, on_failure=on_failure)

            def steps(path: Path) -> Steps[SongPrediction | Failure]:
                song = _read(path)
                if isinstance(song, Failure) or not _needs_analysis(song, policy):
                    return song
                analysis = yield from analysed(workers.pool, path, call, cache)
                return _with_verdict(song, analysis, _by_user(store, analysis.checksum))

            for outcome in in_order(paths, steps, workers, ahead=_AHEAD):
                if outcome.result is not None:
                    yield outcome.result
                elif outcome.error is not None:
                    yield Failure(outcome.item, failure_message(outcome.error))


def _rescorer(model: str, head: UserHead | None) -> Rescorer | None:
    """The rescorer of a user head: songs are analysed under the bundled head, and rescored."""
    if head is None:
        return None
    from mgc_desktop.inference.registry import base_model_of
    from mgc_desktop.library.rescore import Rescorer

    return Rescorer(base_model_of(head, model), head)


def _read(path: Path) -> SongPrediction | Failure:
    """A song with its tags, not analysed yet."""
    try:
        state = FileState.of(path)
        tags = read_tags(path, cover=False)
    except TagError as error:
        return Failure(path, error.message)
    except OSError as error:
        return Failure(path, f"cannot be read ({error.strerror or error})")
    return SongPrediction(
        path,
        None,
        {},
        tags.genres,
        tags.separate,
        artist=tags.artist,
        album=tags.album,
        album_artist=tags.album_artist,
        state=state,
        read_only=tags.read_only,
    )


def _needs_analysis(song: SongPrediction, policy: Policy) -> bool:
    return not song.read_only and (policy.album or not policy.keeps(song.of(policy.field)))


def _with_verdict(song: SongPrediction, analysis: Analysis, by_user: tuple[str, ...]) -> SongPrediction:
    probabilities = dict(zip(analysis.genres, map(float, analysis.probabilities), strict=True))
    return replace(
        song,
        genre=analysis.genre,
        probabilities=probabilities,
        audio=analysis.checksum,
        broad=broad_genres(vocabulary_of(analysis.genres)),
        by_user=by_user,
    )


def _by_user(store: LibraryStore | None, checksum: str) -> tuple[str, ...]:
    """The genres that the user gave to this sound in the window. A library that cannot be read now stops the song: no
    model's verdict may take the place of what a person said."""
    if store is None:
        return ()
    try:
        return store.user_genre(checksum) or ()
    except sqlite3.Error as error:
        raise library_error(error, store.path) from error
