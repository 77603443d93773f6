"""A jump of the picture made visible: it glides to its new place instead of being there at once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

GLIDE_MS: Final = 220


class Glide(QObject):
    """An offset in seconds that shrinks to nothing."""

    moved = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offset = 0.0
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(GLIDE_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._move)

    @property
    def is_running(self) -> bool:
        """Whether the picture is on its way."""
        return self._animation.state() == QVariantAnimation.State.Running

    def start(self, offset: float) -> None:
        """Begin `offset` seconds from where the picture belongs."""
        self._animation.stop()
        self.offset = offset
        self._animation.setStartValue(offset)
        self._animation.setEndValue(0.0)
        self._animation.start()

    def stop(self) -> None:
        """Be where the picture belongs."""
        self._animation.stop()
        self.offset = 0.0

    def _move(self, value: object) -> None:
        self.offset = float(value) if isinstance(value, float) else 0.0
        self.moved.emit()
