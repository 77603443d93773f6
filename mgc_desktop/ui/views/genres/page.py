"""The page of the Genres view: songs by genre at the left, folders or decades at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget

from mgc_desktop.analysis.distribution import Distribution, Division, Side
from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.genres.pairs import PairBars, PairLegend
from mgc_desktop.ui.views.genres.parts import PartBars
from mgc_desktop.ui.views.genres.words import even_sentence, head_line
from mgc_desktop.ui.views.library.words import number
from mgc_desktop.ui.widgets.chart import Reading
from mgc_desktop.ui.widgets.flow_layout import FlowLayout
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.widgets.segments import Segments

FOLDERS: Final = "folders"
DECADES: Final = "decades"
# What has no bar: key, word, tooltip.
REST: Final = (
    ("untagged", "No genre in the file", "Show the songs whose files say no genre"),
    ("unsure", "Unsure", "Show the songs that were listened to without a verdict"),
    ("not_analysed", "Not listened to", "Show the songs that were not listened to yet"),
)
EMPTY: Final = (
    "What is your library made of?",
    "Add the folders that your music is in, and listen to them. Here you see how many songs there are of each genre, "
    "in their files and by ear, in which folders and from which decades.",
)
_HINT: Final = "A click, or Return, shows the songs in the library."
_NO_YEARS: Final = "No song here has a year in its file, so there are no decades to show."


class GenresPage(PageFrame):
    """The widgets; `view` decides what they show."""

    rest_chosen = Signal(str)
    by_chosen = Signal(str)  # FOLDERS or DECADES
    side_chosen = Signal(str)  # the value of a Side

    def __init__(self, settings: Settings, palette: Palette) -> None:
        super().__init__("Genres")
        self.pairs = PairBars(palette)
        self.parts = PartBars(palette)
        self.sentence = muted("", SMALL)
        self.sentence.setWordWrap(True)
        self.rest = {key: self._rest_button(key, tip) for key, _, tip in REST}
        self.by = Segments(
            "Divided by",
            ((FOLDERS, "Folders", "By the folders of the library"), (DECADES, "Decades", "By the year in the file")),
            palette,
        )
        self.side = Segments(
            "Genres",
            (
                (Side.PREDICTED.value, "Heard", "The heard genre"),
                (Side.TAGGED.value, "In the file", "What the files say"),
            ),
            palette,
        )
        self.by.chosen.connect(self.by_chosen)
        self.side.chosen.connect(self.side_chosen)
        self.no_years = muted(_NO_YEARS)
        self.no_years.setWordWrap(True)
        self.no_years.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.left, self.right = Panel("Songs by genre"), Panel("Folders and decades")
        self.save_genres = SaveButton(self.left, self._genre_numbers, "genres", settings, palette)
        self.save_parts = SaveButton(self.right, self._part_numbers, "genres by folder", settings, palette)
        self.empty = EmptyState("genres", *EMPTY, palette, "Go to the library")
        self._found: Distribution | None = None
        self._parts: Sequence[Division] = ()
        self._lay_out(palette)
        self.line.setText("Counting…")

    def show_distribution(self, found: Distribution) -> None:
        """Songs by genre."""
        self._found = found
        self.line.setText(head_line(found))
        self.pairs.set_distribution(found)
        self.sentence.setText(even_sentence(found))
        self.sentence.setVisible(bool(self.sentence.text()))
        for key, word, _ in REST:
            ids = getattr(found, key)
            self.rest[key].setText(f"{word}  {number(len(ids))}")
            self.rest[key].setVisible(bool(len(ids)))
        self.show_body()

    def show_parts(self, parts: Sequence[Division]) -> None:
        """Folders or decades."""
        self._parts = tuple(parts)
        self.parts.set_parts(parts)
        self._ground.setCurrentIndex(0 if parts else 1)

    def _rest_button(self, key: str, tip: str) -> QPushButton:
        button = QPushButton()
        button.setFont(font(SMALL))
        button.setToolTip(tip)
        button.hide()
        button.clicked.connect(lambda: self.rest_chosen.emit(key))
        return button

    def _genre_numbers(self) -> Numbers:
        return self._found.table() if self._found is not None else ((), ())

    def _part_numbers(self) -> Numbers:
        genres = self._parts[0].genres if self._parts else ()
        return ("name", "songs", *genres), [(p.detail, len(p.ids), *p.counts.tolist()) for p in self._parts]

    def _lay_out(self, palette: Palette) -> None:
        rest = FlowLayout(spacing=8)
        for button in self.rest.values():
            rest.addWidget(button)
        for panel, chart, tools in (
            (self.left, self.pairs, (PairLegend(palette), self.save_genres)),
            (self.right, self.parts, (self.side, self.save_parts)),
        ):
            for tool in tools:
                panel.head.addWidget(tool)
            if panel is self.right:
                panel.caption.hide()
                panel.head.insertWidget(0, self.by)
                self._ground = QStackedWidget()
                self._ground.addWidget(chart)
                self._ground.addWidget(self.no_years)
                panel.body.addWidget(self._ground, 1)
            else:
                panel.body.addWidget(chart, 1)
                panel.body.addWidget(self.sentence)
                panel.body.addLayout(rest)
            panel.body.addWidget(Reading(chart, _HINT))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.left, 3)
        row.addWidget(self.right, 2)
        self.body.addLayout(row, 1)
