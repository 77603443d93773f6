"""Compare on this song: a ribbon for each model, where they disagree, and a list of these places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from mgc_desktop.analysis.model_comparison import Agreement, agreement
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.models import words
from mgc_desktop.ui.views.models.agreement_strip import AgreementRow, AgreementStrip
from mgc_desktop.ui.views.models.genre_table import GenreTable, Heads
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.panel import Panel

_STRIP_LEFT: Final = 202  # pixels: under the ribbons
_ROWS_HIGH: Final = 270


class SongPage(QWidget):
    """Shows what it is told; `seek_requested` when a place is clicked."""

    seek_requested = Signal(float)  # seconds

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._duration = 0.0
        self._agreement: Agreement | None = None
        self.rows: dict[str, AgreementRow] = {}
        self.strip = AgreementStrip(palette)
        self.strip.seek_requested.connect(self.seek_requested)
        self.line = ElidedLabel(px=SMALL, tone="muted")
        self.table = GenreTable("Places where the models disagree", palette)
        self.table.opened.connect(self._on_opened)
        self._lay_out()

    @property
    def predictions(self) -> dict[str, TrackPrediction]:
        """What is known so far, by model."""
        return {name: row.prediction for name, row in self.rows.items() if row.prediction is not None}

    def begin(self, models: Sequence[tuple[str, str]], duration: float) -> None:
        """These models (name and title) will be heard on a song of so many seconds."""
        for row in self.rows.values():
            row.setParent(None)
            row.deleteLater()
        self.rows = {name: AgreementRow(name, title, self._palette) for name, title in models}
        for row in self.rows.values():
            row.seek_requested.connect(self.seek_requested)
            self._column.insertWidget(self._column.count() - 1, row)
        self._scroll.setFixedHeight(min(_ROWS_HIGH, 54 * max(1, len(models))))
        self._duration = duration
        self._compare()

    def show_prediction(self, name: str, prediction: TrackPrediction) -> None:
        """One model has heard it."""
        if (row := self.rows.get(name)) is not None:
            self._duration = max(self._duration, prediction.duration)
            row.show_prediction(prediction, self._duration)
            self._compare()

    def show_failure(self, name: str, sentence: str) -> None:
        """One model cannot hear it."""
        if (row := self.rows.get(name)) is not None:
            row.show_failure(sentence)

    def set_position(self, seconds: float) -> None:
        """Where the music is."""
        self.strip.set_position(seconds)
        for row in self.rows.values():
            row.ribbon.set_position(seconds)

    def set_palette(self, palette: Palette) -> None:
        """For the rows to come."""
        self._palette = palette

    def _compare(self) -> None:
        predicted = self.predictions
        if len(predicted) < 2 or self._duration <= 0:
            self._agreement = None
            self.strip.show_agreement(None, self._duration)
            self.line.setText("")
            self.table.show_rows(Heads(("Where",), ()), ())
            return
        self._agreement = agreement([prediction.timeline for prediction in predicted.values()], self._duration)
        self.strip.show_agreement(self._agreement, self._duration)
        self.line.setText(words.agreement_line(self._agreement, len(predicted)))
        named = [name for name, prediction in predicted.items() if len(prediction.timeline)]
        rows = [words.stretch_cells(stretch) for stretch in self._agreement.disputes]
        self.table.show_rows(Heads(("Where",), tuple(named)), rows)

    def _on_opened(self, row: int) -> None:
        if self._agreement is not None:
            self.seek_requested.emit(self._agreement.disputes[row].start)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inside)
        along_panel = Panel("Genre over the song", spacing=8)
        along_panel.head.addWidget(muted("click to seek", SMALL))
        along_panel.body.addWidget(self._scroll)
        under = QVBoxLayout()
        under.setContentsMargins(_STRIP_LEFT, 0, 8, 0)
        under.addWidget(self.strip)
        along_panel.body.addLayout(under)
        places = Panel("Where they disagree", spacing=6)
        places.add_note(self.line)
        places.body.addWidget(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(along_panel)
        column.addWidget(places, 1)
