"""`python -m mgc_desktop.training.product.distil`: train and export the bundled report models."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from mgc_desktop.paths import models_dir
from mgc_desktop.training.datasets import open_dataset
from mgc_desktop.training.datasets.open import ALBUM_GENRES
from mgc_desktop.training.inputs import FACTORS
from mgc_desktop.training.product.distil.bundle import Place, bundle, open_service


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.product.distil", description=__doc__)
    parser.add_argument("music", type=Path, help="where fetch_free_music unpacked the recordings")
    parser.add_argument("--tracks", type=Path, default=ALBUM_GENRES.with_name("free_music.tsv"))
    parser.add_argument("--made", type=Path, help="folder of render_styles: synthetic music that teaches as well")
    parser.add_argument("--wheel", type=Path, required=True, help="musicnn's wheel")
    parser.add_argument("--head", type=Path, default=models_dir() / "musicnn" / "head.json")
    parser.add_argument("--work", type=Path, required=True, help="folder for spectrograms, corpus and checkpoints")
    parser.add_argument("--models", type=Path, default=models_dir())
    parser.add_argument("--resolution", nargs="+", choices=FACTORS, default=list(FACTORS))
    parser.add_argument("--varied", type=float, default=0.4, help="varied segments for each plain one")
    parser.add_argument("--most", type=int, help="at most so many segments of a song (default: all)")
    parser.add_argument("--segments", type=int, default=6144, help="at most so many in all, drawn from everywhere")
    parser.add_argument("--workers", type=int, default=1, help="processes that compute spectrograms")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    place = Place(options.wheel, options.head, options.work, options.models)
    dataset = open_dataset(options.tracks, "tracks", root=options.music)
    made = open_dataset(options.made / "tracks.tsv", "tracks") if options.made else None
    school = open_service(
        dataset,
        place,
        made=made,
        varied_share=options.varied,
        most=options.most,
        segments=options.segments,
        workers=options.workers,
    )
    for resolution in options.resolution:
        bundle(school, resolution, place)


if __name__ == "__main__":
    main()
