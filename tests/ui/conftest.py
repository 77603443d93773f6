"""Widgets on the offscreen screen in the program's font; every Qt warning fails the test."""

from __future__ import annotations

import os
import sys
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import Settings
from mgc_desktop.tags.journal import Journal
from mgc_desktop.ui import fonts
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.workers.library_service import LibraryService

sys.path.append(str(Path(__file__).parents[1]))
import made_library

HARMLESS = "This plugin does not support"  # the offscreen screen, about sizes and stacking of windows


_EXPOSED_MS = 15_000  # busy machines take their time to show a window


@pytest.fixture(autouse=True)
def _no_qt_warnings(qtlog: Any) -> Iterator[None]:
    yield
    assert [r.message for r in qtlog.records if HARMLESS not in r.message] == []


@pytest.fixture(autouse=True)
def _own_font(qapp: QApplication) -> None:
    fonts.install(qapp)


@pytest.fixture
def place(qtbot: QtBot) -> Callable[..., QWidget]:
    """Show a widget in a size."""

    def show(widget: QWidget, width: int = 400, height: int = 200) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        # What the last test did with the mouse must not leave it over this one.
        QCursor.setPos(widget.screen().geometry().bottomRight())
        with qtbot.waitExposed(widget, timeout=_EXPOSED_MS):
            widget.show()
        return widget

    return show


@pytest.fixture
def seen() -> Callable[[QWidget], QImage]:
    """What a widget looks like."""
    return lambda widget: widget.grab().toImage()


def _colour_at(image: QImage, x: float, y: float) -> str:
    """The colour of a pixel in logical coordinates, as #rrggbb."""
    scale = image.devicePixelRatio()
    return image.pixelColor(QPointF(x * scale, y * scale).toPoint()).name()


def _timeline(*rows: dict[str, float], step: float = 1.5) -> Timeline:
    """Segments of `step` seconds with the named genres; what is left over is World's."""
    table = np.zeros((len(rows), len(GENRES)), np.float32)
    for i, row in enumerate(rows):
        for name, share in row.items():
            table[i, GENRES.index(name)] = share
        table[i, GENRES.index("World")] += 1 - table[i].sum()
    starts = np.arange(len(rows), dtype=np.float32) * step
    return Timeline(GENRES, np.stack([starts, starts + step], axis=1), table)


def _prediction(
    genre: str | None = "Jazz", share: float = 0.7, *, analysed_seconds: float = 100.0, duration: float = 100.0
) -> TrackPrediction:
    """A verdict; unsure ones lean towards Jazz."""
    values = np.full(len(GENRES), (1 - share) / (len(GENRES) - 1), np.float32)
    values[GENRES.index(genre or "Jazz")] = share
    return TrackPrediction(
        path=Path("/music/song.mp3"),
        duration=duration,
        model="musicnn",
        model_version="1",
        genres=GENRES,
        probabilities=values,
        genre=genre,
        confidence=share,
        timeline=_timeline({"Jazz": 0.9}, {"Jazz": 0.8}),
        tags=(("piano", 0.8), ("slow", 0.5)),
        analysed_seconds=analysed_seconds,
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for settings and logs."""
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def colour_at() -> Callable[[QImage, float, float], str]:
    """`colour_at(image, x, y)`: the colour of a pixel in logical coordinates, as #rrggbb."""
    return _colour_at


@pytest.fixture
def timeline() -> Callable[..., Timeline]:
    """`timeline({"Jazz": 0.9}, ..., step=1.5)`: one row a segment; what is left over is World's."""
    return _timeline


@pytest.fixture
def prediction() -> Callable[..., TrackPrediction]:
    """`prediction("Jazz" or None, share, heard=..., duration=...)`: a verdict; unsure ones lean towards Jazz."""
    return _prediction


@pytest.fixture
def program(qapp: QApplication, home: Path, qtbot: QtBot) -> Iterator[Any]:
    """The whole program, shown, with settings of its own; it must leave no thread behind."""
    from mgc_desktop.app import build_app

    before = set(threading.enumerate())
    program = build_app()
    with qtbot.waitExposed(program.window):
        program.window.show()
    yield program
    if shiboken6.isValid(program.window):
        program.window.close()
    program.close()
    # Python lists threads that were Qt's for ever, as dummies.
    new = set(threading.enumerate()) - before
    left = [thread.name for thread in new if thread.is_alive() and not isinstance(thread, threading._DummyThread)]
    assert left == []


@pytest.fixture
def analysed_library(home: Path) -> Path:
    """The program's own database, with the ten songs of `made_library`."""
    database = home / "data" / "library.db"
    with LibraryStore(database) as store:
        made_library.fill(store)
    return database


@pytest.fixture
def seen_alone(home: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[type[View]], View]]:
    """`seen_alone(SomeView)`: a view over the library, in a window of its own; for views that ask neither the analyst
    nor the player, and quicker than the whole program."""
    library_service = LibraryService(home / "data" / "library.db", Journal())
    window = QWidget()
    made: list[View] = []

    def show(kind: type[View]) -> View:
        nobody: Any = None
        view = kind(
            ViewContext(library_service, Settings(tmp_path / "settings.json"), DARK, nobody, nobody, window, nobody)
        )
        made.append(view)
        QVBoxLayout(window).addWidget(view.page)
        qtbot.addWidget(window)
        window.resize(1200, 700)
        with qtbot.waitExposed(window):
            window.show()
        view.shown()
        return view

    yield show
    for view in made:
        view.close()
    library_service.close()
