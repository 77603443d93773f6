"""Settings, keys, about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop import __version__
from mgc_desktop import settings as s
from mgc_desktop.settings import Settings
from mgc_desktop.ui import dialogs
from mgc_desktop.ui.actions import commands
from mgc_desktop.ui.dialogs import ReadingDialog
from mgc_desktop.ui.settings_dialog import SettingsDialog
from mgc_desktop.ui.theme import DARK


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings[s.THEME] = "light"
    settings[s.COLOUR_MAP] = "viridis"
    settings[s.DEVICE] = "ALSA/Headphones"
    return settings


@pytest.fixture
def dialog(settings: Settings, place: Any) -> SettingsDialog:
    dialog = SettingsDialog(settings, DARK)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    place(dialog, 460, 240)
    return dialog


def test_it_shows_what_is_set(dialog: SettingsDialog) -> None:
    assert dialog.theme.button("light").isChecked()
    assert dialog.colours.currentData() == "viridis"
    assert dialog.device.currentText() == "Headphones"
    assert dialog.keep_queue.isChecked()


def test_every_choice_is_told(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.theme_chosen) as told:
        qtbot.mouseClick(dialog.theme.button("dark"), Qt.MouseButton.LeftButton)
    assert told.args == ["dark"]
    dialog.colours.setFocus()
    with qtbot.waitSignal(dialog.colours_chosen) as told:
        qtbot.keyClick(dialog.colours, Qt.Key.Key_Down)
    assert told.args == ["cividis"]
    with qtbot.waitSignal(dialog.keep_queue_chosen) as told:
        dialog.keep_queue.click()
    assert told.args == [False]


def test_outputs_that_are_found_are_offered(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.show_devices([("ALSA/Speakers", "Speakers"), ("ALSA/Headphones", "Headphones")], "ALSA/Headphones")
    assert [dialog.device.itemText(i) for i in range(dialog.device.count())] == [
        "As the system",
        "Speakers",
        "Headphones",
    ]
    assert dialog.device.currentText() == "Headphones"
    with qtbot.waitSignal(dialog.device_chosen) as told:
        qtbot.keyClick(dialog.device, Qt.Key.Key_Up)
    assert told.args == ["ALSA/Speakers"]


def test_an_output_that_is_not_connected_stays_chosen(dialog: SettingsDialog) -> None:
    dialog.show_devices([("ALSA/Speakers", "Speakers")], "ALSA/Headphones")
    assert dialog.device.currentData() == "ALSA/Headphones"


def test_the_keys_are_those_of_the_table() -> None:
    text = dialogs.keys_text()
    for _, command in commands():
        if any(isinstance(key, str) for key in command.shortcuts):
            assert command.text.replace("&", "&amp;") in text
    assert "Space" in text


def test_about_names_version_licence_and_whose_work_it_stands_on() -> None:
    text = dialogs.about_text()
    assert __version__ in text
    assert "GNU General Public License" in text
    for name in ("PySide6", "PyAV", "ONNX Runtime", "pyqtgraph", "mutagen", "PortAudio", "Inter"):
        assert name in text
    for part in ("musicnn/LICENSE-musicnn.md", "fonts/LICENSE-Inter.txt", "demo/CREDITS.md"):
        assert part in text


def test_a_text_to_read_can_be_closed(place: Any, qtbot: QtBot, qapp: QApplication) -> None:
    dialog = ReadingDialog("Keyboard shortcuts", dialogs.keys_text())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    place(dialog, 560, 560)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()
