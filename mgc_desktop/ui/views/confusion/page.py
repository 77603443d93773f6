"""The page of the Confusion view: the library's matrix with the songs of a cell, one model's, and all models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QWidget

from mgc_desktop.analysis.confusion import LibraryConfusion, Share
from mgc_desktop.analysis.model_figures import ModelFiguresRow, comparison_table
from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.confusion.comparison import ComparisonTable
from mgc_desktop.ui.views.confusion.figures import ModelFiguresPanel
from mgc_desktop.ui.views.confusion.matrix import MatrixChart
from mgc_desktop.ui.views.confusion.songs import CellSongs
from mgc_desktop.ui.views.confusion.words import NO_LIBRARY
from mgc_desktop.ui.views.library.page import table_sheet
from mgc_desktop.ui.widgets.chart import Reading
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.widgets.segments import Segments

LIBRARY, MODEL, ALL = "library", "model", "all"
PARTS: Final = (
    (LIBRARY, "Your library", "What the files say against what is heard"),
    (MODEL, "One model", "What a model said of recordings whose genre is known"),
    (ALL, "All models", "The models side by side"),
)
SHARES: Final = (
    (Share.COUNTS.value, "Counts", "How many there are in each cell"),
    (Share.ROWS.value, "% of row", "Each cell as a share of its row: what becomes of a genre"),
    (Share.COLUMNS.value, "% of column", "Each cell as a share of its column: what a heard genre is made of"),
)
_HINTS: Final = {
    LIBRARY: "A cell lists its songs: click it, or walk with the arrows and press Return.",
    MODEL: "The pointer, or the arrows, read out a cell.",
}
_NOTE: Final = (
    "Intervals: 95 %, artists drawn again with replacement; differences inside them mean nothing. Times are for a clip "
    "of 30 s on one thread of one machine: only their ratios mean something. Return shows a model's own matrix."
)


class ConfusionPage(PageFrame):
    """The widgets; `view` decides what they show."""

    part_chosen = Signal(str)
    share_chosen = Signal(str)
    model_chosen = Signal(str)

    def __init__(self, settings: Settings, palette: Palette) -> None:
        super().__init__("Confusion")
        self.parts = Segments("Show", PARTS, palette)
        self.parts.chosen.connect(self.part_chosen)
        self.tools.addWidget(self.parts, 0, Qt.AlignmentFlag.AlignVCenter)
        self.share = {key: Segments("Numbers", SHARES, palette) for key in (LIBRARY, MODEL)}
        for segments in self.share.values():
            segments.chosen.connect(self.share_chosen)
        self.library = MatrixChart("Genre in the file against heard genre", ("in the file", "heard as"), palette)
        self.model = MatrixChart("True genre against what the model said", ("in truth", "heard as"), palette)
        self.songs = CellSongs(palette)
        self.figures = ModelFiguresPanel(palette)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Model")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMaximumWidth(320)
        self.choice.activated.connect(lambda at: self.model_chosen.emit(str(self.choice.itemData(at))))
        self.table = ComparisonTable(palette)
        self.empty = EmptyState("confusion", *NO_LIBRARY, palette, "Go to the library")
        self.unmeasured = muted("", 14)
        self.unmeasured.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.unmeasured.setWordWrap(True)
        self._share = Share.COUNTS
        self._model: ModelFiguresRow | None = None
        self._panels = {LIBRARY: Panel("In the file, and heard"), MODEL: Panel("Model"), ALL: Panel("All models")}
        numbers = {LIBRARY: self._library_numbers, MODEL: self._model_numbers, ALL: self._all_numbers}
        names = {LIBRARY: "confusion of the library", MODEL: "confusion of a model", ALL: "models"}
        self.save = {
            key: SaveButton(panel, numbers[key], names[key], settings, palette) for key, panel in self._panels.items()
        }
        self._stack = QStackedWidget()
        self._lay_out()
        self.set_palette(palette)

    # What is shown

    def show_part(self, part: str) -> None:
        """The library, one model, or all."""
        self.parts.choose(part)
        self._stack.setCurrentIndex((LIBRARY, MODEL, ALL).index(part))

    def show_library(self, found: LibraryConfusion, share: Share) -> None:
        """The library's matrix."""
        self._share = share
        self.share[LIBRARY].choose(share.value)
        self.library.set_matrix(found.matrix, share)
        self._library.setCurrentIndex(0)

    def show_nothing(self, title: str, sentence: str) -> None:
        """The library has nothing to compare: why, and what to do."""
        self.empty.say(title, sentence)
        self._library.setCurrentIndex(1)

    def show_models(self, rows: Sequence[ModelFiguresRow]) -> None:
        """All models, to choose from and side by side."""
        self.choice.clear()
        for row in rows:
            self.choice.addItem(row.title, row.name)
        self.table.set_rows(rows)

    def show_model(self, row: ModelFiguresRow, share: Share) -> None:
        """One model's matrix and figures."""
        self._model, self._share = row, share
        self.share[MODEL].choose(share.value)
        self.choice.setCurrentIndex(self.choice.findData(row.name))
        self.figures.show_model(row)
        matrix = row.matrix
        if matrix is not None:
            self.model.set_matrix(matrix, share)
        else:
            why = f"\n{row.reason}" if row.reason else "\n`mgc evaluate --publish` puts a model's figures here."
            self.unmeasured.setText(f"There is no matrix of {row.title}.{why}")
        self._matrix.setCurrentIndex(0 if matrix is not None else 1)

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self._panels[ALL].setStyleSheet(table_sheet(palette))

    # What is saved

    def _library_numbers(self) -> Numbers:
        return self.library.matrix.table(self._share)

    def _model_numbers(self) -> Numbers:
        header, rows = self.model.matrix.table(self._share)
        return ("in truth / heard", *header[1:]), rows

    def _all_numbers(self) -> Numbers:
        return comparison_table(self.table.rows)

    # Where it is

    def _lay_out(self) -> None:
        self._library = QStackedWidget()
        self._library.addWidget(self._beside(LIBRARY, self.library, self.songs))
        self._library.addWidget(self.empty)
        self._matrix = QStackedWidget()
        self._matrix.addWidget(self.model)
        self._matrix.addWidget(self.unmeasured)
        panel = self._panels[MODEL]
        panel.caption.hide()
        panel.head.insertWidget(0, self.choice)
        one = self._beside(MODEL, self._matrix, self.figures)
        note = muted(_NOTE, SMALL)
        note.setWordWrap(True)
        everything = self._panels[ALL]
        everything.head.addWidget(self.save[ALL])
        everything.body.addWidget(self.table, 1)
        everything.body.addWidget(note)
        for widget in (self._library, one, everything):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)

    def _beside(self, key: str, matrix: QWidget, side: QWidget) -> QWidget:
        panel = self._panels[key]
        panel.head.addWidget(self.share[key])
        panel.head.addWidget(self.save[key])
        panel.body.addWidget(matrix, 1)
        panel.body.addWidget(Reading(self.library if key == LIBRARY else self.model, _HINTS[key]))
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        side.setMinimumWidth(318)
        row.addWidget(panel, 9)
        row.addWidget(side, 4)
        return whole
