"""The live mel-spectrogram: the widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from mgc_desktop.features.picture import SpectrogramPicture
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.colours import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from mgc_desktop.ui.widgets.spectrogram.export import draw_picture, save_png
from mgc_desktop.ui.widgets.spectrogram.glide import Glide
from mgc_desktop.ui.widgets.spectrogram.menu import SpectrogramMenu
from mgc_desktop.ui.widgets.spectrogram.navigation import Mode, TimeWindow
from mgc_desktop.ui.widgets.spectrogram.plot import SpectrogramPlot
from mgc_desktop.ui.widgets.spectrogram.scales import NO_READING, reading

if TYPE_CHECKING:  # the decoder that comes with it is not needed to draw
    from mgc_desktop.pipeline import MelBlock

REFRESH_MS: Final = 33  # blocks arrive as fast as files decode; the picture shows them 30 times a second
SCRUB_MS: Final = 50  # the player is asked to seek at most this often while the mouse drags
_JUMP: Final = (0.25, 0.02)  # seconds and part of the window: from where on a move is a jump, worth gliding over
_WHEEL_ZOOM: Final = 1.25  # one click of the wheel
_WHEEL_PAN: Final = 0.1  # of the window
_KEY_ZOOM: Final = 1.6
_KEY_PAN: Final = 0.8  # of the window
_CLICK: Final = 120  # Qt's units of one click of the wheel
_BY_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_IN_PASSING: Final = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_SPOKEN_EVERY: Final = 0.5  # seconds: often enough to listen along, seldom enough to read
_HELP: Final = "Plus and minus zoom, zero shows the whole song, page up and page down look elsewhere."


class SpectrogramView(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Shows a song's picture as it is decoded, the moment now, and what is under the pointer.

    It plays nothing and decides nothing: it says where somebody wants to be (`seek_requested`, seconds) and draws
    where the song is (`set_position`). `readout_changed` carries one line about the point under the pointer or,
    while the keyboard is here and no pointer, about the loudest tone now; an empty one when there is neither.
    """

    seek_requested = Signal(float)
    readout_changed = Signal(str)
    mode_changed = Signal(str)
    colour_map_changed = Signal(str)
    save_requested = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=palette.panel)
        self._palette = palette
        self._picture = SpectrogramPicture()
        self._time = TimeWindow()
        self._colour_map = DEFAULT_COLOUR_MAP
        self._readout = NO_READING
        self._hint = ""
        self._came_by_keyboard = False  # how the focus came
        self._keyboard = False  # and whether, having come so, it is here
        self._pointer: QPointF | None = None
        self._scrub: float | None = None  # where the dragged cursor is, in seconds
        self._grip: float | None = None  # where the dragged picture was last, in pixels
        self._changed: tuple[float, float] | None = None
        self._plot = SpectrogramPlot(palette)
        self._menu: SpectrogramMenu | None = None
        self._glide = Glide(self)
        self._glide.moved.connect(self._show)
        self._refresh_timer = _single_shot(self, REFRESH_MS, self._flush)
        self._scrub_timer = _single_shot(self, SCRUB_MS, self._ask_to_seek)
        self._set_up()

    @property
    def mode(self) -> Mode:
        """`follow` or `overview`."""
        return self._time.mode

    @property
    def colour_map(self) -> str:
        """One of `COLOUR_MAPS`."""
        return self._colour_map

    @property
    def readout(self) -> str:
        """What `readout_changed` said last."""
        return self._readout

    @property
    def has_song(self) -> bool:
        """Whether there is anything to see."""
        return self._time.duration > 0

    @property
    def picture_box(self) -> QRectF:
        """Where in the widget the picture is."""
        return self._plot.box

    @property
    def seconds_in_sight(self) -> float:
        """How much of the song is shown; 0 while there is none."""
        return self._time.window()[1]

    @property
    def picture(self) -> SpectrogramPicture:
        """The song's picture, as far as it is decoded."""
        return self._picture

    @property
    def is_settled(self) -> bool:
        """Whether all that came is drawn and nothing moves by itself."""
        return self._changed is None and not self._glide.is_running

    # What the window tells the view.

    def set_song(self, duration: float | None) -> None:
        """Another song, nothing of it decoded yet; `duration` in seconds if the file says one."""
        self._start_anew(SpectrogramPicture(duration), duration or 0.0)
        self._plot.set_hint("")

    def set_duration(self, duration: float) -> None:
        """The song's true length, when it is known; the picture stays."""
        self._time.lengthen(duration)
        self._show()

    def clear(self) -> None:
        """No song."""
        self._start_anew(SpectrogramPicture(), 0.0)
        self._plot.set_hint(self._hint)

    def set_hint(self, text: str) -> None:
        """What to say in the empty picture while there is no song."""
        self._hint = text
        if not self.has_song:
            self._plot.set_hint(text)

    def add_block(self, block: MelBlock) -> None:
        """Take in a piece of the picture; it is shown at the next refresh."""
        start, stop = self._picture.add(block.start_frame, block.db)
        if self._changed:
            start, stop = min(start, self._changed[0]), max(stop, self._changed[1])
        self._changed = (start, stop)
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def set_position(self, seconds: float) -> None:
        """The moment that is heard now. While the cursor is being dragged the drag decides."""
        if self._scrub is None:
            self._go_to(seconds)

    def set_mode(self, mode: Mode) -> None:
        """`follow`: the song passes under the cursor; `overview`: the cursor passes over the song."""
        if mode == self._time.mode:
            return
        self._time.mode = mode
        self._glide.stop()
        self._show()
        self.mode_changed.emit(mode)

    def set_palette(self, palette: Palette) -> None:
        """Draw in the colours of a theme."""
        self._palette = palette
        self.setBackground(palette.panel)
        self._plot.set_palette(palette)

    def set_colour_map(self, name: str) -> None:
        """Draw in another colour map; a name that is not one of `COLOUR_MAPS` is ignored (old settings)."""
        if name in COLOUR_MAPS and name != self._colour_map:
            self._colour_map = name
            self._plot.set_colour_map(name)
            self.colour_map_changed.emit(name)

    def zoom(self, steps: float) -> None:
        """Zoom in by steps of a key press, or out, around the cursor if it is in sight."""
        start, span = self._time.window()
        now = self._time.position
        self._zoom(_KEY_ZOOM**steps, now if start <= now <= start + span else start + span / 2)

    def show_all(self) -> None:
        """The whole song, in overview."""
        self._turn_to_overview(self._time.show_all)

    def render_png(self, path: Path, width: int, height: int, title: str = "") -> None:
        """Save the whole picture with its axes in the present colours. Raises MgcError."""
        image = draw_picture(
            self._picture,
            self._time.duration,
            self._palette,
            self._colour_map,
            width=width,
            height=height,
            title=title,
        )
        save_png(image, path)

    def close(self) -> bool:
        """Close as any widget does; pyqtgraph's own tears the scene out of the view, which crashes."""
        return QWidget.close(self)

    # What the user does.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek at once; the middle button takes hold of the picture."""
        if not self.has_song or not self._on_picture(event.position()):
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._time.hold()
            self._set_pointer(None)
            self._scrub_to(event.position().x())
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._grip = event.position().x()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of two quick ones is a press too."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the cursor, drag the picture, or read."""
        x = event.position().x()
        if self._scrub is not None:
            self._scrub_to(x)
        elif self._grip is not None:
            self._pan(self._plot.seconds_at(self._grip) - self._plot.seconds_at(x))
            self._grip = x
        else:
            self._set_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the last place is asked for, and the picture follows again."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = None
        elif event.button() == Qt.MouseButton.LeftButton and self._scrub is not None:
            if self._scrub_timer.isActive():
                self._scrub_timer.stop()
                self._ask_to_seek()
            before = self._time.window()[0]
            self._scrub = None
            self._time.release()
            self._glide_from(before)
            self._set_pointer(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; sideways, or with Shift, look elsewhere."""
        event.accept()
        delta = event.angleDelta()
        across = delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not delta.x() else delta.x()
        if abs(across) > abs(delta.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(-across / _CLICK * _WHEEL_PAN * self._time.window()[1])
        elif delta.y():
            self._zoom(_WHEEL_ZOOM ** (delta.y() / _CLICK), self._plot.seconds_at(event.position().x()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Pinching zooms around the fingers; when the pointer has left there is nothing to read."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), self._plot.seconds_at(event.position().x()))
            return True
        if event.type() == QEvent.Type.Leave:
            self._set_pointer(None)
        handled: bool = super().viewportEvent(event)
        return handled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """+, - and 0 zoom, Page Up and Page Down look elsewhere; all else is the window's."""
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1)
            case Qt.Key.Key_Minus | Qt.Key.Key_Underscore:
                self.zoom(-1)
            case Qt.Key.Key_0:
                self.show_all()
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                way = 1 if event.key() == Qt.Key.Key_PageDown else -1
                self._pan(way * _KEY_PAN * self._time.window()[1])
            case _:
                event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer all of it."""
        self.menu().popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is, if it came by keyboard; a menu or another window between does not matter."""
        super().focusInEvent(event)
        if event.reason() not in _IN_PASSING:
            self._came_by_keyboard = event.reason() in _BY_KEYBOARD
        self._set_keyboard(self._came_by_keyboard)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard has gone."""
        super().focusOutEvent(event)
        self._set_keyboard(False)

    def menu(self) -> SpectrogramMenu:
        """The context menu, ticked as things are."""
        if self._menu is None:
            self._menu = SpectrogramMenu(self)
            self._menu.mode_chosen.connect(self.set_mode)
            self._menu.zoom_chosen.connect(lambda step: self.zoom(step) if step else self.show_all())
            self._menu.colour_map_chosen.connect(self.set_colour_map)
            self._menu.save_chosen.connect(self.save_requested)
        self._menu.reflect(self.mode, self._colour_map, self.has_song)
        return self._menu

    # How it is done.

    def _set_up(self) -> None:
        self.setCentralItem(self._plot)
        self.setCacheMode(self.CacheModeFlag.CacheNone)  # the ground is one colour: a cached one is only memory
        self.setMinimumSize(240, 120)
        self.setAcceptDrops(False)  # songs dropped here are the window's
        self.setAccessibleName("Mel-spectrogram")
        self._describe()

    def _start_anew(self, picture: SpectrogramPicture, duration: float) -> None:
        self._picture, self._changed, self._scrub, self._grip = picture, None, None, None
        self._refresh_timer.stop()
        self._scrub_timer.stop()
        self._glide.stop()
        self._time.restart(duration)
        self._plot.set_picture(picture)
        self._show()

    def _flush(self) -> None:
        """Show the blocks that came since the last time."""
        if not self._changed:
            return
        self._plot.refresh(*self._changed)
        self._changed = None
        if self._picture.end - self._picture.frame_seconds > self._time.duration:
            self._time.lengthen(self._picture.end)
        self._show()

    def _show(self) -> None:
        """Draw things as they stand."""
        if self._pointer is not None and not (self.has_song and self._on_picture(self._pointer)):
            self._set_pointer(None)
        self._time.column_seconds = self._picture.column_seconds
        start, span = self._time.window()
        last = max(0.0, self._time.duration - span)
        self._plot.set_window(min(max(0.0, start + self._glide.offset), last), span)
        now = self._time.position if self._scrub is None else self._scrub
        self._plot.set_cursor(now if self.has_song else None)
        self._read()

    def _go_to(self, seconds: float) -> None:
        before = self._time.window()[0]
        self._time.move_to(seconds)
        self._glide_from(before)

    def _glide_from(self, before: float) -> None:
        """The window stood at `before`: glide from there if that is a jump, but not a long way."""
        start, span = self._time.window()
        jump = before - start
        if abs(jump) > span:
            self._glide.stop()
        elif abs(jump) > max(_JUMP[0], _JUMP[1] * span):
            self._glide.start(jump + self._glide.offset)
        self._show()

    def _zoom(self, factor: float, around: float) -> None:
        if self.has_song and self._scrub is None:
            self._glide.stop()
            self._time.zoom(factor, around)
            self._show()

    def _pan(self, seconds: float) -> None:
        if self.has_song and self._scrub is None:
            self._turn_to_overview(lambda: self._time.pan(seconds))

    def _turn_to_overview(self, look: Callable[[], None]) -> None:
        """Look at something that the moment now does not decide."""
        before = self._time.mode
        self._glide.stop()
        look()
        self._show()
        if self._time.mode != before:
            self.mode_changed.emit(self._time.mode)

    def _scrub_to(self, x: float) -> None:
        start, span = self._time.window()
        self._scrub = min(max(start, self._plot.seconds_at(x)), start + span)
        self._show()
        if not self._scrub_timer.isActive():
            self._ask_to_seek()
            self._scrub_timer.start()

    def _ask_to_seek(self) -> None:
        if self._scrub is not None and self._scrub != self._time.position:
            self._time.move_to(self._scrub)
            self.seek_requested.emit(self._scrub)

    def _on_picture(self, at: QPointF) -> bool:
        box = self._plot.box
        return box.left() <= at.x() < box.right() and box.top() <= at.y() <= box.bottom()

    def _set_pointer(self, at: QPointF | None) -> None:
        self._pointer = at if at is not None and self.has_song and self._on_picture(at) else None
        self._plot.set_crosshair(self._pointer)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if self._pointer is None else Qt.CursorShape.CrossCursor)
        self._read()

    def _set_keyboard(self, here: bool) -> None:
        self._keyboard = here
        self._plot.set_focus_ring(here)
        self._read()

    def _read(self) -> None:
        """Say what is under the pointer, or what is loudest now."""
        text = NO_READING
        if self._pointer is not None and self.has_song:
            seconds, row = self._plot.seconds_at(self._pointer.x()), self._plot.row_at(self._pointer.y())
            text = reading(seconds, self._plot.hz_at(self._pointer.y()), self._picture.db_at(seconds, row))
        elif self._keyboard and self.has_song:
            seconds = self._time.position // _SPOKEN_EVERY * _SPOKEN_EVERY
            loudest = self._picture.loudest_row(seconds)
            if loudest is not None:
                text = reading(seconds, self._plot.hz_of_row(loudest), self._picture.db_at(seconds, loudest))
        if text != self._readout:
            self._readout = text
            self._describe()
            self.readout_changed.emit(text)

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{self._readout} {_HELP}".strip())


def _single_shot(parent: QWidget, milliseconds: int, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
