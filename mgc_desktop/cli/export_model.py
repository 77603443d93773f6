"""Make a trained network a model of the program: ONNX, metadata and a model card (needs the extra [train])."""

from __future__ import annotations

import argparse
from pathlib import Path

from mgc_desktop.cli.training_options import require_extra
from mgc_desktop.paths import data_dir, models_dir

HELP = "make a trained network a model of the program (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc export-model`."""
    parser.add_argument("trained", type=Path, metavar="FOLDER", help="the --output folder of `mgc train`")
    parser.add_argument("--name", help="the model's name, which no bundled model may have")
    parser.add_argument("--models", type=Path, default=data_dir() / "models", help="where the model goes")


def run(options: argparse.Namespace) -> int:
    """Write ONNX, metadata and card; refuses a network whose results in the program differ."""
    require_extra()
    from mgc_desktop.training.saved_run import export_run

    bundled = models_dir()
    taken = () if options.models.absolute() == bundled else [path.name for path in bundled.glob("*/")]
    print(export_run(options.trained, options.models, options.name, taken))
    return 0
