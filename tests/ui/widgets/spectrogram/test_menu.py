"""The context menu shows the state of the view and changes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.widgets.spectrogram import COLOUR_MAPS, SpectrogramView

from .conftest import steady


def actions(menu: QMenu) -> dict[str, QAction]:
    """All actions, those of submenus too, by their plain text."""
    found: dict[str, QAction] = {}
    for action in menu.actions():
        if isinstance(inner := action.menu(), QMenu):
            found |= actions(inner)
        elif action.text():
            found[action.text().partition("\t")[0].replace("&", "")] = action
    return found


def test_the_mode_in_force_is_ticked_and_the_other_can_be_chosen(view: SpectrogramView) -> None:
    menu = actions(view.menu())
    assert menu["Follow the song"].isChecked()
    menu["Overview"].trigger()
    assert view.mode == "overview"
    assert not actions(view.menu())["Follow the song"].isChecked()


def test_every_colour_map_can_be_chosen(view: SpectrogramView, qtbot: QtBot) -> None:
    for name in reversed(COLOUR_MAPS):
        with qtbot.waitSignal(view.colour_map_changed) as changed:
            actions(view.menu())[name.capitalize()].trigger()
        assert changed.args == [name]
        assert view.colour_map == name
    assert actions(view.menu())["Magma"].isChecked()


@pytest.mark.parametrize(("text", "grows"), [("Zoom in", False), ("Zoom out", True)])
def test_it_zooms(view: SpectrogramView, show: Callable[..., None], text: str, grows: bool) -> None:
    show(600.0, steady(10))
    before = view.seconds_in_sight
    actions(view.menu())[text].trigger()
    assert (view.seconds_in_sight > before) == grows


def test_it_shows_the_whole_song(view: SpectrogramView, show: Callable[..., None]) -> None:
    show(600.0, steady(10))
    actions(view.menu())["Show all of the song"].trigger()
    assert view.seconds_in_sight == 600
    assert view.mode == "overview"


def test_a_picture_can_be_saved_when_there_is_one(
    view: SpectrogramView, show: Callable[..., None], qtbot: QtBot
) -> None:
    assert not actions(view.menu())["Save picture…"].isEnabled()
    show(10.0, steady(10))
    with qtbot.waitSignal(view.save_requested):
        actions(view.menu())["Save picture…"].trigger()
