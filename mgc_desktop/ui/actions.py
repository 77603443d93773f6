"""All that the window can do: one table of names and keys, and the menus made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from mgc_desktop.ui.view_registry import VIEWS

SEPARATOR: Final = "-"


@dataclass(frozen=True, slots=True)
class Command:
    """`key`: its name in the program. `text`: in the menus. `shortcuts`: the first one is shown."""

    key: str
    text: str
    shortcuts: tuple[str | Qt.Key, ...] = ()


def _view_commands() -> Iterator[Command]:
    """One command for each view, in the order of the rail; the first nine have a key."""
    views = (("listen", "Listen"), ("library", "Library"), *((view.key, view.title) for view in VIEWS))
    for number, (key, title) in enumerate(views, start=1):
        yield Command(f"{key}_view", title, (f"Ctrl+{number}",) if number <= 9 else ())


MENUS: Final[tuple[tuple[str, tuple[Command | str, ...]], ...]] = (
    ("File", (
        Command("open", "Open files…", ("Ctrl+O",)),
        Command("open_folder", "Open folder…", ("Ctrl+Shift+O",)),
        "recent",
        SEPARATOR,
        Command("export", "Save spectrogram as picture…", ("Ctrl+E",)),
        SEPARATOR,
        Command("settings", "Settings…", ("Ctrl+,",)),
        Command("quit", "Quit", ("Ctrl+W", "Ctrl+Shift+Q")),
    )),
    ("Playback", (
        Command("play", "Play or pause", ("Space", Qt.Key.Key_MediaPlay, Qt.Key.Key_MediaTogglePlayPause,
                                          Qt.Key.Key_MediaPause)),
        Command("next", "Next", ("Ctrl+Right", "N", Qt.Key.Key_MediaNext)),
        Command("previous", "Previous", ("Ctrl+Left", "P", Qt.Key.Key_MediaPrevious)),
        Command("stop", "Stop", (Qt.Key.Key_MediaStop,)),
        SEPARATOR,
        Command("live", "Listen to what is playing", ("L",)),
        SEPARATOR,
        Command("forward", "5 seconds on", ("Right",)),
        Command("back", "5 seconds back", ("Left",)),
        Command("far_forward", "30 seconds on", ("Shift+Right",)),
        Command("far_back", "30 seconds back", ("Shift+Left",)),
        Command("start", "To the beginning", ("Home",)),
        SEPARATOR,
        Command("louder", "Louder", ("Up",)),
        Command("quieter", "Quieter", ("Down",)),
        Command("mute", "Mute", ("M",)),
        Command("repeat", "Repeat: off, all, one", ("R",)),
    )),
    ("View", (
        *_view_commands(),
        "here",
        SEPARATOR,
        Command("mode", "Follow or overview", ("F",)),
        Command("zoom_in", "Zoom in", ("+", "=", "Ctrl++", "Ctrl+=")),
        Command("zoom_out", "Zoom out", ("-", "Ctrl+-")),
        Command("show_all", "Whole song", ("0", "Ctrl+0")),
        SEPARATOR,
        Command("queue", "Queue", ("Q",)),
        Command("full_screen", "Full screen", ("F11",)),
        SEPARATOR,
        "colours",
        "theme",
    )),
    ("Help", (
        Command("keys", "Keyboard shortcuts", ("F1", "?")),
        Command("log", "Show log"),
        Command("error_report", "Error report…"),
        Command("about", "About MGC Desktop"),
    )),
)  # fmt: skip


def commands() -> Iterator[tuple[str, Command]]:
    """Every command with the menu it stands in."""
    for title, entries in MENUS:
        for entry in entries:
            if isinstance(entry, Command):
                yield title, entry


class Actions(QObject):
    """The commands as Qt's actions on a window, so that their keys work whether a menu is seen or not."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._connected: set[str] = set()
        self.submenus: dict[str, QMenu] = {}
        for _, command in commands():
            action = QAction(command.text, window)
            action.setShortcuts([QKeySequence(key) for key in command.shortcuts])
            self._actions[command.key] = action
            window.addAction(action)
        self.menus = [self._menu(title, entries, window) for title, entries in MENUS]

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def on(self, key: str, call: Callable[[], object]) -> None:
        """What a command does. Raises ValueError for a command that no menu has."""
        if key not in self._actions:
            raise ValueError(f"No menu has the command {key!r}: declare it in MENUS of {__name__}.")
        self._connected.add(key)
        self._actions[key].triggered.connect(lambda: call())

    @property
    def unconnected(self) -> tuple[str, ...]:
        """The commands that do nothing."""
        return tuple(key for key in self._actions if key not in self._connected)

    def as_one_menu(self, parent: QWidget) -> QMenu:
        """All menus behind one button."""
        menu = QMenu(parent)
        for part in self.menus:
            menu.addMenu(part)
        return menu

    def choices(self, submenu: str, names: list[tuple[str, str]], chosen: Callable[[str], object]) -> QActionGroup:
        """Fill a submenu with a choice: keys and texts."""
        menu = self.submenus[submenu]
        group = QActionGroup(menu)
        for key, text in names:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(key)
            group.addAction(action)
        group.triggered.connect(lambda action: chosen(str(action.data())))
        return group

    def _menu(self, title: str, entries: tuple[Command | str, ...], window: QWidget) -> QMenu:
        menu = QMenu(title, window)
        for entry in entries:
            if isinstance(entry, Command):
                menu.addAction(self._actions[entry.key])
            elif entry == SEPARATOR:
                menu.addSeparator()
            else:
                titles = {
                    "recent": "Open recent",
                    "colours": "Spectrogram colours",
                    "theme": "Theme",
                    "here": "In this view",
                }
                self.submenus[entry] = menu.addMenu(titles[entry])
        return menu


def tick(group: QActionGroup, key: str) -> None:
    """Show which choice is in force."""
    for action in group.actions():
        action.setChecked(action.data() == key)
