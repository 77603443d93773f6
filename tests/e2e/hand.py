"""A user's hand and eye: mouse and keys for the windows on an X screen, and pictures of it.

What is pressed must lie open under the pointer. While no button is held it is the pointer of the screen that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QElapsedTimer, QEventLoop, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QCursor, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QMenu, QWidget

T = TypeVar("T")

TIMEOUT_MS = 180_000  # for anything at all, on the busiest machine
_POLL_MS = 15
_STEPS = 6  # moves of the mouse from one corner of a drag to the next
_LEFT = Qt.MouseButton.LeftButton
_PLAIN = Qt.KeyboardModifier.NoModifier


def wait(until: Callable[[], T], what: str) -> T:
    """Let the program run until something is so, and give it."""
    timer = QElapsedTimer()
    timer.start()
    while not (found := until()):
        if timer.hasExpired(TIMEOUT_MS):
            raise TimeoutError(f"in vain: {what}")
        loop = QEventLoop()  # sleeps when there is nothing to do, which `processEvents` does not
        QTimer.singleShot(_POLL_MS, loop.quit)
        loop.exec()
    return found


def settle() -> None:
    """Let everything be drawn that waits to be."""
    for _ in range(3):
        QApplication.processEvents()


def on_top() -> QWidget | None:
    """The menu or dialog that is open."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget()


def give_keys(window: QWidget) -> None:
    """Let a window have the keys, as a window manager would: there is none on this screen."""
    if window.windowType() is not Qt.WindowType.Popup:
        window.activateWindow()
        wait(window.isActiveWindow, "the window has the keys")


