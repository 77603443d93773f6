"""The choice of what to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from mgc_desktop.capture.source import Source

_TITLES: Final = {"computer": "What the computer plays", "input": "Microphones and line inputs"}


class SourceMenu(QMenu):
    """The sources there are at the moment it opens."""

    source_requested = Signal(str)  # Source.id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Source", parent)
        self._group = QActionGroup(self)
        self._group.triggered.connect(lambda action: self.source_requested.emit(str(action.data())))
        self.show_sources([], "", waiting=True)

    def show_sources(self, sources: Sequence[Source], current: str, *, hint: str = "", waiting: bool = False) -> None:
        """`current`: the id of the one in use. `hint`: what to do for a source that is missing. `waiting`: the system
        has not answered yet."""
        for action in self._group.actions():
            self._group.removeAction(action)
        self.clear()
        for kind, title in _TITLES.items():
            of_kind = [source for source in sources if source.kind == kind]
            if of_kind:
                self.addAction(title).setEnabled(False)
            for source in of_kind:
                action = self.addAction(source.name.replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(source.id == current)
                action.setData(source.id)
                self._group.addAction(action)
        if not sources:
            self.addAction("Looking for sources…" if waiting else "No source of sound found").setEnabled(False)
        elif hint:
            self.addSeparator()
            self.addAction(hint).setEnabled(False)
