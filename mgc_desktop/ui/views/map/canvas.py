"""The map under the mouse and the keys: what is meant by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.map.card import Facts
from mgc_desktop.ui.views.map.picture import MapPicture

Tool = Literal["move", "lasso", "box"]

_REACH: Final = 12.0  # pixels from a point at which it is meant
_STEP: Final = 40  # pixels that a key moves the map
_ZOOM: Final = 1.25  # for a notch of the wheel
_COARSE: Final = 3.0  # pixels between two corners of a lasso
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_OWN_KEYS: Final = frozenset({
    *_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_0,
    Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Escape, Qt.Key.Key_Menu,
})  # fmt: skip


class MapCanvas(MapPicture):
    """A click plays, a drag moves, the wheel draws nearer; arrow keys go from song to song."""

    play_requested = Signal(int)
    similar_requested = Signal(int)
    menu_requested = Signal(int, QPoint)  # a song, and where on the screen
    left_alone = Signal()  # nothing is chosen, nothing is to be compared any more
    tool_changed = Signal(str)

    def __init__(self, palette: Palette, facts: Callable[[int], Facts], parent: QWidget | None = None) -> None:
        super().__init__(palette, facts, parent)
        self._tool: Tool = "move"
        self._drag: Tool | None = None
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._boxing = False  # Shift was held when the drag began
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map of the library")
        self.setAccessibleDescription("Arrows go from song to song. Enter plays, Space chooses, M finds alike ones.")

    # The tool

    @property
    def tool(self) -> Tool:
        """What a drag does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Let a drag move the map, or choose songs."""
        if tool != self._tool:
            self._tool = tool
            self.setCursor(Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor)
            self.tool_changed.emit(tool)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag or a click begins."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self.motion.finish()
        self._pressed = self._last = event.position()
        self._boxing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._drag = None
        self.card.hide()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the drag, or look what is under the pointer."""
        at = event.position()
        if self._pressed is None:
            self._hover(at)
            return
        if self._drag is None:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._begin_drag(event)
        self._go_on(at, event)
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What was drawn around is chosen; what was clicked is played, or with Ctrl chosen."""
        if self._pressed is None:
            return
        add = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        drag, self._drag, self._pressed = self._drag, None, None
        if drag in ("lasso", "box"):
            corners = np.array([(p.x(), p.y()) for p in self.outline], np.float32).reshape(-1, 2)
            self.outline = []
            self.choose(self.scene.within(corners), add=add)
        elif drag is None and event.button() == Qt.MouseButton.LeftButton:
            self._click(event.position(), add=add)
        self._hover(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the songs: see all of them."""
        if event.button() == Qt.MouseButton.LeftButton and self._song_at(event.position()) is None:
            self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer or farther, at the pointer."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom(_ZOOM**notches, event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self.hovered = None
        self.card.hide()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the song."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        song = self._song_at(QPointF(event.pos())) if by_mouse else self.scene.current
        if song is not None:
            self.card.hide()
            self.menu_requested.emit(song, event.globalPos() if by_mouse else self._on_screen(song))

    def _on_screen(self, song: int) -> QPoint:
        x, y = self.scene.project()[0][song].tolist()
        return self.mapToGlobal(QPoint(round(x), round(y)))

    def _song_at(self, at: QPointF) -> int | None:
        return self.scene.at((at.x(), at.y()), _REACH)

    def _click(self, at: QPointF, *, add: bool) -> None:
        song = self._song_at(at)
        if song is None:
            if not add:
                self.choose_nothing()
                self.left_alone.emit()
            return
        self.by_keys = False
        self.set_current(song)
        if add:
            self.toggle(song)
        else:
            self.play_requested.emit(song)

    def _begin_drag(self, event: QMouseEvent) -> None:
        middle = bool(event.buttons() & Qt.MouseButton.MiddleButton)
        self._drag = "move" if middle else "box" if self._boxing else self._tool
        self.hovered = None
        self.outline = [self._last]

    def _go_on(self, at: QPointF, event: QMouseEvent) -> None:
        step = at - self._last
        if self._drag == "move":
            self.outline = []
            if event.buttons() & Qt.MouseButton.MiddleButton:
                self.look(lambda camera: camera.moved(step.x(), step.y(), self.scene.size))
            else:
                self.shift(step.x(), step.y())
        elif self._drag == "box" and self._pressed is not None:
            a = self._pressed
            self.outline = [a, QPointF(at.x(), a.y()), at, QPointF(a.x(), at.y())]
            self.update()
        elif (at - self.outline[-1]).manhattanLength() >= _COARSE:
            self.outline.append(at)
            self.update()

    def _hover(self, at: QPointF) -> None:
        song = self._song_at(at) if not self.motion.moving else None
        if song == self.hovered:
            return
        self.hovered = song
        if song is None:
            self.card.hide()
        else:
            self.card.show_facts(self.facts(song), at.toPoint())
        if self._tool == "move":
            self.setCursor(Qt.CursorShape.ArrowCursor if song is None else Qt.CursorShape.PointingHandCursor)
        self.update()

    # Keys

    def event(self, event: QEvent) -> bool:
        """Keep the map's keys, before the window's shortcuts take them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(self._is_own(event))
            if event.isAccepted():
                return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return event.key() == Qt.Key.Key_A
        if event.key() == Qt.Key.Key_Space:  # else it pauses the music
            return self.by_keys and self.scene.current is not None
        return event.key() in _OWN_KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from song to song (with Shift they move or turn the map)."""
        key, modifiers, song = event.key(), event.modifiers(), self.scene.current
        arrow = _ARROWS.get(Qt.Key(key))
        if arrow is not None and modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.shift(-_STEP * arrow[0], -_STEP * arrow[1])
        elif arrow is not None:
            self._walk(arrow)
        elif key == Qt.Key.Key_A and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.choose_all()
        elif song is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.play_requested.emit(song)
        elif song is not None and key == Qt.Key.Key_Space and self.by_keys:
            self.toggle(song)
        elif song is not None and key == Qt.Key.Key_M:
            self.similar_requested.emit(song)
        elif not self._common_key(key):
            super().keyPressEvent(event)

    def _common_key(self, key: int) -> bool:
        """Keys that need no song."""
        if key == Qt.Key.Key_0:
            self.show_all()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_L:
            self.set_tool("move" if self._tool == "lasso" else "lasso")
        elif key == Qt.Key.Key_Escape:
            self.set_tool("move")
            self.choose_nothing()
            self.left_alone.emit()
        else:
            return False
        return True

    def _walk(self, arrow: tuple[int, int]) -> None:
        self.motion.finish()
        song = self.scene.step(arrow)
        if song is None:
            return
        self.by_keys = True
        self.set_current(song)
        x, y = self.scene.project()[0][song].tolist()
        if self.rect().adjusted(8, 8, -8, -8).contains(round(x), round(y)):
            self.card.show_facts(self.facts(song), QPoint(round(x), round(y)))
        else:  # bring it into sight
            middle = self.rect().center()
            self.look(lambda camera: camera.moved(middle.x() - x, middle.y() - y, self.scene.size))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring is drawn where it came by the keys."""
        self.ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes."""
        self.ringed = False
        self.card.hide()
        self.update()
