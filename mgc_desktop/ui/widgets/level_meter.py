"""How loud live sound is."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mgc_desktop.ui.theme import Palette

_FLOOR_DB: Final = -60.0
_FALL_DB: Final = 1.5  # by which the bar falls from one value to the next, at most: 30 dB a second
_LOUD: Final = 0.999  # from this sample on the source clips
_BAR: Final = 8.0


class LevelMeter(QWidget):
    """A bar from -60 dB to full scale, which rises at once and falls slowly; in the colour of danger where it clips."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._db = _FLOOR_DB
        self._clips = False
        self.setAccessibleName("Level")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A short bar."""
        return QSize(110, 22)

    @property
    def db(self) -> float:
        """What is shown, in decibels of full scale."""
        return self._db

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def set_peak(self, peak: float) -> None:
        """The highest absolute sample since the last time; 1 is full scale."""
        db = max(_FLOOR_DB, 20 * math.log10(peak)) if peak > 0 else _FLOOR_DB
        self._db = max(min(0.0, db), self._db - _FALL_DB)
        self._clips = peak >= _LOUD
        self.setToolTip(f"Level: {self._db:.0f} dB" if self._db > _FLOOR_DB else "Level: silence")
        self.update()

    def clear(self) -> None:
        """Nothing is listened to."""
        self._db, self._clips = _FLOOR_DB, False
        self.setToolTip("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, and the bar on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (self.height() - _BAR) / 2, self.width(), _BAR)
        painter.setBrush(QColor(self._palette.line))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        share = 1 - self._db / _FLOOR_DB
        if share > 0:
            painter.setBrush(QColor(self._palette.danger if self._clips else self._palette.accent))
            painter.drawRoundedRect(QRectF(0, track.y(), max(_BAR, track.width() * share), _BAR), _BAR / 2, _BAR / 2)
