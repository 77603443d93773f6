"""Many songs, one after the other or several at a time; what is wrong with one costs the others nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mgc_desktop.cli.interrupt import not_analysed_by_children
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.registry import load
from mgc_desktop.inference.user_heads import UserHead
from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError
from mgc_desktop.pipeline import analyze

_AHEAD: Final = 32  # songs a process may be ahead of one that takes long, as results come in order


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a song: a prediction, or a sentence on what was wrong."""

    path: Path
    prediction: TrackPrediction | None = None
    error: str | None = None


def listen_to_all(
    paths: Iterable[Path], model: str | None, jobs: int, head: UserHead | None = None
) -> Iterator[BatchResult]:
    """The results in the order of the paths, with `jobs` processes if more than 1; `head`: a taught one.

    ModelError if the model fails, HeadError if the head does not suit it.
    """
    _classifier(model, head)  # fail now, and once, if it cannot be used
    if jobs == 1:
        yield from (_listen(path, model, head) for path in paths)
        return
    with not_analysed_by_children():
        pool = IsolatedPool(jobs)
    try:
        pending: deque[tuple[Path, Future[BatchResult]]] = deque()
        for path in paths:
            pending.append((path, pool.submit(_listen, path, model, head)))
            while len(pending) > _AHEAD * jobs or (pending and pending[0][1].done()):
                yield _completed(*pending.popleft())
        while pending:
            yield _completed(*pending.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _listen(path: Path, model: str | None, head: UserHead | None) -> BatchResult:
    """Runs in this process or in another one."""
    try:
        return BatchResult(path, analyze(path, _classifier(model, head)))
    except MgcError as error:
        return BatchResult(path, error=error.message)
    except Exception as error:  # one strange file must not end the run
        return BatchResult(path, error=f"{type(error).__name__}: {error}")


def _completed(path: Path, future: Future[BatchResult]) -> BatchResult:
    try:
        return future.result()
    except WorkerCrashedError:
        return BatchResult(path, error="The decoder crashed on this file. It is probably damaged.")


@cache
def _classifier(model: str | None, head: UserHead | None) -> Classifier:
    return load(model, head=head)
