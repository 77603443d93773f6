"""The few things that can be set; each takes effect at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from mgc_desktop import settings as s
from mgc_desktop.settings import Settings
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.segments import Segments

THEME_WORDS = {"auto": "As the system", "light": "Light", "dark": "Dark"}


class SettingsDialog(QDialog):
    """Says what was chosen; the window carries it out and keeps it."""

    theme_chosen = Signal(str)
    colours_chosen = Signal(str)
    device_chosen = Signal(str)
    keep_queue_chosen = Signal(bool)

    def __init__(self, settings: Settings, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.theme = Segments("Theme", [(key, word, "") for key, word in THEME_WORDS.items()], palette)
        self.theme.choose(settings[s.THEME])
        self.theme.chosen.connect(self.theme_chosen)
        self.colours = QComboBox()
        for name in s.COLOUR_MAPS:
            self.colours.addItem(name.capitalize(), name)
        self.colours.setCurrentIndex(s.COLOUR_MAPS.index(settings[s.COLOUR_MAP]))
        self.colours.activated.connect(lambda: self.colours_chosen.emit(self.colours.currentData()))
        self.device = QComboBox()
        self.device.activated.connect(lambda: self.device_chosen.emit(self.device.currentData()))
        self.show_devices([], settings[s.DEVICE])
        self.keep_queue = QCheckBox("Bring the last queue back at the start")
        self.keep_queue.setChecked(settings[s.KEEP_QUEUE])
        self.keep_queue.toggled.connect(self.keep_queue_chosen)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()  # no ring before the first Tab

    def show_devices(self, devices: Sequence[tuple[str, str]], current: str) -> None:
        """The sound outputs: id and name; `current` is kept even while it is not connected."""
        self.device.clear()
        self.device.addItem("As the system", "")
        for key, name in devices:
            self.device.addItem(name, key)
        if current and self.device.findData(current) < 0:
            self.device.addItem(current.partition("/")[2] or current, current)
        self.device.setCurrentIndex(max(0, self.device.findData(current)))

    def _lay_out(self) -> None:
        self.device.setMinimumWidth(260)
        for widget, name in ((self.colours, "Spectrogram colours"), (self.device, "Sound output")):
            widget.setAccessibleName(name)
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(muted("Theme"), self.theme)
        form.addRow(muted("Spectrogram colours"), self.colours)
        form.addRow(muted("Sound output"), self.device)
        form.addRow("", self.keep_queue)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(20)
        column.addLayout(form)
        column.addWidget(buttons)
