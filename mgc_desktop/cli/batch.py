"""Many songs, one after the other or several at a time; what is wrong with one costs the others nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mgc_desktop.cli.interrupt import unheard_by_children
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.heads import UserHead
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.registry import load
from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError
from mgc_desktop.pipeline import analyze

_AHEAD: Final = 32  # songs a process may be ahead of one that takes long, as results come in order


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a song: a prediction, or a sentence on what was wrong."""

    path: Path
    prediction: TrackPrediction | None = None
    error: str | None = None


def listen_to_all(
    paths: Iterable[Path], model: str | None, jobs: int, head: UserHead | None = None
) -> Iterator[Result]:
    """The results in the order of the paths, with `jobs` processes if more than 1; `head`: a taught one.

    ModelError if the model fails, HeadError if the head does not suit it.
    """
    _classifier(model, head)  # fail now, and once, if it cannot be used
    if jobs == 1:
        yield from (_listen(path, model, head) for path in paths)
        return
    with unheard_by_children():
        pool = IsolatedPool(jobs)
    try:
        flying: deque[tuple[Path, Future[Result]]] = deque()
        for path in paths:
            flying.append((path, pool.submit(_listen, path, model, head)))
            while len(flying) > _AHEAD * jobs or (flying and flying[0][1].done()):
                yield _landed(*flying.popleft())
        while flying:
            yield _landed(*flying.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _listen(path: Path, model: str | None, head: UserHead | None) -> Result:
    """Runs in this process or in another one."""
    try:
        return Result(path, analyze(path, _classifier(model, head)))
    except MgcError as error:
        return Result(path, error=error.message)
    except Exception as error:  # one strange file must not end the run
        return Result(path, error=f"{type(error).__name__}: {error}")


def _landed(path: Path, future: Future[Result]) -> Result:
    try:
        return future.result()
    except WorkerCrashedError:
        return Result(path, error="The decoder crashed on this file. It is probably damaged.")


@cache
def _classifier(model: str | None, head: UserHead | None) -> Classifier:
    return load(model, head=head)
