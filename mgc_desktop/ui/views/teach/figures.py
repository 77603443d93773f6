"""How well a head does, beside its marked songs: before it is switched on, and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.heads.cross_validation import CrossValidationReport, GenreFigure
from mgc_desktop.heads.rows import advice, figure_rows
from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import BODY, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.saving import Numbers, SaveButton
from mgc_desktop.ui.wording import percent

_ROW: Final = 44
_BAR: Final = 6.0
_TEXT: Final = 22.0


class GenreFiguresTable(QWidget):
    """A row a genre: how many of its songs are found; a bar for the taught head, a thin one for the bundled."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._figures: tuple[GenreFigure, ...] = ()
        self.setAccessibleName("Found by genre")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def show_figures(self, figures: Sequence[GenreFigure]) -> None:
        """Show these."""
        self._figures = tuple(figures)
        self.setAccessibleDescription(", ".join(f"{figure.genre}: {_found(figure)}" for figure in figures))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(240, _ROW * len(self._figures))

    def minimumSizeHint(self) -> QSize:
        """All rows."""
        return QSize(200, _ROW * len(self._figures))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Row by row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, figure in enumerate(self._figures):
            self._paint(painter, figure, float(number * _ROW))

    def _paint(self, painter: QPainter, figure: GenreFigure, y: float) -> None:
        text = QRectF(0, y, self.width(), _TEXT)
        found = _found(figure)
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QColor(self._palette.muted))
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), found)
        room = text.width() - painter.fontMetrics().horizontalAdvance(found) - 10
        painter.setFont(font(BODY))
        painter.setPen(QColor(self._palette.genre_as_text(figure.genre)))
        name = painter.fontMetrics().elidedText(figure.genre, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        painter.setPen(Qt.PenStyle.NoPen)
        if figure.rescored:
            self._bar(painter, y + _TEXT + 1, _BAR, figure.taught / figure.rescored, self._palette.genre(figure.genre))
            self._bar(painter, y + _TEXT + _BAR + 4, 3.0, figure.bundled / figure.rescored, self._palette.muted)

    def _bar(self, painter: QPainter, y: float, height: float, share: float, colour: str) -> None:
        track = QRectF(0, y, self.width(), height)
        painter.setBrush(QColor(self._palette.line))
        painter.drawRoundedRect(track, height / 2, height / 2)
        if share > 0:
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(0, y, max(height, track.width() * share), height), height / 2, height / 2)


def _found(figure: GenreFigure) -> str:
    return f"{figure.taught} of {figure.rescored} found" if figure.rescored else f"{figure.songs} marked"


class HeadFiguresPanel(Panel):
    """The figures, and in words how they were got and what would make them better."""

    def __init__(self, settings: Settings, palette: Palette) -> None:
        super().__init__("How well it does", spacing=8)
        self._report: CrossValidationReport | None = None
        self.headline = ElidedLabel(px=26, weight=QFont.Weight.Bold)
        self.beside = muted()
        self.beside.setWordWrap(True)
        self.bars = GenreFiguresTable(palette)
        self.method = muted(px=SMALL)
        self.kept = muted(px=SMALL)
        self.advice = muted(px=SMALL)
        self.save = SaveButton(self.bars, self._numbers, "taught-genres", settings, palette)
        self.save.hide()
        self.head.addWidget(self.save)
        column = QVBoxLayout()
        column.setSpacing(10)
        for label in (self.method, self.kept, self.advice):
            label.setWordWrap(True)
            column.addWidget(label)
        self.body.addWidget(self.headline)
        self.body.addWidget(self.beside)
        self.body.addSpacing(4)
        self.body.addWidget(self.bars)
        self.body.addLayout(column)
        self.body.addStretch(1)
        self.show_report(None, labelled=0)

    def show_report(self, report: CrossValidationReport | None, *, labelled: int) -> None:
        """Show it; None while it is not known, of so many marked songs."""
        self._report = report
        self.save.setVisible(report is not None)
        self.bars.show_figures(report.genres if report else ())
        taught = report.accuracy("taught") if report else None
        for label in (self.method, self.kept, self.advice):
            label.hide()
        if report is None:
            self.headline.setText("Checking…" if labelled else "")
            self.beside.setText("" if labelled else "Figures come with the first marks.")
            return
        self._say(self.advice, " ".join(advice(report.genres)))
        if taught is None:
            self.headline.setText("Not known yet")
            self.beside.setText("A genre can be judged when two artists or more are marked.")
            return
        self._say_figures(report, taught)

    def _say_figures(self, report: CrossValidationReport, taught: float) -> None:
        self.headline.setText(f"{percent(taught)} right")
        bundled = report.accuracy("bundled") or 0.0
        self.beside.setText(
            f"The bundled genres alone: {percent(bundled)}. Mean over the genres: "
            f"{percent(report.macro('taught') or 0)} and {percent(report.macro('bundled') or 0)}."
        )
        artists = f"{report.artists} artist{'s' * (report.artists != 1)}"
        self._say(
            self.method,
            f"{report.songs} marked songs of {artists}, each judged by a head that never heard its artist. "
            "The thin bars are the bundled genres.",
        )
        if report.others:
            self._say(
                self.kept,
                f"Other music stays what it is: {percent(report.kept / report.others)} of {report.others} pieces that "
                "nobody marked, unheard as well, keep their genre.",
            )

    def _say(self, label: QWidget, text: str) -> None:
        label.setText(text)  # type: ignore[attr-defined]
        label.setVisible(bool(text))

    def _numbers(self) -> Numbers:
        assert self._report is not None
        return figure_rows(self._report)
