"""The views beside Listen and Library, in the order of the rail."""

from __future__ import annotations

from typing import Final

from mgc_desktop.ui.confusion.view import ConfusionView
from mgc_desktop.ui.genres.view import GenresView
from mgc_desktop.ui.hears.view import HearsView
from mgc_desktop.ui.map.view import MapView
from mgc_desktop.ui.models.view import ModelsView
from mgc_desktop.ui.teach.view import TeachView
from mgc_desktop.ui.train.view import TrainView
from mgc_desktop.ui.view import View

VIEWS: Final[tuple[type[View], ...]] = (
    MapView,
    GenresView,
    ConfusionView,
    HearsView,
    ModelsView,
    TeachView,
    TrainView,
)
