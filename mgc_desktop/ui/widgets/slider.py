"""A slider that goes exactly where it is clicked, and can be dragged from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from mgc_desktop.ui.theme import Palette

_HANDLE: Final = 6.0  # radius
_END: Final = 12.0  # pixels beside the groove, for the grown handle and the ring of focus
_GROOVE: Final = 4.0
_OWN_KEYS: Final = frozenset({
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_Home, Qt.Key.Key_End,
})  # fmt: skip


class Slider(QSlider):
    """A horizontal slider.

    `chosen` comes when the user has decided: on every step of keys and wheel, while dragging if `live`, and
    always when the mouse is released. `spoken` turns a value into the words of the tooltip.
    """

    chosen = Signal(int)

    def __init__(
        self,
        name: str,
        palette: Palette,
        *,
        live: bool,
        spoken: Callable[[int], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._palette = palette
        self._live = live
        self._spoken = spoken
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.actionTriggered.connect(self._on_action)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        """Tall enough to be hit easily."""
        return QSize(120, 26)

    def minimumSizeHint(self) -> QSize:
        """Still usable."""
        return QSize(60, 26)

    def value_at(self, x: float) -> int:
        """The value under a pixel."""
        width = max(1.0, self.width() - 2 * _END)
        share = min(1.0, max(0.0, (x - _END) / width))
        return round(self.minimum() + share * (self.maximum() - self.minimum()))

    def x_of(self, value: int) -> float:
        """The pixel of a value."""
        span = self.maximum() - self.minimum()
        share = (value - self.minimum()) / span if span > 0 else 0.0
        return _END + share * (self.width() - 2 * _END)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the pointer and hold on to it."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell what lies under the pointer."""
        if self.isSliderDown():
            self._drag(event)
        elif self.isEnabled():
            text = self._spoken(self.value_at(event.position().x()))
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Decide."""
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.chosen.emit(self.value())

    def event(self, event: QEvent) -> bool:
        """Keep the slider's keys, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            event.setAccepted(plain and event.key() in _OWN_KEYS)
            return event.isAccepted()
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The handle grows under the mouse."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """And shrinks again."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, the part that lies behind, handle, ring of focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        x = self.x_of(self.value())
        half = _GROOVE / 2
        painter.setBrush(QColor(self._palette.line))
        groove = QRectF(_END - half, middle - half, self.width() - 2 * _END + _GROOVE, _GROOVE)
        painter.drawRoundedRect(groove, half, half)
        if not self.isEnabled():
            return
        painter.setBrush(QColor(self._palette.accent))
        painter.drawRoundedRect(QRectF(groove.x(), groove.y(), x - groove.x(), _GROOVE), half, half)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._palette.accent), 2))
            painter.setBrush(QColor(self._palette.panel))
            painter.drawEllipse(QPointF(x, middle), _HANDLE + 3.5, _HANDLE + 3.5)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.text))
        radius = _HANDLE + (1 if self.underMouse() or self.isSliderDown() else 0)
        painter.drawEllipse(QPointF(x, middle), radius, radius)

    def _drag(self, event: QMouseEvent) -> None:
        self.setValue(self.value_at(event.position().x()))
        QToolTip.showText(event.globalPosition().toPoint(), self._spoken(self.value()), self)
        if self._live:
            self.chosen.emit(self.value())

    def _on_action(self, _action: int) -> None:
        # Keys and wheel; Qt has set the slider's position but not yet its value.
        self.setValue(self.sliderPosition())
        self.chosen.emit(self.value())
