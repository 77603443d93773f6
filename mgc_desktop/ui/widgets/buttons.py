"""Buttons that are an icon, in the colours of the palette."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from mgc_desktop.ui import icons
from mgc_desktop.ui.theme import Palette


@runtime_checkable
class Themed(Protocol):
    """A widget that draws with the palette itself."""

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""


def retheme(root: QWidget, palette: Palette) -> None:
    """Give the palette to every widget under `root` that wants one."""
    for widget in root.findChildren(QWidget):
        if isinstance(widget, Themed):
            widget.set_palette(palette)


class IconButton(QToolButton):
    """A flat button; reached with Tab, but a click leaves the focus (and so the space bar) where it was."""

    def __init__(
        self, name: str, label: str, palette: Palette, *, keys: str = "", checkable: bool = False, size: int = 20
    ) -> None:
        super().__init__()
        self._name = name
        self._palette = palette
        self._keys = keys
        self.setAutoRaise(True)
        self.setCheckable(checkable)
        self.setIconSize(QSize(size, size))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_label(label)
        self.set_palette(palette)

    def set_label(self, label: str) -> None:
        """What the button does: tooltip and accessible name."""
        self.setToolTip(f"{label}  ({self._keys})" if self._keys else label)
        self.setAccessibleName(label)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._name:
            self._name = name
            self.set_palette(self._palette)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        size = self.iconSize().width()
        self.setIcon(icons.icon(self._name, palette.muted, size, bright=palette.text, disabled=palette.line))

    def event(self, event: QEvent) -> bool:
        """Keep the space bar for the button that has the focus, before the window's shortcut takes it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(event.key() == Qt.Key.Key_Space)
            return event.isAccepted()
        return super().event(event)


class RoundButton(IconButton):
    """The one button in the accent colour: play and pause."""

    DIAMETER = 44

    def __init__(self, name: str, label: str, palette: Palette, *, keys: str = "") -> None:
        super().__init__(name, label, palette, keys=keys, size=22)
        self.setFixedSize(self.DIAMETER, self.DIAMETER)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A filled disc, a ring around it where it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        disc = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        colour = QColor(self._palette.accent if self.isEnabled() else self._palette.line)
        if self.isDown():
            colour = colour.darker(112)
        elif self.underMouse() and self.isEnabled():
            colour = colour.lighter(108)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(disc)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._palette.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(disc.adjusted(-2, -2, 2, 2))
        ink = self._palette.on_accent if self.isEnabled() else self._palette.muted
        size = self.iconSize().width()
        picture = icons.pixmap(self._name, ink, size, self.devicePixelRatioF())
        painter.drawPixmap(round(disc.center().x() - size / 2), round(disc.center().y() - size / 2), picture)
