"""A view on the offscreen screen, pieces of picture, and a pointer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.features.config import REPORT
from mgc_desktop.pipeline import MelBlock
from mgc_desktop.ui import theme
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

FRAME = REPORT.frame_seconds


def steady(frames: int, db: float = -60.0, start: int = 0) -> MelBlock:
    """Frames that all sound the same."""
    return MelBlock(start, np.full((REPORT.n_mels, frames), db, np.float32))


def clicks(frames: int, *at: int) -> MelBlock:
    """Near silence with loud frames."""
    block = steady(frames)
    block.db[:, list(at)] = 20
    return block


def pixels(image: QImage) -> NDArray[np.uint8]:
    """`(height, width, 3)` red, green and blue."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].copy()


@dataclass
class Hand:
    """A mouse over the picture; places are parts of its width and height."""

    view: SpectrogramView

    def place(self, x: float, y: float = 0.5) -> QPointF:
        """The point in the view's pixels."""
        box = self.view.picture_box
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    def send(
        self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, buttons: Qt.MouseButton | None = None
    ) -> None:
        """One mouse event."""
        held = button if buttons is None else buttons
        event = QMouseEvent(kind, at, self.view.mapToGlobal(at.toPoint()), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.view.viewport(), event)

    def press(self, x: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press a button."""
        self.send(QEvent.Type.MouseButtonPress, self.place(x), button)

    def drag(self, x: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Move while it is pressed."""
        self.send(QEvent.Type.MouseMove, self.place(x), Qt.MouseButton.NoButton, button)

    def release(self, x: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Let it go."""
        self.send(QEvent.Type.MouseButtonRelease, self.place(x), button, Qt.MouseButton.NoButton)

    def hover(self, x: float, y: float = 0.5) -> None:
        """Move without pressing."""
        self.send(QEvent.Type.MouseMove, self.place(x, y), Qt.MouseButton.NoButton)

    def leave(self) -> None:
        """Go elsewhere."""
        QApplication.sendEvent(self.view.viewport(), QEvent(QEvent.Type.Leave))

    def wheel(self, x: float, clicks: float, *, shift: bool = False, sideways: bool = False) -> None:
        """Turn the wheel, away from the hand if positive."""
        at = self.place(x)
        turn = round(120 * clicks)
        event = QWheelEvent(
            at, self.view.mapToGlobal(at), QPoint(), QPoint(turn, 0) if sideways else QPoint(0, turn),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)


@pytest.fixture
def view(qtbot: QtBot) -> SpectrogramView:
    """A view of 900 by 500 pixels without a song."""
    view = SpectrogramView(theme.DARK)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    return view


@pytest.fixture
def show(view: SpectrogramView, qtbot: QtBot) -> Callable[..., None]:
    """Give the view a song, as blocks, and wait until it is drawn."""

    def give(seconds: float | None, *blocks: MelBlock) -> None:
        view.set_song(seconds)
        for block in blocks:
            view.add_block(block)
        qtbot.waitUntil(lambda: view.is_settled)

    return give


@pytest.fixture
def hand(view: SpectrogramView) -> Hand:
    """A mouse."""
    return Hand(view)
