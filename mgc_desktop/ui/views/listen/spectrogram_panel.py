"""The spectrogram in its panel: caption, read-out, follow or overview."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.saving import ask_where_to_save
from mgc_desktop.ui.widgets.segments import Segments
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

_SAVED_SIZE: Final = (1920, 1080)


class SpectrogramPanel(Panel):
    """`view` is the colleague that draws; this is the frame around it."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Mel-spectrogram", spacing=6, parent=parent)
        self.view = SpectrogramView(palette)
        self.readout = muted(tabular=True)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.mode = Segments(
            "Picture",
            (
                ("follow", "Follow", "The song passes under the cursor  (F)"),
                ("overview", "Overview", "The whole song  (F)"),
            ),
            palette,
        )
        self.mode.choose(self.view.mode)
        self.head.addWidget(self.readout)
        self.head.addSpacing(8)
        self.head.addWidget(self.mode)
        self.body.setContentsMargins(14, 9, 10, 8)
        self.body.addWidget(self.view, 1)
        self.view.readout_changed.connect(self.readout.setText)
        self.view.mode_changed.connect(self.mode.choose)
        self.mode.chosen.connect(self.view.set_mode)

    def ask_and_save(self, title: str, proposed: Path) -> None:
        """Ask where to, and save the whole song's picture. `proposed`: without the ending. Raises MgcError."""
        proposed = proposed.with_name(f"{proposed.name}.png")
        path = ask_where_to_save(self, "Save spectrogram as picture", proposed, "Pictures (*.png)", (".png",))
        if path is not None:
            self.view.render_png(path, *_SAVED_SIZE, title=title)
