"""Fit the genre head of the backbone:

python -m mgc_desktop.training.product.genre_head --free-music ROOT --magnatagatune DIR --evaluation DIR
    [--out models/musicnn]

The same inputs give the same head. What the backbone hears is kept in a cache, so that only the first run is slow.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from mgc_desktop.foundation.arrays import DoubleArray
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.head import Head
from mgc_desktop.paths import cache_dir
from mgc_desktop.training.datasets.tracks import open_tracks
from mgc_desktop.training.product.backbone.describe import describe
from mgc_desktop.training.product.genre_head_data import Listener, Recording, TaggedClip, read_tagged_clips, with_genre
from mgc_desktop.training.product.genre_head_fit import TAG_RANGE, artist_weights, fit
from mgc_desktop.training.product.genre_head_report import HeadOutcome, measured, write_report
from mgc_desktop.training.product.prior import PriorBackground

VERSION: Final = "1.0"
FOLDS: Final = 5
_EXCERPTS: Final = 3  # of a song of the free music: a minute and a half each
_WHOLE: Final = 1000  # of a song that only measures
# A belief more than a measurement: of the few unseen excerpts that score lower, half are wrong, and so is every song of
# none of the ten genres, which the labelled music lacks.
_UNSURE_BELOW: Final = 0.35
# Released recordings are less like the labelled game music than its artists are like one another: never more certain
# of a song than the logits say.
_LEAST_TEMPERATURE: Final = 1.0
_TEMPERATURES: Final = np.geomspace(0.5, 4, 61)

FITTED_ON: Final = (
    "Fitted on what the hundred tags mean (prior_styles.toml), on people's tags of {tagged} MagnaTagATune clips of "
    "{tagged_artists} artists (the tags, not the audio; nothing of Hip-Hop, Jazz and Electro Rock), and on {real} "
    "pieces of free game music of {real_artists} artists with a genre in their tags or guessed; all {pool} pieces "
    "say what is usual."
)


@dataclass(frozen=True, slots=True)
class Sources:
    """`music` teaches where it has genres, and is the background; `tagged` are clips that people tagged."""

    music: Sequence[Recording]
    tagged: Sequence[TaggedClip]
    tags: tuple[str, ...]


def make_head(background: PriorBackground, weights: DoubleArray, bias: DoubleArray, calibration: Calibration) -> Head:
    """The head in the program's form."""
    return Head(
        version=VERSION,
        genres=GENRES,
        inputs=("tags",),
        mean=background.mean.astype(np.float32),
        scale=background.scale.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        calibration=calibration,
        tag_range=TAG_RANGE,
    )


def fit_head(sources: Sources, *, seed: int = 0) -> Head:
    """Fit on all of the sources, without calibration."""
    background, linear = fit(sources.music, sources.tagged, sources.tags, seed=seed)
    return make_head(background, linear.weights, linear.bias, Calibration())


def cross_fit(sources: Sources, *, folds: int = FOLDS, seed: int = 0) -> list[HeadOutcome]:
    """Every labelled recording as a head hears it that was fitted without any recording of the same artist."""
    labelled = with_genre(sources.music, GENRES)
    artists = sorted({r.artist for r in labelled})
    order = np.random.default_rng(seed).permutation(len(artists))
    outcomes: list[HeadOutcome] = []
    for fold in range(folds):
        held = {artists[i] for i in order[fold::folds]}
        rest = [r for r in sources.music if r.artist not in held]
        head = fit_head(replace(sources, music=rest), seed=seed)
        outcomes += judge(head, [r for r in labelled if r.artist in held])
    return outcomes


def judge(head: Head, recordings: Sequence[Recording]) -> list[HeadOutcome]:
    """The head's logits of every patch of the recordings."""
    return [HeadOutcome(r, head.logits(tags=r.tags, embedding=None)) for r in recordings]


def temperature(logits: Sequence[DoubleArray], labels: Sequence[int], weights: Sequence[float]) -> float:
    """The one under which the true genres are most probable; each `(n, genres)` counts its weight in all."""
    losses = []
    for value in _TEMPERATURES:
        total = 0.0
        for rows, label, weight in zip(logits, labels, weights, strict=True):
            scaled = rows / value
            top = scaled.max(axis=1)
            logs = scaled[:, label] - top - np.log(np.exp(scaled - top[:, np.newaxis]).sum(axis=1))
            total -= weight * float(logs.mean())
        losses.append(total)
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 3)


def calibrate(outcomes: Sequence[HeadOutcome]) -> Calibration:
    """Temperatures from recordings that the head did not learn from; artists count as they do in fitting."""
    recordings = [o.recording for o in outcomes]
    labels = [GENRES.index(r.genre or "") for r in recordings]
    weights = list(artist_weights(recordings) * [len(r.excerpts) for r in recordings])
    segments = [o.logits.astype(np.float64) for o in outcomes]
    songs = [rows.mean(axis=0, keepdims=True) for rows in segments]
    return Calibration(
        "mean_logits",
        segment_temperature=max(_LEAST_TEMPERATURE, temperature(segments, labels, weights)),
        song_temperature=max(_LEAST_TEMPERATURE, temperature(songs, labels, weights)),
        unsure_below=_UNSURE_BELOW,
    )


def run(args: argparse.Namespace) -> None:
    """Listen, fit, calibrate, measure, write."""
    torch.set_num_threads(1)
    classifier = Classifier.open(args.out)
    table = args.tracks or args.free_music / "tracks.tsv"
    music, failed = Listener(classifier, args.cache, excerpts=_EXCERPTS).hear(open_tracks(table, args.free_music))
    songs, unheard = Listener(classifier, args.cache, excerpts=_WHOLE).hear(open_tracks(args.evaluation / "tracks.tsv"))
    for line in failed + unheard:
        print(f"left out: {line}")
    sources = Sources(music, read_tagged_clips(args.magnatagatune), classifier.metadata.tags)
    unseen = cross_fit(sources, seed=args.seed)
    head = replace(fit_head(sources, seed=args.seed), calibration=calibrate(unseen))
    evaluation = judge(head, songs)
    figures = measured(unseen, evaluation, head.calibration)
    labelled = with_genre(music, GENRES)
    fitted_on = FITTED_ON.format(
        tagged=len(sources.tagged),
        tagged_artists=len({clip.artist for clip in sources.tagged}),
        real=len(labelled),
        real_artists=len({r.artist for r in labelled}),
        pool=len(music),
    )
    head = replace(head, fitted_on=fitted_on, measured=figures)
    head.save(args.out / "head.json")
    describe(args.out)
    write_report(args.report, head, unseen, evaluation)
    print(f"{args.out / 'head.json'}: {head.calibration}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mgc_desktop.training.product.genre_head",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--free-music", type=Path, required=True, help="folder that the paths in tracks.tsv start from")
    parser.add_argument("--tracks", type=Path, help="the list of the free music (default: tracks.tsv in its folder)")
    parser.add_argument("--magnatagatune", type=Path, required=True, help="folder with tags50_*.tsv and the genres")
    parser.add_argument("--evaluation", type=Path, required=True, help="folder with tracks.tsv: songs that measure")
    parser.add_argument("--out", type=Path, default=Path("models/musicnn"), help="folder of the backbone")
    parser.add_argument("--report", type=Path, default=Path("docs/genre-head.md"), help="page to write")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "genre-head", help="what the backbone heard")
    parser.add_argument("--seed", type=int, default=0)
    run(parser.parse_args(argv))


if __name__ == "__main__":
    main()
