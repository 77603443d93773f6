"""Training and measuring networks, for research and teaching (extra `train`); never imported by the program.

    from mgc_desktop import training

    X, y, artists = training.load_features("music")
    result = training.train("music", training.TrainingConfig(network="cnn", resolution="sixteenth"))
    figures = training.evaluate(result, "music")

`docs/laboratory.md` is the page, `docs/laboratory.ipynb` the notebook. What `mgc train` does is in `commands/train.py`,
the loop in `loop.py`, the networks in `networks/`; `product/` makes the bundled models and is not needed for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mgc_desktop.training.api import evaluate, load_features, train
    from mgc_desktop.training.config import TrainingConfig
    from mgc_desktop.training.datasets import open_dataset
    from mgc_desktop.training.errors import TrainingError
    from mgc_desktop.training.made_music import make_music
    from mgc_desktop.training.networks.registry import register as register_network
    from mgc_desktop.training.saved_run import load_run

_FROM: Final = {  # torch and the others are imported when something is asked for, not before
    "TrainingConfig": ("config", "TrainingConfig"),
    "TrainingError": ("errors", "TrainingError"),
    "evaluate": ("api", "evaluate"),
    "load_features": ("api", "load_features"),
    "load_run": ("saved_run", "load_run"),
    "make_music": ("made_music", "make_music"),
    "open_dataset": ("datasets", "open_dataset"),
    "register_network": ("networks.registry", "register"),
    "train": ("api", "train"),
}
__all__ = [
    "TrainingConfig",
    "TrainingError",
    "evaluate",
    "load_features",
    "load_run",
    "make_music",
    "open_dataset",
    "register_network",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _FROM[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
