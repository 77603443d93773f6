"""A button that says which models are compared, and its menu that ticks them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget


class StayingMenu(QMenu):
    """Ticking an entry does not close it: several are ticked one after the other."""

    def mouseReleaseEvent(self, event: object) -> None:
        """Tick what was clicked, and stay."""
        action = self.activeAction()
        if action is not None and action.isEnabled() and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)  # type: ignore[arg-type]


class ModelPicker(QPushButton):
    """Two or more models; the last two cannot be unticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Models", parent)
        self.setAccessibleName("Models that are compared")
        self.setMenu(StayingMenu(self))
        self._actions: dict[str, QAction] = {}

    def offer(self, models: Sequence[tuple[str, str]], ticked: Sequence[str]) -> None:
        """Names and titles of all that can be compared; those ticked that still are there keep their tick."""
        kept = [name for name in self.chosen if name in dict(models)] or list(ticked)
        self.menu().clear()
        self._actions = {}
        for name, title in models:
            action = self.menu().addAction(f"{title}  ({name})" if title != name else name)
            action.setCheckable(True)
            action.setChecked(name in kept)
            action.toggled.connect(self._on_toggled)
            self._actions[name] = action
        self._tell()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the models that are ticked, in the order of the list."""
        return tuple(name for name, action in self._actions.items() if action.isChecked())

    def _on_toggled(self, _: bool) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        chosen = self.chosen
        self.setText(f"{len(chosen)} models" if len(chosen) != 1 else "1 model")
        for action in self._actions.values():
            action.setEnabled(not action.isChecked() or len(chosen) > 2)
