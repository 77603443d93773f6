"""`python -m mgc_desktop.training.backbone [--wheel PATH] [--out FOLDER]`: make the bundled backbone again."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mgc_desktop.features.config import MUSICNN
from mgc_desktop.training.backbone import wheel
from mgc_desktop.training.backbone.fuse import fuse, live_filters
from mgc_desktop.training.backbone.graph import build

PATCH_FRAMES = 187


def convert(wheel_path: Path, out: Path) -> None:
    """Write `model.onnx` into `out`."""
    taggers = [fuse(tagger, PATCH_FRAMES) for tagger in wheel.read_taggers(wheel_path)]
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(build(taggers, MUSICNN.n_mels, PATCH_FRAMES).SerializeToString(deterministic=True))
    print(f"live filters: {live_filters(taggers)}")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.backbone", description=__doc__)
    parser.add_argument("--wheel", type=Path, help=f"wheel of {wheel.REQUIREMENT}; without, pip downloads it")
    parser.add_argument("--out", type=Path, default=Path("models/musicnn"), help="folder of the model")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as tmp:
        convert(args.wheel or wheel.fetch(Path(tmp)), args.out)


if __name__ == "__main__":
    main()
