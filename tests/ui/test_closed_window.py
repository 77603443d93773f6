"""A closed window is freed, with its views and services, and leaves no object behind."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.view_registry import VIEWS


def _open_and_close(qtbot: QtBot, song: Path, *, views: bool) -> dict[str, weakref.ref[Any]]:
    """Use the program as a user does, close it, and give weak references to its parts."""
    from mgc_desktop.app import build_app

    program = build_app()
    window = program.window
    window.show()
    qtbot.waitExposed(window)
    program.start([song])
    qtbot.waitUntil(lambda: window.page.has_song, timeout=30_000)
    for number in range(2 + len(VIEWS) if views else 0):
        window.show_view(number)
        QApplication.processEvents()
    program.parts.appearance.set_theme("light" if program.parts.appearance.palette.dark else "dark")
    window.preferences.show_dialog()
    window.commands["about"].trigger()
    QApplication.processEvents()
    services = ("playback", "analysis_service", "library_service", "head_trainer", "reader", "appearance")
    parts = {name: weakref.ref(getattr(program.parts, name)) for name in services}
    kept = {
        "program": window,
        "library": window.library,
        "views": window.views,
        **{v.page.objectName() or type(v).__name__: v for v in window.views.made_views},
    }
    references = {name: weakref.ref(value) for name, value in kept.items()} | parts
    window.close()
    program.close()
    return references


def _collect() -> None:
    for _ in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def _qt_objects() -> Counter[str]:
    _collect()
    return Counter(type(found).__name__ for found in gc.get_objects() if issubclass(type(found), QObject))


@pytest.fixture
def song(write_audio: Any, sounds: Any) -> Path:
    """A short song."""
    return write_audio("song.wav", sounds.noise(4.0, 16000), sr=16000)  # type: ignore[no-any-return]


@pytest.mark.parametrize("views", [False, True])
def test_a_closed_window_is_freed(home: Path, song: Path, qapp: QApplication, qtbot: QtBot, views: bool) -> None:
    references = _open_and_close(qtbot, song, views=views)
    _collect()
    assert [name for name, reference in references.items() if reference() is not None] == []


def test_opened_and_closed_windows_do_not_add_up(home: Path, song: Path, qapp: QApplication, qtbot: QtBot) -> None:
    """Not measured in bytes, which the allocator keeps, but by the number of Qt objects and widgets."""
    _open_and_close(qtbot, song, views=True)  # what is loaded once for the whole process
    objects, widgets = _qt_objects(), len(QApplication.allWidgets())
    for _ in range(3):
        _open_and_close(qtbot, song, views=True)
    assert _qt_objects() - objects == Counter()
    assert len(QApplication.allWidgets()) <= widgets
