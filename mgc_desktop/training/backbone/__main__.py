"""Make the bundled backbone: `python -m mgc_desktop.training.backbone [convert|card] [--wheel PATH] [--out FOLDER]`.

`convert` (the default) writes model.onnx from musicnn's wheel, and all that `card` writes. `card` writes the metadata
and the model card again, after the head or a figure has changed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mgc_desktop.features.config import MUSICNN
from mgc_desktop.training.backbone import wheel
from mgc_desktop.training.backbone.describe import MODEL_FILE, PATCH_FRAMES, describe
from mgc_desktop.training.backbone.fuse import fuse, live_filters
from mgc_desktop.training.backbone.graph import build


def convert(wheel_path: Path, out: Path) -> None:
    """Write the network, its metadata and its card into `out`, where the head lies already."""
    taggers = wheel.read_taggers(wheel_path)
    fused = [fuse(tagger, PATCH_FRAMES) for tagger in taggers]
    graph = build(fused, MUSICNN.n_mels, PATCH_FRAMES)
    (out / MODEL_FILE).write_bytes(graph.SerializeToString(deterministic=True))
    describe(out, taggers)
    print(f"live filters: {live_filters(fused)}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mgc_desktop.training.backbone",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("step", nargs="?", choices=("convert", "card"), default="convert")
    parser.add_argument("--wheel", type=Path, help=f"wheel of {wheel.REQUIREMENT}; without, pip downloads it")
    parser.add_argument("--out", type=Path, default=Path("models/musicnn"), help="folder of the model")
    args = parser.parse_args(argv)
    if args.step == "card":
        describe(args.out)
        return
    with tempfile.TemporaryDirectory() as tmp:
        convert(args.wheel or wheel.fetch(Path(tmp)), args.out)


if __name__ == "__main__":
    main()
