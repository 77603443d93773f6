"""A jump that is made visible."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.widgets.spectrogram.glide import Glide


@pytest.fixture
def parent(qapp: QApplication) -> QObject:
    """Who owns the animation."""
    return QObject()


def test_it_begins_at_the_offset_and_ends_at_nothing(parent: QObject, qtbot: QtBot) -> None:
    glide = Glide(parent)
    seen: list[float] = []
    glide.moved.connect(lambda: seen.append(glide.offset))
    glide.start(-3.0)
    assert glide.offset == -3.0
    assert glide.is_running
    qtbot.waitUntil(lambda: not glide.is_running)
    assert glide.offset == 0.0
    assert seen == sorted(seen)
    assert seen[-1] == 0.0


def test_it_can_be_cut_short(parent: QObject) -> None:
    glide = Glide(parent)
    glide.start(5.0)
    glide.stop()
    assert glide.offset == 0.0
    assert not glide.is_running
