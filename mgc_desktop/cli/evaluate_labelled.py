"""`mgc evaluate --model M --genres V FOLDER|TSV`: any model on any labelled recordings, by artist."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mgc_desktop.cli.training_options import say
from mgc_desktop.errors import MgcError


def measure_labelled(options: argparse.Namespace) -> int:
    """Print the figures; with --page write them there as JSON."""
    from mgc_desktop.foundation.atomic_write import atomic_write
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.registry import find, load
    from mgc_desktop.training.datasets.labelled import read_labelled
    from mgc_desktop.training.labelled_evaluation import ask, evaluate_labelled, lines
    from mgc_desktop.training.learned import overlap

    sources = [Path(name) for name in (*options.models, *(options.dataset or [])[-1:])]
    if len(sources) != 1:
        raise MgcError("Name one tracks.tsv or one folder of labelled recordings to measure on.")
    (source,) = sources
    if not source.exists():
        raise MgcError("There is nothing here to measure on.", path=source)
    genres = str(options.genres) if options.genres else None
    folder = Path(options.model)
    if (folder / "metadata.json").is_file():
        classifier = Classifier.open(folder, genres)
    else:
        classifier = load(options.model, vocabulary=genres)
        folder = find(options.model).folder
    recordings = read_labelled(source, classifier.vocabulary, [options.part] if options.part else [])
    figures = evaluate_labelled(ask(classifier, recordings, say))
    say(f"{classifier.name} {classifier.version}, genres '{classifier.vocabulary.id}', {source}")
    say("\n".join(lines(figures)))
    met = overlap(folder, [(one.path, one.artist or None) for one in recordings])
    if met:
        say(f"Careful: {met}; measure on recordings of other artists.")
    if options.page:
        atomic_write(options.page, (json.dumps(figures, indent=1, ensure_ascii=False) + "\n").encode())
    return 0
