"""The widgets of the Map view; `view` decides what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.analysis.map import NothingToMap
from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.map.canvas import MapCanvas
from mgc_desktop.ui.views.map.card import Facts
from mgc_desktop.ui.views.map.chosen_bar import ChosenBar
from mgc_desktop.ui.views.map.legend import MapLegend
from mgc_desktop.ui.views.map.similar_songs import SimilarSongsPanel
from mgc_desktop.ui.views.map.words import COLOURS, DIMENSIONS, METHODS, emptiness
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.widgets.segments import Segments

_SIDE: Final = 236


class MapPage(PageFrame):
    """The map in a panel, the legend and the list of neighbours at its right, the choices in the head."""

    def __init__(
        self, palette: Palette, settings: Settings, facts: Callable[[int], Facts], numbers: Callable[[], Numbers]
    ) -> None:
        super().__init__("Map")
        self.method = Segments("Map by", METHODS, palette)
        self.dimensions = Segments("Dimensions", DIMENSIONS, palette)
        self.colours = Segments("Coloured by genre", COLOURS, palette)
        self.lasso = IconButton("lasso", "Draw around songs to choose them", palette, keys="L", checkable=True)
        self.whole = IconButton("overview", "Show all", palette, keys="0")
        self.canvas = MapCanvas(palette, facts)
        self.legend = MapLegend(palette)
        self.every_group = QPushButton("Show all")
        self.every_group.setProperty("kind", "quiet")
        self.every_group.setFont(font(SMALL))
        self.every_group.setAccessibleName("Show all genres")
        self.every_group.hide()
        self.similar = SimilarSongsPanel(palette)
        self.similar.hide()
        self.sheet = QWidget()
        self.save = SaveButton(self.sheet, numbers, "map", settings, palette)
        said = emptiness(NothingToMap.NO_SONGS)
        self.empty = EmptyState("map", said.title, said.sentence, palette, said.button)
        self._lay_out()
        self.chosen = ChosenBar(palette, self.canvas, self)
        self.every_group.clicked.connect(self.legend.show_every_group)
        self.legend.hidden_changed.connect(lambda names: self.every_group.setVisible(bool(names)))
        self.lasso.clicked.connect(lambda on: self.canvas.set_tool("lasso" if on else "move"))
        self.canvas.tool_changed.connect(lambda tool: self.lasso.setChecked(tool == "lasso"))
        self.whole.clicked.connect(self.canvas.show_all)

    def _lay_out(self) -> None:
        for tool in (self.colours, self.method, self.dimensions, self.lasso, self.whole, self.save):
            self.tools.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
        ground = QFrame()
        ground.setObjectName("panel")
        inside = QVBoxLayout(ground)
        inside.setContentsMargins(5, 5, 5, 5)
        inside.addWidget(self.canvas)
        genres = Panel("Genres", spacing=6)
        genres.head.addWidget(self.every_group)
        genres.body.setContentsMargins(8, 13, 8, 8)
        genres.head.setContentsMargins(8, 0, 4, 0)
        genres.body.addWidget(self.legend)
        genres.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        side = QWidget()
        side.setFixedWidth(_SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(genres)
        column.addWidget(self.similar, 100)
        column.addStretch(1)
        row = QHBoxLayout(self.sheet)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(ground, 1)
        row.addWidget(side)
        self.body.addWidget(self.sheet, 1)
