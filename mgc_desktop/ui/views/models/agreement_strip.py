"""What several models hear along one song: a ribbon each, and where they do not agree."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.analysis.model_comparison import Agreement
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.ui.fonts import BODY, SMALL
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.ribbon import Ribbon
from mgc_desktop.ui.wording import joined, percent, verdict

_NAME: Final = 190  # pixels
_RIBBON: Final = 44


class AgreementRow(QWidget):
    """A model's name and verdict, and its ribbon."""

    seek_requested = Signal(float)  # seconds

    def __init__(self, name: str, title: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._prediction: TrackPrediction | None = None
        self.name = ElidedLabel(title, px=SMALL, tone="muted")
        self.verdict = ElidedLabel("Listening…", px=BODY, weight=QFont.Weight.DemiBold)
        self.detail = muted(px=SMALL)
        self.ribbon = Ribbon(palette)
        self.ribbon.setFixedHeight(_RIBBON)
        self.ribbon.setAccessibleName(f"Genre over the song, heard by {title}")
        self.ribbon.seek_requested.connect(self.seek_requested)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.verdict)
        line.addWidget(self.detail)
        line.addStretch(1)
        words.addLayout(line)
        left = QWidget()
        left.setFixedWidth(_NAME)
        left.setLayout(words)
        words.setContentsMargins(0, 2, 0, 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(left)
        row.addWidget(self.ribbon, 1)

    @property
    def prediction(self) -> TrackPrediction | None:
        """What the model said; None while it listens."""
        return self._prediction

    def show_prediction(self, prediction: TrackPrediction, duration: float) -> None:
        """What the model heard."""
        self._prediction = prediction
        words = verdict(prediction, running=False)
        self.verdict.setText(words.headline)
        self.verdict.set_ink(self._palette.genre_as_text(words.genre))
        self.detail.setText(percent(prediction.confidence) if len(prediction.timeline) else "")
        self.setAccessibleName(joined(self.name.text(), words.headline, words.detail))
        self.ribbon.set_timeline(prediction.timeline, duration, complete=True)

    def show_failure(self, sentence: str) -> None:
        """Why it heard nothing."""
        self.verdict.setText("Not heard")
        self.verdict.setToolTip(sentence)
        self.detail.setText("")

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        if self._prediction is not None:
            self.verdict.set_ink(palette.genre_as_text(verdict(self._prediction, running=False).genre))


class AgreementStrip(QWidget):
    """Where along the song all agree (a thin line) and where not (the more disagree, the higher)."""

    seek_requested = Signal(float)  # seconds

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._agreement: Agreement | None = None
        self._duration = 0.0
        self._position = 0.0
        self.setAccessibleName("Where the models disagree")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(400, 22)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def show_agreement(self, agreement: Agreement | None, duration: float) -> None:
        """Draw this comparison of a song of `duration` seconds."""
        self._agreement, self._duration = agreement, duration
        agreed = float((agreement.agreement == 1).mean()) if agreement is not None else 0.0
        self.setAccessibleDescription(f"All agree {percent(agreed)} of the time" if agreement is not None else "")
        self.update()

    def set_position(self, seconds: float) -> None:
        """Where the music is."""
        self._position = seconds
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, and the cursor."""
        painter = QPainter(self)
        foot = self.height() - 3.0
        painter.fillRect(QRectF(0, foot, self.width(), 2), QColor(self._palette.line))
        if self._agreement is None or self._duration <= 0:
            return
        columns = np.arange(self.width())
        index = np.clip((columns / max(1, self.width()) * len(self._agreement.times)).astype(int), 0, None)
        apart = 1 - self._agreement.agreement[np.minimum(index, len(self._agreement.times) - 1)]
        colour = QColor(self._palette.accent)
        for column in np.flatnonzero(apart > 0).tolist():
            high = 4 + float(apart[column]) * (foot - 4)
            painter.fillRect(QRectF(column, foot - high, 1, high), colour)
        x = self._position / self._duration * self.width()
        painter.setPen(QPen(QColor(self._palette.text), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, foot))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click seeks."""
        if self._duration > 0:
            self.seek_requested.emit(self._duration * min(1.0, max(0.0, event.position().x() / max(1, self.width()))))
