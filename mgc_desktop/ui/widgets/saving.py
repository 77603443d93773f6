"""Every plot can be saved: as it is seen, as PNG or SVG, and its numbers as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSaveFile, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QToolButton, QWidget

from mgc_desktop import settings as s
from mgc_desktop.csv_cells import safe_row
from mgc_desktop.errors import MgcError
from mgc_desktop.notice import Notice
from mgc_desktop.settings import Settings
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.buttons import IconButton

Cell = str | int | float | None
Numbers = tuple[Sequence[str], Iterable[Sequence[Cell]]]  # the names of the columns, and the rows

_ENDINGS: Final = (".png", ".svg", ".csv")
_SCALE: Final = 2  # pixels of a PNG for each one on the screen


def save_plot(widget: QWidget, numbers: Numbers, path: Path) -> None:
    """Write what `path` ends in: `.png`, `.svg` (the widget as it is seen) or `.csv`. Raises MgcError."""
    kind = path.suffix.lower()
    writers: dict[str, Callable[[], bytes]] = {
        ".png": lambda: as_png(widget),
        ".svg": lambda: as_svg(widget),
        ".csv": lambda: as_csv(numbers),
    }
    if kind not in writers:
        raise MgcError("A plot can be saved as .png, .svg or .csv. Choose one of these endings.", path=path)
    file = QSaveFile(str(path))
    data = writers[kind]()
    written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write(data) == len(data) and file.commit()
    if not written:
        raise MgcError(f"The plot cannot be saved here: {file.errorString()}. Choose another folder.", path=path)


def as_png(widget: QWidget) -> bytes:
    """The widget as it is seen, at twice the screen's resolution."""
    image = QImage(widget.size() * _SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_SCALE)
    image.fill(Qt.GlobalColor.transparent)
    widget.render(image)
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(store.data())


def as_svg(widget: QWidget) -> bytes:
    """The widget as it is seen, as shapes and letters."""
    store = QByteArray()
    buffer = QBuffer(store)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(0, 0), widget.size()))
    painter = QPainter(generator)
    widget.render(painter, QPoint())
    painter.end()
    return bytes(store.data())


def as_csv(numbers: Numbers) -> bytes:
    """In UTF-8, with the names of the columns in the first row."""
    header, rows = numbers
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(safe_row(header))
    writer.writerows(safe_row(row) for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def ask_where_to_save(parent: QWidget, title: str, suggested: Path, names: str, endings: Sequence[str]) -> Path | None:
    """Ask for a file to save to; None if the user wants none. `names`: the dialog's filter, such as "*.png".

    A name without one of the `endings` gets the first of them behind it, whatever dots it has. The dialog has then
    asked about another name than the one that would be overwritten, so this asks again where that one exists.
    """
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(suggested), names)
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() in endings:
        return path
    path = path.with_name(path.name + endings[0])
    return path if not path.exists() or _may_replace(parent, title, path) else None


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    box = QMessageBox(QMessageBox.Icon.Question, title, f"“{path.name}” is there already. Replace it?", parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    replace = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is replace


class SaveButton(IconButton):
    """Beside a plot: saves `widget` as a picture, or what `numbers` gives as CSV. `name` is the file's first name."""

    noticed = Signal(object)  # Notice

    def __init__(
        self, widget: QWidget, numbers: Callable[[], Numbers], name: str, settings: Settings, palette: Palette
    ) -> None:
        super().__init__("save", f"Save {name}", palette, size=18)
        self._widget = widget
        self._numbers = numbers
        self._file_name = name
        self._settings = settings
        self.add_to(menu := QMenu(self))
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def add_to(self, menu: QMenu) -> None:
        """The three ways to save, in a menu."""
        for suffix, text in (("png", "Save as PNG…"), ("svg", "Save as SVG…"), ("csv", "Save numbers as CSV…")):
            menu.addAction(text, partial(self.ask, suffix))

    def ask(self, suffix: str) -> None:
        """Ask where, and save."""
        suggested = Path(self._settings[s.FOLDER]) / f"{self._file_name}.{suffix}"
        endings = (f".{suffix}", *(other for other in _ENDINGS if other != f".{suffix}"))
        path = ask_where_to_save(self.window(), "Save", suggested, f"*.{suffix}", endings)
        if path is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save it there, and say so, or what is wrong."""
        try:
            save_plot(self._widget, self._numbers(), path)
        except MgcError as error:
            self.noticed.emit(Notice.of(error))
        else:
            self.noticed.emit(Notice("Saved", str(path), problem=False))
