"""The Train view, put together."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from mgc_desktop.inference.registry import model_folders
from mgc_desktop.paths import cache_dir, data_dir
from mgc_desktop.training_runs.extra import Extra, look_for_extra
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.views.train.controller import TrainController
from mgc_desktop.ui.views.train.page import TrainPage
from mgc_desktop.ui.views.train.run_panel import Plots, RunPanel
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.workers.training_process import TrainingProcess


class TrainView(View):
    """Trains the report's models in a process of its own, where the extra `[train]` is installed."""

    def __init__(self, context: ViewContext, extra: Extra | None = None) -> None:
        """`extra`: whether this installation can train (default: ask)."""
        super().__init__(context)
        self.extra = extra or look_for_extra()
        plots = Plots(context.palette)
        self.save = SaveButton(plots, lambda: _numbers(plots), "learning-curves", context.settings, context.palette)
        self.save.noticed.connect(self.noticed)
        self.panel = RunPanel(context.palette, plots, self.save)
        self.page = page = TrainPage(context.palette, self.extra, self.panel)
        self.trainer = TrainingProcess(data_dir() / "runs", data_dir() / "models", cache_dir() / "training", self)
        self.controller = TrainController(page, self.trainer, _model_names, context.window)
        self.controller.noticed.connect(self.noticed)

    def shown(self) -> None:
        """Read the runs anew."""
        if self.extra.installed:
            self.trainer.look()

    def set_palette(self, palette: Palette) -> None:
        """The widgets are told by the window."""

    def add_actions(self, menu: QMenu) -> None:
        """What the buttons do."""
        for text, act in (
            ("New training…", self.controller.show_form),
            ("Stop training", self.trainer.cancel),
            ("Resume training", self.panel.resume.click),
        ):
            action: QAction = menu.addAction(text, act)
            action.setEnabled(self.extra.installed)
        menu.addSeparator()
        self.save.add_to(menu)

    def close(self) -> None:
        """End a training that runs, so that it can be resumed."""
        self.trainer.close()


def _model_names() -> list[str]:
    return [path.name for folder in model_folders() for path in folder.glob("*/")]


def _numbers(plots: Plots) -> Numbers:
    header, rows = plots.curves.rows()
    return header, rows
