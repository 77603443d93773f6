"""The views beside Listen and Library, in the order of the rail; each is loaded when it is first shown."""

from __future__ import annotations

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


# Imported inside, because all of them together would double the time until the window is there.


def _map(context: ViewContext) -> View:
    from mgc_desktop.ui.views.map.view import MapView

    return MapView(context)


def _genres(context: ViewContext) -> View:
    from mgc_desktop.ui.views.genres.view import GenresView

    return GenresView(context)


def _confusion(context: ViewContext) -> View:
    from mgc_desktop.ui.views.confusion.view import ConfusionView

    return ConfusionView(context)


def _explain_view(context: ViewContext) -> View:
    from mgc_desktop.ui.views.explain.view import ExplainView

    return ExplainView(context)


def _models(context: ViewContext) -> View:
    from mgc_desktop.ui.views.models.view import ModelsView

    return ModelsView(context)


def _teach(context: ViewContext) -> View:
    from mgc_desktop.ui.views.teach.view import TeachView

    return TeachView(context)


def _train(context: ViewContext) -> View:
    from mgc_desktop.ui.views.train.view import TrainView

    return TrainView(context)


VIEWS: Final[tuple[ViewEntry, ...]] = (
    ViewEntry("map", "Map", "map", _map),
    ViewEntry("genres", "Genres", "genres", _genres),
    ViewEntry("confusion", "Confusion", "confusion", _confusion),
    ViewEntry("hears", "What the model hears", "hears", _explain_view),
    ViewEntry("models", "Models", "models", _models),
    ViewEntry("teach", "Teach", "teach", _teach),
    ViewEntry("train", "Train", "train", _train),
)
