"""Somebody who uses the program: where to find things in it, and how to tell that it has done something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hand import Eye, Hand, on_top, wait
from PySide6.QtWidgets import QLabel, QWidget

from mgc_desktop.app import Program
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import Song

PLAYED = 0.4  # seconds of a song after which it surely plays

Seen = dict[str, Any]


class Visit:
    """The program, and who uses it; `folder` is for what is kept of it."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.window, self.playback = program.window, program.parts.playback
        self.hand, self.eye = Hand(self.dismiss), Eye(folder)

    def go(self, number: int) -> None:
        """Press a button of the rail: Listen is 0, Library 1, the views follow."""
        self.hand.click(self.window.rail.views[number])

    def view(self, key: str) -> Any:
        """Press the button of a view, and give the view."""
        self.go(self.window.views.number(key))
        return self.window.views.seen

    def songs(self) -> list[Song]:
        """The library as it stands."""
        store = self.window.library.controller.store
        return store.songs(store.ids(Query()))

    def listed(self) -> list[str]:
        """The titles that the library's table shows."""
        model = self.window.library.controller.model
        store = self.window.library.controller.store
        return [song.name for song in store.songs(store.ids(model.query))]

    def plays(self) -> Seen:
        """Wait until a song is heard, and say which, and where in it the music is."""
        playback = self.playback
        wait(lambda: playback.queue.current is not None, "there is a song")
        assert playback.queue.current is not None
        path = playback.queue.current.path
        wait(lambda: playback.player.path == path, "it is opened")
        position = wait(lambda: playback.position if playback.position > PLAYED else 0.0, "the song goes on")
        return {"path": str(path), "position": position}

    def save(self, button: QWidget, kind: str, path: Path) -> None:
        """Save a plot by the menu of its button and the dialog that follows."""
        entry = "Save numbers as CSV" if kind == "csv" else f"Save as {kind.upper()}"
        self.hand.answer(lambda: self.hand.click(button), self.hand.entry(entry), self.hand.path(path))
        wait(path.exists, f"{path.name} is written")

    def photograph(self, name: str) -> None:
        """Keep a picture of the screen, without messages."""
        self.dismiss()
        self.eye.photograph(name)

    def dismiss(self) -> None:
        """Send the messages away that lie over the window, as when there is no sound card."""
        notices = self.window.notices
        while (notice := notices.notice) is not None and on_top() is None:
            if notice.problem:
                self.hand.click(notices.close_button)
            else:  # goes by itself, perhaps just before it is clicked
                notices.dismiss()


def words(widget: QWidget) -> list[str]:
    """All that can be read in a widget."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]
