"""One run: what was ordered, how far it is, its learning curves, what was measured, and its log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.training_runs.run import Curves, RunState, TrainingRun
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.library.strip import ThinBar
from mgc_desktop.ui.views.train.curves import CurvePlot
from mgc_desktop.ui.views.train.genre_figures import TrainedGenreFigures
from mgc_desktop.ui.views.train.log_text import LogText
from mgc_desktop.ui.views.train.words import figure_rows, measured_line, network_name, progress_line, source_line
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.own_keys import UP_AND_DOWN, OwnKeys
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.segments import Segments

_ROWS: Final = 3  # of figures, in each of two columns


class CurveLegend(QWidget):
    """Which line is which."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self.setFixedSize(176, 20)
        self.setAccessibleName("Validation in the accent colour, training in grey")

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two strokes and their words."""
        painter = QPainter(self)
        painter.setFont(font(SMALL))
        for x, colour, word in ((0, self._palette.accent, "validation"), (94, self._palette.muted, "training")):
            painter.fillRect(x, 9, 14, 3, QColor(colour))
            painter.setPen(QColor(self._palette.muted))
            painter.drawText(x + 20, 0, 76, 20, int(Qt.AlignmentFlag.AlignVCenter), word)


class Plots(QWidget):
    """Loss and accuracy side by side; what is pointed at in one is shown in both."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.curves = Curves()
        self.loss = CurvePlot("Loss", "loss", palette)
        self.accuracy = CurvePlot("Macro accuracy", "macro_accuracy", palette, top=1.0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for plot in (self.loss, self.accuracy):
            plot.pointed.connect(self.point_at)
            row.addWidget(plot, 1)

    def show_curves(self, curves: Curves, epochs: int) -> None:
        """Draw these."""
        self.curves = curves
        for plot in (self.loss, self.accuracy):
            plot.show_curves(curves, epochs)

    def point_at(self, epoch: int | None) -> None:
        """Show what an epoch has."""
        for plot in (self.loss, self.accuracy):
            plot.point_at(epoch)


class RunFiguresPanel(Panel):
    """What the artists that were held back say of the model."""

    def __init__(self) -> None:
        super().__init__("Measured", spacing=6)
        self.line = muted(px=SMALL)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnMinimumWidth(3, 32)
        self._grid.setColumnStretch(7, 1)
        self._shown: list[tuple[str, str, str]] = []
        self.head.addWidget(self.line)
        self.body.addLayout(self._grid)

    def show_figures(self, figures: Mapping[str, Any]) -> None:
        """Those of a finished run."""
        rows = figure_rows(figures)
        self.line.setText(measured_line(figures))
        if rows == self._shown:
            return
        self._shown = rows
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, (word, value, interval) in enumerate(rows):
            row, side = number % _ROWS, 4 * (number // _ROWS)
            strong = QLabel(value)
            strong.setFont(font(weight=QFont.Weight.DemiBold, tabular=True))
            span = muted(interval, SMALL, tabular=True)
            span.setToolTip("95 % of resampled artists give a value in this range")
            for column, label in enumerate((muted(word), strong, span)):
                self._grid.addWidget(label, row, side + column)


class RunPanel(QWidget):
    """Shows a `TrainingRun`; the buttons that make sense now say what is wanted."""

    cancel_requested = Signal()
    resume_requested = Signal()
    export_requested = Signal()
    delete_requested = Signal()
    again_requested = Signal()

    def __init__(self, palette: Palette, plots: Plots, save: QWidget) -> None:
        """`save`: the button that saves the plots."""
        super().__init__()
        self._palette = palette
        self.title = ElidedLabel(px=16, weight=QFont.Weight.DemiBold)
        self.source = ElidedLabel(tone="muted")
        self.words = ElidedLabel()
        self.bar = ThinBar(palette)
        self.error = QLabel()
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cancel = _button("Stop", self.cancel_requested, "End it; it can be resumed where it was")
        self.resume = _button("Resume", self.resume_requested, "Go on where it was")
        self.export = _button("Make it a model", self.export_requested, "Put it among the models of the program")
        self.delete = _button("Delete…", self.delete_requested, "Delete the run; a model made of it stays")
        self.again = _button("Try again…", self.again_requested, "Change what was ordered, and train once more")
        for button in (self.resume, self.export):
            button.setProperty("kind", "primary")
            button.setFont(font(weight=QFont.Weight.DemiBold))
        self.networks = QComboBox()
        self.networks.setAccessibleName("Network whose curves are shown")
        OwnKeys(self.networks, UP_AND_DOWN)
        self.networks.activated.connect(self._choose_network)
        self.plots = plots
        self.legend = CurveLegend(palette)
        self.figures = RunFiguresPanel()
        self.log = LogText("The last lines of the log")
        self.genres = TrainedGenreFigures(palette)
        self.shown = Segments(
            "Shown", [("curves", "Learning curves", ""), ("genres", "Genres", ""), ("log", "Log", "")], palette
        )
        self.shown.choose("curves")
        self.shown.chosen.connect(self.show_part)
        self._save = save
        self._run: TrainingRun | None = None
        self._network: str | None = None  # chosen by hand; None follows the one that learns
        self._lay_out()
        self.set_palette(palette)

    @property
    def run(self) -> TrainingRun | None:
        """What is shown."""
        return self._run

    def show_run(self, run: TrainingRun, *, exporting: bool = False, free: bool = True) -> None:
        """Show a snapshot. `exporting`: it becomes a model now. `free`: no other run is at work."""
        if self._run is None or self._run.folder != run.folder:
            self._network = None
        self._run = run
        working = run.state is RunState.RUNNING
        self.title.setText(run.name)
        self.source.setText(source_line(run))
        self.words.setText(progress_line(run, exporting=exporting))
        self.bar.setVisible(working)
        self.bar.set_share(1.0 if exporting else run.progress.share)
        self.error.setText(run.error)
        self.error.setVisible(bool(run.error))
        self.cancel.setVisible(working and not exporting)
        self.resume.setVisible(run.resumable)
        self.resume.setEnabled(free)
        self.export.setVisible(run.state is RunState.FINISHED and not run.exported and not run.error)
        self.export.setEnabled(free)
        self.delete.setVisible(not working)
        self.again.setVisible(not working and run.order is not None)
        self._show_curves(run)
        self.figures.setVisible(run.state is RunState.FINISHED)
        self.figures.show_figures(run.figures)
        self.genres.show_figures(run.figures, run.baselines)
        self.log.show_lines(run.log)

    def show_part(self, part: str) -> None:
        """The curves, the genres or the log."""
        self.shown.choose(part)
        curves = part == "curves"
        self._parts.setCurrentWidget({"curves": self.plots, "genres": self.genres}.get(part, self.log))
        for widget in (self.legend, self._save):
            widget.setVisible(curves)
        self._tell_networks()

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self._palette = palette
        self.error.setStyleSheet(f"color: {palette.danger};")
        self.genres.set_palette(palette)

    def _show_curves(self, run: TrainingRun) -> None:
        names = [curves.network for curves in run.networks]
        if names != [self.networks.itemData(i) for i in range(self.networks.count())]:
            self.networks.clear()
            for name in names:
                self.networks.addItem(network_name(name), name)
        chosen = next((c for c in run.networks if c.network == self._network), run.curves)
        self.networks.setCurrentIndex(self.networks.findData(chosen.network))
        self._tell_networks()
        epochs = run.order.epochs if run.order is not None else 1
        self.plots.show_curves(chosen, max(run.progress.epochs, epochs))

    def _tell_networks(self) -> None:
        self.networks.setVisible(self.networks.count() > 1 and self._parts.currentWidget() is self.plots)

    def _choose_network(self) -> None:
        self._network = str(self.networks.currentData())
        if self._run is not None:
            self._show_curves(self._run)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.source)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        for button in (self.cancel, self.resume, self.export, self.again, self.delete):
            head.addWidget(button)
        state = Panel("Progress", spacing=8)
        state.caption.hide()
        state.body.removeItem(state.head)
        state.body.addLayout(head)
        state.body.addWidget(self.words)
        state.body.addWidget(self.bar)
        state.body.addWidget(self.error)
        middle = Panel("Learning curves and log", spacing=4)
        middle.caption.hide()
        middle.head.insertWidget(0, self.shown, 0, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.legend, self.networks, self._save):
            middle.head.addWidget(widget)
        self._parts = QStackedWidget()
        self._parts.addWidget(self.plots)
        self._parts.addWidget(self.genres)
        self._parts.addWidget(self.log)
        middle.body.addWidget(self._parts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(state)
        column.addWidget(middle, 1)
        column.addWidget(self.figures)


def _button(text: str, signal: object, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: signal.emit())  # type: ignore[attr-defined]
    return button
