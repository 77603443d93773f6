"""How little of a song must be heard to know the verdict on the whole of it.

    python benchmarks/bench_excerpts.py FOLDER... --cache DIR

Every song of 75 seconds to `--longest` is heard from end to end once; what the network says of each patch is kept in
the cache. Then every plan (so many stretches of so many seconds, spread evenly) is tried on those, and the share of
songs is told whose verdict (genre, or "unsure") stays what the whole song gets, and the share that would get a wrong
genre where the whole song has another one. `--check N` listens to N songs anew, as the program does.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mgc_desktop.audio.decode import probe
from mgc_desktop.audio.files import find_audio
from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference import registry
from mgc_desktop.inference.calibration import song_probabilities
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.library.excerpts import Plan, is_clear
from mgc_desktop.pipeline import Excerpt, analyze

SHORTEST = 75.0

PLANS = [
    Plan(n, s)
    for n, s in ((1, 30), (2, 15), (3, 10), (5, 3), (5, 6), (8, 3), (10, 3), (12, 3), (5, 9), (10, 6), (10, 9))
]


class Recorder(Classifier):
    """Keeps what the network gives, so that any head can be put on it later."""

    kept: list[dict[str, FloatArray]]

    def _run(self, patches: FloatArray) -> dict[str, FloatArray]:
        outputs = super()._run(patches)
        if len(patches):
            self.kept.append(outputs)
        return outputs


@dataclass(frozen=True)
class Heard:
    """A whole song: `logits` `(n, genres)` of its patches, `times` `(n, 2)` seconds."""

    path: Path
    duration: float
    logits: FloatArray
    times: FloatArray


def listen(songs: Sequence[Path], recorder: Recorder, cache: Path, longest: float) -> Iterator[Heard]:
    """Hear songs from end to end, or read what was heard before."""
    cache.mkdir(parents=True, exist_ok=True)
    for path in songs:
        name = hashlib.blake2b(str(path).encode(), digest_size=12).hexdigest()
        stored = cache / f"{name}-{recorder.metadata.model.sha256[:12]}.npz"
        if not stored.exists():
            try:
                duration = probe(path).duration or 0.0
                if not SHORTEST <= duration <= longest:
                    continue
                recorder.kept = []
                analysed_seconds = analyze(path, recorder)
            except MgcError as error:
                print(error)
                continue
            features = {key: np.concatenate([part[key] for part in recorder.kept]) for key in recorder.kept[0]}
            np.savez(stored, duration=analysed_seconds.duration, times=analysed_seconds.timeline.times, **features)
        with np.load(stored) as data:
            features = {key: data[key] for key in data if key not in ("duration", "times")}
            yield Heard(path, float(data["duration"]), _logits(recorder, features), data["times"])


def _logits(recorder: Recorder, features: dict[str, FloatArray]) -> FloatArray:
    head = recorder.head
    return head.logits(**features) if head else features["logits"]


def verdict(model: Classifier, logits: FloatArray) -> tuple[str | None, FloatArray]:
    """The genre, None for unsure, and the probabilities."""
    probabilities = song_probabilities(logits, model.calibration)
    best = int(probabilities.argmax())
    return (model.genres[best] if probabilities[best] >= model.calibration.unsure_below else None), probabilities


def within(song: Heard, excerpts: Sequence[Excerpt]) -> FloatArray:
    """The scores of the patches that lie in the excerpts; each excerpt has as many as fit into it."""
    rows: list[int] = []
    for excerpt in excerpts:
        fit = max(1, int(excerpt.seconds // 2.99))
        first = int(np.searchsorted(song.times[:, 0], excerpt.start - 1.5))
        rows += range(max(0, min(first, len(song.times) - fit)), min(len(song.times), max(first, 0) + fit))
    return song.logits[sorted(set(rows))]


def tell(songs: Sequence[Heard], model: Classifier) -> None:
    """The table."""
    whole = [verdict(model, song.logits)[0] for song in songs]
    total = sum(song.duration for song in songs)
    named = sum(genre is not None for genre in whole)
    print(f"{len(songs)} songs, {total / 3600:.1f} h, {named} with a genre, the others unsure")
    print(
        f"{'plan':>14} {'heard':>7} {'same':>7} {'wrong':>7}   then the whole song where it is not clear: heard, same"
    )
    for plan in PLANS:
        same = wrong = twice_same = 0
        analysed_seconds = twice = 0.0
        for song, truth in zip(songs, whole, strict=True):
            excerpts = plan.excerpts(song.duration)
            logits = within(song, excerpts) if excerpts else song.logits
            seconds = sum(e.seconds for e in excerpts) or song.duration
            found, probabilities = verdict(model, logits)
            same += found == truth
            wrong += found is not None and truth is not None and found != truth
            analysed_seconds += seconds
            clear = is_clear(probabilities, model.calibration.unsure_below)
            twice_same += (found if clear else truth) == truth
            twice += seconds if clear else seconds + song.duration
        n = len(songs)
        print(
            f"{plan.number:>5} x {plan.seconds:>4g} s {analysed_seconds / total:>7.1%}"
            f" {same / n:>7.1%} {wrong / n:>7.1%}"
            f"   {twice / total:>7.1%} {twice_same / n:>7.1%}",
            flush=True,
        )


def check(songs: Sequence[Heard], model: Classifier) -> None:
    """Listen anew, as the library does."""
    from mgc_desktop.library.excerpts import analyse_excerpts as analyse_as_library

    same = 0
    seconds = 0.0
    for song in songs:
        analysed_seconds = analyse_as_library(song.path, model)
        same += analysed_seconds.genre == verdict(model, song.logits)[0]
        seconds += analysed_seconds.analysed_seconds
    total = sum(song.duration for song in songs)
    print(f"heard anew by the program: {same} of {len(songs)} as the whole song, {seconds / total:.1%} of the time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--longest", type=float, default=420.0, help="seconds")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many songs, on which a plan was chosen")
    parser.add_argument("--check", type=int, default=0)
    options = parser.parse_args()
    model = registry.load(options.model)
    folder = next(f / model.name for f in registry.model_folders() if (f / model.name).is_dir())
    recorder = Recorder.open(folder)
    songs = list(find_audio(options.folders))
    random.Random(0).shuffle(songs)
    analysed_seconds = []
    for song in listen(songs, recorder, options.cache, options.longest):
        analysed_seconds.append(song)
        if len(analysed_seconds) % 10 == 0:
            print(f"{len(analysed_seconds)} songs heard", flush=True)
        if len(analysed_seconds) == options.songs:
            break
    tell(analysed_seconds[options.skip :], model)
    if options.check:
        check(analysed_seconds[options.skip :][: options.check], model)


if __name__ == "__main__":
    main()
