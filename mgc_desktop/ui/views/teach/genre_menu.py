"""The menu that says what a song is: genres of the user's own, the bundled ones, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QWidget

from mgc_desktop.inference.registry import teachable_genres
from mgc_desktop.ui.theme import Palette

_DOT = 14


def fill_genre_menu(
    menu: QMenu, own: Sequence[str], palette: Palette, chosen: Callable[[str], object], window: QWidget
) -> None:
    """Put the choices into the menu; `chosen` hears the genre, also of a new one that the user names."""
    for genre in own:
        menu.addAction(dot(palette.genre(genre)), genre, partial(chosen, genre))
    menu.addAction("New genre…", partial(ask_for_genre, chosen, window))
    menu.addSeparator()
    for genre in teachable_genres():
        menu.addAction(dot(palette.genre(genre)), genre, partial(chosen, genre))


def ask_for_genre(chosen: Callable[[str], object], window: QWidget) -> None:
    """Ask for the name of a new genre."""
    name = ask_text(window, "New genre", "What is it called?")
    if name:
        chosen(name)


def ask_text(window: QWidget, title: str, label: str, text: str = "") -> str:
    """A line of text from the user; "" if there is none."""
    answer, accepted = QInputDialog.getText(window, title, label, text=text)
    return " ".join(answer.split()) if accepted else ""


def confirmed(window: QWidget, title: str, question: str, yes: str) -> bool:
    """Whether the user wants it done, after a question whose safe answer is Cancel."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, question, parent=window)
    button = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is button


def dot(colour: str) -> QIcon:
    """A disc of a colour."""
    picture = QPixmap(_DOT * 2, _DOT * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QRectF(2, 2, _DOT - 4, _DOT - 4))
    painter.end()
    return QIcon(picture)
