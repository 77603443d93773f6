"""The widgets of the view; the view decides what they show."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mgc_desktop.analysis.occlusion import Occlusion
from mgc_desktop.analysis.patch_view import REDUCTIONS, PatchView
from mgc_desktop.features.config import REPORT
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.explain import words
from mgc_desktop.ui.views.explain.evidence import Evidence, EvidenceLegend, EvidencePicture
from mgc_desktop.ui.views.explain.picture import PatchPicture, Shown
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.spectrogram.scales import MelScale

MOST_PROBABLE: Final = "Most probable"
_RANGE_DB: Final = 80.0
_QUIET: Final = 1.0  # percent of a patch that may be drawn in the darkest colour
_FINDING: Final = "Finding out what speaks for the genre…"


class ExplainPage(QWidget):
    """Two spectrograms above; below, the patch at three resolutions and what speaks in it."""

    genre_chosen = Signal(object)  # name, None: the most probable one
    seek_requested = Signal(float)  # seconds

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mel = PatchPicture("Mel-spectrogram", palette)
        self.linear = PatchPicture("Linear spectrogram", palette)
        self.patches = {reduction: PatchPicture(words.RESOLUTIONS[reduction], palette) for reduction in REDUCTIONS}
        self.captions: dict[int, QLabel] = {reduction: muted(px=SMALL, tabular=True) for reduction in REDUCTIONS}
        self.evidence = EvidencePicture("What speaks for the genre", palette)
        self.legend = EvidenceLegend(palette)
        self.finding = muted(px=SMALL)
        self.finding.setWordWrap(True)
        self.finding.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._finding_height = 2 * self.finding.fontMetrics().lineSpacing()  # always, so the picture keeps its size
        self.finding.setFixedHeight(self._finding_height)
        self.verdict = ElidedLabel(tone="muted")
        self.verdict.setFont(font(SMALL, tabular=True))
        self.genre = QComboBox()
        self.genre.setAccessibleName("Genre whose evidence is shown")
        self.genre.addItem(MOST_PROBABLE)
        self.genre.activated.connect(self._on_genre)
        for picture in (self.mel, self.linear, self.evidence, *self.patches.values()):
            picture.seek_requested.connect(self.seek_requested)
        self._explained: PatchView | None = None
        self._found: Occlusion | None = None
        self._lay_out()

    # What is shown

    def show_patch(self, patch_view: PatchView) -> None:
        """Draw a moment: the report's two pictures of it, and what the model gets at each resolution."""
        for picture, values, height in (
            (self.mel, patch_view.mel, _mel_height),
            (self.linear, patch_view.linear, _linear_height),
        ):
            loud = float(values.max())
            picture.show_picture(Shown(values, loud - _RANGE_DB, loud, patch_view.start, patch_view.end, height))
        full = _as_it_is(patch_view)
        for reduction, picture in self.patches.items():
            picture.show_picture(Shown(patch_view.at(reduction), full.quiet, full.loud, full.start, full.end))
            picture.set_marked(reduction == patch_view.input.reduction)
            caption = words.resolution(reduction, patch_view)
            self.captions[reduction].setText(caption)
            analysed = ": this is what the model gets" if reduction == patch_view.input.reduction else ""
            picture.setAccessibleDescription(f"{caption} points{analysed}")
            picture.setToolTip("")
        if self._found is None:
            self.evidence.show_picture(_as_it_is(patch_view))
            self.finding.setText(_FINDING)

    def show_evidence(self, patch_view: PatchView, found: Occlusion, genre: str | None) -> None:
        """Draw what was found out about a moment, which may be a little behind the music."""
        self._explained, self._found = patch_view, found
        self._fill_genres(found, genre)
        self.choose_genre(genre)

    def choose_genre(self, genre: str | None) -> None:
        """Show what speaks for this genre, None: for the most probable one."""
        patch_view, found = self._explained, self._found
        if patch_view is None or found is None:
            return
        evidence = words.evidence_of(patch_view, found, genre)
        self.evidence.show_picture(_as_it_is(patch_view))
        self.evidence.show_evidence(evidence)
        self.legend.show_scale(evidence.genre, evidence.reach)
        self.verdict.setText(words.verdict(found))
        said = words.finding(evidence, self.evidence.block_words(*evidence.strongest))
        self.finding.setText(said)
        self.evidence.setAccessibleDescription(said)
        self.honest.setToolTip(words.HONEST.format(genre=evidence.genre))

    def forget_evidence(self) -> None:
        """What was found out is of another song or model."""
        self._explained = self._found = None
        self.evidence.show_picture(None)
        self.evidence.show_evidence(None)
        self.legend.show_scale("", 0.0)
        self.verdict.setText("")
        self.finding.setText("")
        self.finding.setFixedHeight(self._finding_height)

    def forget(self) -> None:
        """Another song: nothing of the last one stays."""
        for picture in (self.mel, self.linear, *self.patches.values()):
            picture.show_picture(None)
        for caption in self.captions.values():
            caption.setText("")
        self.forget_evidence()

    @property
    def explained(self) -> tuple[PatchView, Evidence] | None:
        """The moment of which it is known what speaks in it, and that."""
        evidence = self.evidence.evidence
        return (self._explained, evidence) if self._explained is not None and evidence is not None else None

    def show_problem(self, sentence: str) -> None:
        """Why nothing is shown."""
        self.forget()
        self.finding.setText(sentence)
        self.finding.setFixedHeight(max(self._finding_height, self.finding.heightForWidth(self.finding.width())))

    def set_position(self, seconds: float | None) -> None:
        """Where the music is."""
        for picture in (self.mel, self.linear, self.evidence, *self.patches.values()):
            picture.set_position(seconds)

    def set_colours(self, name: str) -> None:
        """The colour map of the pictures."""
        for picture in (self.mel, self.linear, *self.patches.values()):
            picture.set_colours(name)

    # How it is built

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        grid.addWidget(
            self._spectrogram("Mel-spectrogram", "128 bands, as wide as the ear tells apart", self.mel), 0, 0
        )
        grid.addWidget(self._spectrogram("Linear spectrogram", "128 bands of equal width", self.linear), 0, 1)
        grid.addWidget(self._resolutions(), 1, 0)
        grid.addWidget(self._evidence(), 1, 1)
        for i, stretch in enumerate((5, 6)):
            grid.setRowStretch(i, stretch)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def _spectrogram(self, title: str, note: str, picture: PatchPicture) -> Panel:
        panel = Panel(title, spacing=6)
        panel.add_note(ElidedLabel(note, px=SMALL, tone="muted"))
        panel.body.addWidget(picture, 1)
        return panel

    def _resolutions(self) -> Panel:
        panel = Panel("As the model gets it", spacing=6)
        panel.add_note(ElidedLabel("framed: this model", px=SMALL, tone="muted"))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for reduction, picture in self.patches.items():
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(picture, 1)
            column.addWidget(self.captions[reduction], 0, Qt.AlignmentFlag.AlignHCenter)
            row.addLayout(column, 1)
        panel.body.addLayout(row, 1)
        return panel

    def _evidence(self) -> Panel:
        panel = Panel("What speaks for", spacing=6)
        panel.head.insertWidget(1, self.genre)
        panel.add_note(self.verdict)
        self.honest = panel.caption
        panel.body.addWidget(self.evidence, 1)
        panel.body.addWidget(self.legend)
        panel.body.addWidget(self.finding)
        return panel

    def _fill_genres(self, found: Occlusion, genre: str | None) -> None:
        names = (MOST_PROBABLE, *found.genres)
        if [self.genre.itemText(i) for i in range(self.genre.count())] != list(names):
            self.genre.clear()
            self.genre.addItems(list(names))
        self.genre.setCurrentIndex(names.index(genre) if genre in found.genres else 0)

    def _on_genre(self, index: int) -> None:
        self.genre_chosen.emit(self.genre.itemText(index) if index else None)


_MEL: Final = MelScale(REPORT)


def _as_it_is(patch_view: PatchView) -> Shown:
    """The patch at full resolution, with the model's own hertz."""
    full, scale = patch_view.at(1), MelScale(patch_view.input.mel)
    quiet, loud = float(np.percentile(full, _QUIET)), float(full.max())
    return Shown(full, quiet, loud, patch_view.start, patch_view.end, lambda hz: scale.height(hz) / scale.top)


def _mel_height(hz: float) -> float:
    return _MEL.height(hz) / _MEL.top


def _linear_height(hz: float) -> float:
    return hz / REPORT.fmax
