"""A view in the window: in the rail, by its key, told when it is seen, and heard when it asks for something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.app import build_app
from mgc_desktop.library.query import Selection
from mgc_desktop.notice import Notice
from mgc_desktop.ui import main_window, theme
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.view_registry import VIEWS, ViewEntry
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame


class Mirror(View):
    """Notes what it is told."""

    told: ClassVar[list[str]] = []

    def __init__(self, context: ViewContext) -> None:
        super().__init__(context)
        self.page = PageFrame("Mirror")

    def shown(self) -> None:
        self.told.append("shown")

    def hidden(self) -> None:
        self.told.append("hidden")

    def set_palette(self, palette: Palette) -> None:
        self.told.append(palette.name)

    def add_actions(self, menu: QMenu) -> None:
        menu.addAction("Polish")

    def close(self) -> None:
        self.told.append("closed")


@pytest.fixture
def windows_shown(qapp: QApplication) -> Iterator[list[QWidget]]:
    """The windows that are shown, in their order."""

    class Watch(QObject):
        shown: ClassVar[list[QWidget]] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.shown.append(watched)
            return False

    watch = Watch()
    watch.shown.clear()
    qapp.installEventFilter(watch)
    yield watch.shown
    qapp.removeEventFilter(watch)


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """The program with one more view."""
    Mirror.told.clear()
    monkeypatch.setattr(main_window, "VIEWS", (ViewEntry("map", "Mirror", "overview", Mirror),))
    return request.getfixturevalue("program")


def test_it_is_shown_by_the_rail_and_by_its_command(mirrored: Any) -> None:
    window = mirrored.window
    window.rail.views[2].click()
    assert window.views.currentWidget() is window.views.view("map").page
    window.commands["listen_view"].trigger()
    window.commands["map_view"].trigger()
    assert Mirror.told == ["shown", "hidden", "shown"]


def test_a_notice_lies_over_the_view_that_comes(program: Any) -> None:
    window = program.window
    window.notices.post(Notice("No sound", "Connect a loudspeaker."))
    for number in (1, 2, 3, 0):
        window.show_view(number)
        on_top = window.views.childAt(window.notices.geometry().center())
        assert on_top is window.notices or window.notices.isAncestorOf(on_top)


def test_its_actions_are_in_the_menu_while_it_is_seen(mirrored: Any) -> None:
    window = mirrored.window
    here = window.commands.submenus["here"]
    assert not here.menuAction().isVisible()
    window.show_view(2)
    assert [action.text() for action in here.actions()] == ["Polish"]
    window.show_view(0)
    assert not here.menuAction().isVisible()


def test_it_is_made_when_it_is_first_shown(mirrored: Any) -> None:
    views = mirrored.window.views
    assert views.made_views == ()
    mirrored.window.show_view(2)
    mirrored.window.show_view(0)
    mirrored.window.show_view(2)
    assert [type(view) for view in views.made_views] == [Mirror]


def test_nothing_is_a_window_of_its_own_for_a_moment(program: Any, windows_shown: list[QWidget]) -> None:
    for entry in VIEWS:
        program.window.views.view(entry.key)
    again = build_app(show=True)
    again.window.close()
    assert windows_shown == [again.window]


@pytest.mark.parametrize("entry", VIEWS, ids=lambda entry: entry.key)
def test_every_view_can_be_made_late_in_the_theme_in_force(program: Any, entry: ViewEntry) -> None:
    program.parts.appearance.set_theme("light")
    program.window.commands[f"{entry.key}_view"].trigger()
    seen = program.window.views.seen
    assert program.window.views.currentWidget() is seen.page
    assert seen.context.palette.name == "light"


def test_it_is_told_of_the_theme_and_of_the_end(mirrored: Any) -> None:
    mirrored.window.show_view(2)
    mirrored.parts.appearance.set_theme("light")
    mirrored.window.close()
    assert Mirror.told[-2:] == ["light", "closed"]


def test_songs_it_chose_are_shown_in_the_library(mirrored: Any) -> None:
    window = mirrored.window
    window.show_view(2)
    window.views.seen.library_requested.emit(Selection("nothing", ()))
    assert window.views.currentWidget() is window.library.page
    assert window.library.controller.model.query.only == Selection("nothing", ())


def test_songs_it_wants_queued_are_queued(mirrored: Any, tmp_path: Path) -> None:
    mirrored.window.views.view("map").enqueue_requested.emit([tmp_path / "song.mp3"])
    assert [item.path for item in mirrored.parts.playback.queue.items] == [tmp_path / "song.mp3"]


@pytest.mark.parametrize("key", [entry.key for entry in VIEWS])
def test_in_the_smallest_window_the_words_on_all_buttons_are_whole(
    analysed_library: Path, request: pytest.FixtureRequest, key: str, qtbot: QtBot
) -> None:
    program = request.getfixturevalue("program")
    window, read = program.window, list[bool]()
    window.resize(window.minimumSize())
    window.show_view(window.views.number(key))
    program.parts.library_service.run_query(lambda _: True, read.append)  # after what the view has asked
    qtbot.waitUntil(lambda: bool(read), timeout=30_000)
    buttons = [b for b in window.views.seen.page.findChildren(QAbstractButton) if b.isVisible() and b.text()]
    assert buttons
    assert [b.text() for b in buttons if b.width() < b.sizeHint().width()] == []


def test_an_empty_state_takes_the_body_s_place(qtbot: QtBot) -> None:
    page = PageFrame("Map")
    qtbot.addWidget(page)
    state = EmptyState("library", "Nothing yet", "Add folders in the Library view.", theme.DARK, "Go there")
    page.show_empty(state)
    assert page.is_empty
    page.show_body()
    assert not page.is_empty


def test_every_command_does_something_and_every_view_has_one(program: Any) -> None:
    actions = program.window.commands
    assert actions.unconnected == ()
    for number, view in enumerate(VIEWS, start=3):
        assert actions[f"{view.key}_view"].text() == view.title
        assert actions[f"{view.key}_view"].shortcut().toString() == f"Ctrl+{number}"


def test_a_command_that_no_menu_has_is_said_by_name(program: Any) -> None:
    with pytest.raises(ValueError, match="'polish': declare it in MENUS"):
        program.window.commands.on("polish", lambda: None)
