"""A drawn figure made of places in rows and columns that can be pointed at, walked through and opened."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel

Place = tuple[int, int]  # row, column
LEFT: Final = Qt.AlignmentFlag.AlignLeft
RIGHT: Final = Qt.AlignmentFlag.AlignRight

_STEPS: Final[dict[int, Place]] = {
    Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_PageUp: (-8, 0), Qt.Key.Key_PageDown: (8, 0), Qt.Key.Key_Home: (0, -10_000), Qt.Key.Key_End: (0, 10_000),
}  # fmt: skip
_OPEN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)  # not the space bar: it plays and pauses


class Chart(QAbstractScrollArea):
    """What a subclass says: its `shape`, the `box` of a place, the `reading` of it, how high all is, and how to draw.

    The arrows move, Return and a click open. The place is read out in the tooltip, in `pointed`, and in
    the accessible description.
    """

    opened = Signal(object)  # Place
    pointed = Signal(str)  # what lies under the pointer, else in the current place

    def __init__(self, name: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = palette
        self.current: Place | None = None
        self.under: Place | None = None
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(24)

    # What a subclass says

    def shape(self) -> Place:
        """How many rows and columns there are."""
        raise NotImplementedError

    def box(self, place: Place) -> QRectF:
        """Where a place lies when nothing is scrolled away."""
        raise NotImplementedError

    def reading(self, place: Place) -> str:
        """What stands there, in words."""
        raise NotImplementedError

    def content_height(self) -> float:
        """How high all rows are."""
        raise NotImplementedError

    def draw(self, painter: QPainter, scrolled: float) -> None:
        """All of it into the viewport, `scrolled` pixels down."""
        raise NotImplementedError

    def fixed_height(self) -> float:
        """What stays at the top when the rest is scrolled."""
        return 0.0

    # The same for all

    def open_current(self) -> None:
        """What Return does."""
        if self.current is not None:
            self.opened.emit(self.current)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self.colours = palette
        self.viewport().update()

    def arrange(self) -> None:
        """Find out where everything goes; called when what is drawn or the room for it has changed."""

    def refreshed(self) -> None:
        """What is drawn has changed."""
        self.arrange()
        rows, columns = self.shape()
        if self.current is not None and not (self.current[0] < rows and self.current[1] < columns):
            self.current = None
        self.under = None
        self._fit()
        self._tell()
        self.viewport().update()

    def go_to(self, place: Place | None) -> None:
        """Make a place the current one, and bring it into sight."""
        self.current = place
        if place is not None:
            box, bar = self.box(place), self.verticalScrollBar()
            if box.top() - bar.value() < self.fixed_height():
                bar.setValue(int(box.top() - self.fixed_height() - 4))
            elif box.bottom() - bar.value() > self.viewport().height():
                bar.setValue(int(box.bottom() - self.viewport().height() + 4))
        self._tell()
        self.viewport().update()

    def place_at(self, point: QPointF) -> Place | None:
        """What lies under a point of the viewport."""
        if point.y() < self.fixed_height():
            return None
        inside = QPointF(point.x(), point.y() + self.verticalScrollBar().value())
        rows, columns = self.shape()
        return next(
            (p for p in ((r, c) for r in range(rows) for c in range(columns)) if self.box(p).contains(inside)), None
        )

    def event(self, event: QEvent) -> bool:
        """Keep the arrows, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and (event.key() in _STEPS or event.key() in _OPEN):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or open."""
        if event.key() in _STEPS:
            self._step(*_STEPS[event.key()])
        elif event.key() in _OPEN:
            self.open_current()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open what was clicked."""
        place = self.place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.go_to(place)
            self.opened.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing more."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what can be opened."""
        place = self.place_at(event.position())
        if place != self.under:
            self.under = place
            shape = Qt.CursorShape.PointingHandCursor if place is not None else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self._tell()
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Read out what lies under the pointer; forget it when the pointer leaves."""
        if isinstance(event, QHelpEvent):
            place = self.place_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.reading(place) if place is not None else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Leave and self.under is not None:
            self.under = None
            self._tell()
            self.viewport().update()
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a place to walk from."""
        super().focusInEvent(event)
        if self.current is None and all(self.shape()):
            self.current = (0, 0)
        self._tell()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less to scroll."""
        super().resizeEvent(event)
        self.arrange()
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """What can be seen."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, self.verticalScrollBar().value())

    def ring(self, painter: QPainter, box: QRectF, place: Place, radius: float = 4.0) -> None:
        """The mark around the current place, stronger while the keys go here, and a fine one under the pointer."""
        if place == self.current and self.hasFocus():
            pen = QPen(QColor(self.colours.text), 2.5)
        elif place == self.current:
            pen = QPen(QColor(self.colours.text), 1.5)
        elif place == self.under:
            pen = QPen(QColor(self.colours.muted), 1)
        else:
            return
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, radius, radius)

    def _step(self, down: int, right: int) -> None:
        rows, columns = self.shape()
        if self.current is None and rows and columns:
            self.go_to((0, 0))
        elif self.current is not None:
            row, column = self.current
            self.go_to((min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1)))

    def _fit(self) -> None:
        seen = self.viewport().height()
        self.verticalScrollBar().setPageStep(seen)
        self.verticalScrollBar().setRange(0, max(0, round(self.content_height() - seen)))

    def _tell(self) -> None:
        place = self.under if self.under is not None else self.current
        text = self.reading(place) if place is not None and all(self.shape()) else ""
        self.setAccessibleDescription(self.reading(self.current) if self.current is not None else text)
        self.pointed.emit(text)


class Reading(ElidedLabel):
    """The line under a chart that reads out what is pointed at, else a `hint` at what can be done."""

    def __init__(self, chart: Chart, hint: str) -> None:
        super().__init__(hint, px=SMALL, tone="muted")
        self._hint = hint
        chart.pointed.connect(self._read)

    def _read(self, text: str) -> None:
        self.setText(text or self._hint)


def write(painter: QPainter, place: QRectF, text: str, ink: str, face: QFont, side: Qt.AlignmentFlag = LEFT) -> float:
    """One line in the middle of `place`, ending in … where it is too long; its width."""
    metrics = QFontMetricsF(face)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, place.width()))
    painter.setFont(face)
    painter.setPen(QColor(ink))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | side), shown)
    return metrics.horizontalAdvance(shown)


def dot(painter: QPainter, middle: QPointF, colour: str, size: float = 8.0) -> None:
    """The small mark of a genre."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(middle, size / 2, size / 2)
