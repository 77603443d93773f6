"""The context menu of the spectrogram."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from mgc_desktop.ui.widgets.spectrogram.colours import COLOUR_MAPS
from mgc_desktop.ui.widgets.spectrogram.navigation import Mode


class SpectrogramMenu(QMenu):
    """Mode, zoom, colour map, saving. Made once; `reflect` ticks what is in force."""

    mode_chosen = Signal(str)
    zoom_chosen = Signal(int)  # 1 in, -1 out, 0 all of the song
    colour_map_chosen = Signal(str)
    save_chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._modes = _choices(self, {"follow": "&Follow the song", "overview": "&Overview"})
        for name, action in self._modes.items():
            action.triggered.connect(lambda _=False, name=name: self.mode_chosen.emit(name))
        self.addSeparator()
        for text, key, step in (("Zoom &in", "+", 1), ("Zoom &out", "−", -1), ("Show &all of the song", "0", 0)):
            action = self.addAction(f"{text}\t{key}")
            action.triggered.connect(lambda _=False, step=step: self.zoom_chosen.emit(step))
        self.addSeparator()
        self._maps = _choices(self.addMenu("&Colours"), {name: name.capitalize() for name in COLOUR_MAPS})
        for name, action in self._maps.items():
            action.triggered.connect(lambda _=False, name=name: self.colour_map_chosen.emit(name))
        self._save = self.addAction("&Save picture…")
        self._save.triggered.connect(self.save_chosen)

    def reflect(self, mode: Mode, colour_map: str, has_song: bool) -> None:
        """Show the state of the view."""
        self._modes[mode].setChecked(True)
        self._maps[colour_map].setChecked(True)
        self._save.setEnabled(has_song)


def _choices(menu: QMenu, texts: dict[str, str]) -> dict[str, QAction]:
    """Actions of which one is ticked."""
    group = QActionGroup(menu)
    actions = {name: menu.addAction(text) for name, text in texts.items()}
    for action in actions.values():
        action.setCheckable(True)
        group.addAction(action)
    return actions
