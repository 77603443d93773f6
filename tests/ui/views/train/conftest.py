"""Runs in a folder, as `mgc train` leaves them, and the view around them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.settings import Settings
from mgc_desktop.training_runs.config import TrainingRequest
from mgc_desktop.training_runs.extra import Extra
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.view import ViewContext
from mgc_desktop.ui.views.train.view import TrainView

FIGURES = {
    "split": "test part of music, grouped by artist", "clips": 62, "artists": 19, "accuracy": [0.71, 0.6, 0.8],
    "macro_accuracy": [0.66, 0.55, 0.75], "roc_auc": [math.nan, math.nan, math.nan],
}  # fmt: skip
HEADER = "epoch,train_loss,valid_loss,valid_accuracy,valid_macro_accuracy,valid_macro_f1"


@pytest.fixture
def make_run(home: Path) -> Callable[..., Path]:
    """`make_run(name, epochs=3, created=1.0, finished=False, said=(), network="")`: a run's folder."""

    def make(
        name: str, *, epochs: int = 3, created: float = 1.0, finished: bool = False, said: tuple[str, ...] = (),
        networks: tuple[str, ...] = ("",),
    ) -> Path:  # fmt: skip
        folder = home / "data" / "runs" / name
        TrainingRequest(name, "/music/by genre", created=created).save(folder)
        rows = [f"{e},{1 / (e + 1)},{2 / (e + 1)},0.5,{e / 10},0.4" for e in range(epochs)]
        for network in networks if epochs else ():
            (folder / network).mkdir(exist_ok=True)
            (folder / network / "curves.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        progress = {"step": "learning", "share": epochs / 30, "left": 120.0, "epoch": epochs, "epochs": 30}
        (folder / "progress.json").write_text(json.dumps(progress))
        (folder / "log.txt").write_text("\n".join(["--- mgc train", *said]) + "\n")
        if finished:
            (folder / "trained.json").write_text(json.dumps({"figures": FIGURES}))
        return folder

    return make


@pytest.fixture
def open_view(home: Path, qtbot: QtBot) -> Iterator[Callable[..., TrainView]]:
    """`open_view(extra)`: the view in a window, its runs read."""
    views: list[TrainView] = []

    def show(extra: Extra | None = None) -> TrainView:
        window = QWidget()
        window.resize(1300, 740)
        qtbot.addWidget(window)
        context: Any = ViewContext(None, Settings(), DARK, None, None, window, None)  # type: ignore[arg-type]
        view = TrainView(context, extra or Extra())
        views.append(view)
        view.page.setParent(window)
        view.page.resize(window.size())
        window.show()
        if view.extra.installed:
            with qtbot.waitSignal(view.trainer.changed):
                view.shown()
        return view

    yield show
    for view in views:
        view.close()
