"""A learning curve: one figure by epoch, with what it is under the pointer or the arrow keys."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mgc_desktop.analysis.axis import round_ticks, tick_label
from mgc_desktop.training_runs.run import Curves
from mgc_desktop.ui.fonts import SMALL, caption_font, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.train.words import reading
from mgc_desktop.ui.widgets.own_keys import ACROSS, OwnKeys

_LEFT: Final = 44
_TOP: Final = 32
_RIGHT: Final = 14
_BOTTOM: Final = 24
_LINES: Final = (("train_", "training"), ("valid_", "validation"))
Point = tuple[int, float]


class CurvePlot(QWidget):
    """Training and validation of one figure, `loss` or `macro_accuracy`."""

    pointed = Signal(object)  # the epoch under the pointer, None when it leaves

    def __init__(self, title: str, figure: str, palette: Palette, *, top: float | None = None) -> None:
        """`top`: the upper end of the scale; None: as the values need."""
        super().__init__()
        self._title = title
        self._figure = figure
        self._fixed_top = top
        self._palette = palette
        self._curves = Curves()
        self._epochs = 1
        self._at: int | None = None
        OwnKeys(self, ACROSS)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(180, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title} by epoch")

    def sizeHint(self) -> QSize:
        """Room for the lines to be told apart."""
        return QSize(380, 220)

    def show_curves(self, curves: Curves, epochs: int) -> None:
        """Draw these; `epochs`: how many there may be at most."""
        self._curves = curves
        self._epochs = max(epochs, len(curves), 1)
        if self._at is not None and self._at >= len(curves):
            self._at = None
        self._describe()
        self.update()

    def point_at(self, epoch: int | None) -> None:
        """Show what an epoch has, without a signal."""
        if epoch != self._at:
            self._at = epoch if epoch is not None and 0 <= epoch < len(self._curves) else None
            self._describe()
            self.update()

    @property
    def words(self) -> str:
        """What the figure is at the epoch that is pointed at, else at the last one."""
        epoch = len(self._curves) - 1 if self._at is None else self._at
        return reading(self._curves, epoch, self._figure) if epoch >= 0 else ""

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Find the epoch."""
        room = self._room
        share = (event.position().x() - room.left()) / max(1.0, room.width())
        self.pointed.emit(min(max(round(share * max(1, self._epochs - 1)), 0), max(0, len(self._curves) - 1)))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go from epoch to epoch."""
        last = len(self._curves) - 1
        now = last if self._at is None else self._at
        moves = {
            Qt.Key.Key_Left: now - 1, Qt.Key.Key_Right: now + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if event.key() in moves and last >= 0:
            self.pointed.emit(min(max(moves[Qt.Key(event.key())], 0), last))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes, lines, reading."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self._range()
        self._paint_head(painter)
        self._paint_axes(painter, low, high)
        for (prefix, _), colour in zip(_LINES, self._inks, strict=True):
            self._paint_line(painter, self._points(prefix), colour, low, high)
        self._paint_marks(painter, low, high)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._palette.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)

    @property
    def _inks(self) -> tuple[str, str]:
        return self._palette.muted, self._palette.accent

    @property
    def _room(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(1, self.width() - _LEFT - _RIGHT), max(1, self.height() - _TOP - _BOTTOM))

    def _points(self, prefix: str) -> list[Point]:
        return [(i, v) for i, v in enumerate(self._curves.get(prefix + self._figure)) if math.isfinite(v)]

    def _range(self) -> tuple[float, float]:
        values = [v for prefix, _ in _LINES for _, v in self._points(prefix)]
        high = self._fixed_top if self._fixed_top is not None else max(values, default=1.0) * 1.05
        return 0.0, high if high > 0 else 1.0

    def _place(self, epoch: float, value: float, low: float, high: float) -> QPointF:
        room = self._room
        x = room.left() + room.width() * (epoch / max(1, self._epochs - 1))
        return QPointF(x, room.bottom() - room.height() * (value - low) / (high - low))

    def _paint_head(self, painter: QPainter) -> None:
        painter.setFont(caption_font())
        painter.setPen(QColor(self._palette.muted))
        head = QRectF(6, 4, self.width() - 12, 22)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(head, left, self._title.upper())
        taken = painter.fontMetrics().horizontalAdvance(self._title.upper()) + 20
        painter.setFont(font(SMALL, tabular=True))
        painter.setPen(QColor(self._palette.text))
        words = painter.fontMetrics().elidedText(
            self.words, Qt.TextElideMode.ElideLeft, max(0, int(head.width()) - taken)
        )
        painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_axes(self, painter: QPainter, low: float, high: float) -> None:
        room = self._room
        painter.setFont(font(11, tabular=True))
        for value in round_ticks(low, high, max(2, int(room.height() / 44))):
            y = self._place(0, value, low, high).y()
            painter.setPen(QColor(self._palette.line))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(self._palette.muted))
            box = QRectF(0, y - 9, _LEFT - 8, 18)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_label(value))
        numbers = round_ticks(1, self._epochs, max(2, int(room.width() / 60))) if self._epochs > 1 else []
        for number in sorted({1, *(int(n) for n in numbers if n >= 2 or self._epochs < 4)}):
            x = self._place(number - 1, low, low, high).x()
            below = QRectF(x - 20, room.bottom() + 5, 40, 18)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), str(number))

    def _paint_line(self, painter: QPainter, points: list[Point], colour: str, low: float, high: float) -> None:
        if not points:
            return
        places = [self._place(epoch, min(max(value, low), high), low, high) for epoch, value in points]
        pen = QPen(QColor(colour), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(places))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(places[-1], 3, 3)

    def _paint_marks(self, painter: QPainter, low: float, high: float) -> None:
        """The best epoch, and the one that is pointed at."""
        best, room = self._curves.best, self._room
        if best is not None and self._at is None:
            x = self._place(best, low, low, high).x()
            painter.setPen(QPen(QColor(self._palette.muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
            painter.setFont(font(11))
            near = x > room.right() - 70
            box = QRectF(x - 66 if near else x + 5, room.top() - 2, 61, 16)
            side = Qt.AlignmentFlag.AlignRight if near else Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, int(side), "best epoch")
        if self._at is None:
            return
        x = self._place(self._at, low, low, high).x()
        painter.setPen(QPen(QColor(self._palette.text), 1))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        for (prefix, _), colour in zip(_LINES, self._inks, strict=True):
            for epoch, value in self._points(prefix):
                if epoch == self._at:
                    painter.setBrush(QColor(colour))
                    painter.drawEllipse(self._place(epoch, value, low, high), 4, 4)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words or "no epoch yet")
