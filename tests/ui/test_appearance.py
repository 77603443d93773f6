"""Light or dark, as the system is or as the user wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.theme import DARK, LIGHT


@pytest.fixture
def appearance(qapp: QApplication) -> Iterator[Appearance]:
    appearance = Appearance(qapp, "dark")
    yield appearance
    appearance.close()
    qapp.setStyleSheet("")


@pytest.mark.parametrize("theme, palette", [("light", LIGHT), ("dark", DARK)])
def test_what_the_user_wants(appearance: Appearance, qapp: QApplication, theme: str, palette: object) -> None:
    appearance.set_theme(theme)
    assert appearance.palette is palette
    assert qapp.palette().window().color().name() == appearance.palette.window.lower()
    assert appearance.palette.panel in qapp.styleSheet()


def test_a_change_is_told_once(appearance: Appearance, qtbot: QtBot) -> None:
    with qtbot.waitSignal(appearance.changed) as told:
        appearance.set_theme("light")
    assert told.args == [LIGHT]
    with qtbot.assertNotEmitted(appearance.changed):
        appearance.set_theme("light")


def test_it_follows_the_system_while_it_may(appearance: Appearance, qapp: QApplication) -> None:
    """The offscreen screen has no scheme of its own: the test says what a system says."""
    hints = qapp.styleHints()
    appearance.set_theme("auto")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert appearance.palette is LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.palette is DARK


def test_and_not_while_the_user_has_chosen(appearance: Appearance, qapp: QApplication) -> None:
    appearance.set_theme("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.palette is LIGHT