class Hand:
    """Points, clicks, drags, types."""

    def __init__(self, clear_the_way: Callable[[], None]) -> None:
        """`clear_the_way`: puts away what may lie over the thing that is wanted."""
        self._clear_the_way = clear_the_way
        self._held: QWidget | None = None

    # The mouse

    def point(self, widget: QWidget, at: QPoint | QPointF | None = None) -> None:
        """Bring the pointer over a place of a widget."""
        give_keys(widget.window())
        place = self._reach(widget, at)
        there = widget.window().mapToGlobal(place)
        if QCursor.pos() != there:
            QCursor.setPos(there)
            wait(lambda: QCursor.pos() == there, "the pointer moves")
        QTest.mouseMove(self._take(widget), place)
        settle()

    def click(
        self,
        widget: QWidget,
        at: QPoint | QPointF | None = None,
        button: Qt.MouseButton = _LEFT,
        held: Qt.KeyboardModifier = _PLAIN,
    ) -> None:
        """Press and release; `held`: keys that are down meanwhile."""
        self.point(widget, at)
        QTest.mouseClick(self._take(widget), button, held, self._reach(widget, at))
        settle()

    def double_click(self, widget: QWidget, at: QPoint | QPointF | None = None) -> None:
        """Twice in a row."""
        self.point(widget, at)
        QTest.mouseDClick(self._take(widget), _LEFT, _PLAIN, self._reach(widget, at))
        settle()

    def drag(self, widget: QWidget, corners: Sequence[QPoint | QPointF]) -> None:
        """Press at the first place, and release at the last."""
        places = [self._place(widget, corner) for corner in corners]
        self.point(widget, corners[0])
        QTest.mousePress(self._take(widget), _LEFT, _PLAIN, places[0])
        for start, end in pairwise(places):
            for step in range(1, _STEPS + 1):
                QTest.mouseMove(self._take(widget), start + (end - start) * step / _STEPS)
        QTest.mouseRelease(self._take(widget), _LEFT, _PLAIN, places[-1])
        settle()

    # The keys

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = _PLAIN) -> None:
        """A key, in the window that has the keys."""
        QTest.keyClick(self._focused(), key, held)
        settle()

    def fill(self, field: QWidget, text: str) -> None:
        """Put the keys into a field, and replace what stands in it."""
        self.click(field)
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(QApplication.focusWidget(), text)
        settle()

    # Menus and dialogs

    def answer(self, act: Callable[[], object], *answers: Callable[[Any], object]) -> None:
        """Do what opens a menu or a dialog, and answer it; each answer may open the next.

        What opens one often returns only when it is closed, so the answers are given from within.
        """
        pending = list(answers)
        failures: list[Exception] = []
        timer = QElapsedTimer()
        timer.start()

        def look(before: QWidget | None) -> None:
            top = on_top()
            try:
                if timer.hasExpired(TIMEOUT_MS):
                    raise TimeoutError(f"{len(pending)} answers are left, but on top is {top}")
                if pending and top is not None and top is not before and top.isVisible():
                    before = top
                    reply = pending.pop(0)
                    QTimer.singleShot(_POLL_MS, lambda: look(top))
                    reply(top)
                elif pending or top is not None:
                    QTimer.singleShot(_POLL_MS, lambda: look(before))
            except Exception as error:  # would be lost in the loop of the menu or dialog, which would go on for ever
                failures.append(error)
                while (top := on_top()) is not None:
                    top.close()

        QTimer.singleShot(_POLL_MS, lambda: look(None))
        act()
        wait(lambda: bool(failures) or not (pending or on_top()), "menus and dialogs are answered")
        if failures:
            raise failures[0]

    def entry(self, begins: str) -> Callable[[QMenu], None]:
        """The answer to a menu: click the entry that begins so."""

        def choose(menu: QMenu) -> None:
            action = next(action for action in menu.actions() if action.text().startswith(begins))
            self.click(menu, menu.actionGeometry(action).center())

        return choose

    def path(self, path: Path) -> Callable[[QFileDialog], None]:
        """The answer to a dialog for files: type a path, and press Return."""

        def name(dialog: QFileDialog) -> None:
            self._write(dialog, str(path))

        return name

    def text(self, text: str) -> Callable[[QWidget], None]:
        """The answer to a dialog with one line: type it, and press Return."""
        return lambda dialog: self._write(dialog, text)

    def choose(self, combo: QComboBox, text: str) -> None:
        """Open a list of choices, and click one."""
        self.click(combo)
        view = wait(lambda: combo.view() if combo.view().isVisible() else None, "the choices are shown")
        index = combo.model().index(combo.findText(text), 0)
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center())
        wait(lambda: on_top() is None, "the choices are closed")

    def _write(self, dialog: QWidget, text: str) -> None:
        field: QLineEdit = dialog.findChild(QLineEdit, "fileNameEdit") or dialog.findChild(QLineEdit)
        give_keys(dialog)
        wait(field.hasFocus, "the field has the keys")
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    # Where things are

    def _take(self, widget: QWidget) -> QWindow:
        """The window of a widget."""
        self._held = widget.window()  # as long as the window of Qt's other kind is used, which would go with it
        handle = self._held.windowHandle()
        assert handle is not None
        return handle

    def _focused(self) -> QWindow:
        """The window that has the keys."""
        window = QApplication.activePopupWidget() or QApplication.activeWindow()
        assert window is not None, "no window has the keys"
        return self._take(window)

    def _reach(self, widget: QWidget, at: QPoint | QPointF | None) -> QPoint:
        """A place of a widget in its window, once nothing lies over it."""

        def is_open() -> bool:
            under = QApplication.widgetAt(widget.window().mapToGlobal(self._place(widget, at)))
            found = under is not None and (under is widget or widget.isAncestorOf(under))
            if not found:
                self._clear_the_way()
            return found

        wait(is_open, f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()} can be reached")
        return self._place(widget, at)

    @staticmethod
    def _place(widget: QWidget, at: QPoint | QPointF | None) -> QPoint:
        inside = widget.rect().center() if at is None else at.toPoint() if isinstance(at, QPointF) else at
        return widget.mapTo(widget.window(), inside)


class Eye:
    """Takes pictures of the screen, and notes where on it something is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def photograph(self, name: str) -> None:
        """Keep what the X server shows."""
        settle()
        picture = QApplication.primaryScreen().grabWindow(0).toImage()
        picture.save(str(self._folder / f"{name}.png"), quality=80)  # hardly compressed, which takes long

    @staticmethod
    def where(widget: QWidget, part: QRect | QRectF | None = None) -> list[int]:
        """Left, top, width and height of a widget, or a part of it, on the screen."""
        box = widget.rect() if part is None else part.toRect() if isinstance(part, QRectF) else part
        corner = widget.mapToGlobal(box.topLeft())
        size: QSize = box.size()
        return [corner.x(), corner.y(), size.width(), size.height()]
