"""The views beside Listen and Library, in the order of the rail; each is loaded when it is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mgc_desktop.ui.view import View, ViewContext


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """A view that may not be loaded yet.

    `key`: its name in the program (`<key>_view` is its command). `title`, `icon` (a file in `resources/icons`): of its
    button. `make` loads and makes it.
    """

    key: str
    title: str
    icon: str
    make: Callable[[ViewContext], View]


def _loaded(module: str, name: str) -> Callable[[ViewContext], View]:
    """Makes the view `name` of `mgc_desktop.ui.views.<module>`, which is imported only then: all of the views together
    would double the time until the window is shown."""

    def make(context: ViewContext) -> View:
        kind: type[View] = getattr(importlib.import_module(f"mgc_desktop.ui.views.{module}"), name)
        return kind(context)

    return make


VIEWS: Final[tuple[ViewEntry, ...]] = (
    ViewEntry("map", "Map", "map", _loaded("map.view", "MapView")),
    ViewEntry("genres", "Genres", "genres", _loaded("genres.view", "GenresView")),
    ViewEntry("confusion", "Confusion", "confusion", _loaded("confusion.view", "ConfusionView")),
    ViewEntry("hears", "What the model hears", "hears", _loaded("explain.view", "ExplainView")),
    ViewEntry("models", "Models", "models", _loaded("models.view", "ModelsView")),
    ViewEntry("teach", "Teach", "teach", _loaded("teach.view", "TeachView")),
    ViewEntry("train", "Train", "train", _loaded("train.view", "TrainView")),
)
"""The rail, the menu with its keys, and the commands are made from these."""
