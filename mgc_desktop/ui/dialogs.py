"""The two pages of reading matter: the keys, and where everything comes from."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from mgc_desktop import __version__
from mgc_desktop.paths import models_dir, resources_dir
from mgc_desktop.ui.actions import commands

_NATIVE = QKeySequence.SequenceFormat.NativeText
_ROW = "<tr><td style='padding: 3px 32px 3px 0'>{}</td><td style='padding: 3px 0'>{}</td></tr>"
_PARTS = (
    ("Qt and PySide6", "LGPL-3.0"),
    ("FFmpeg with x264 and x265, through PyAV", "GPL-3.0-or-later, BSD-3-Clause"),
    ("ONNX Runtime", "MIT"),
    ("pyqtgraph", "MIT"),
    ("NumPy", "BSD-3-Clause"),
    ("mutagen", "GPL-2.0-or-later"),
    ("soxr", "LGPL-2.1-or-later"),
    ("PortAudio, through sounddevice", "MIT"),
    ("platformdirs", "MIT"),
    ("Inter, the typeface", "OFL-1.1"),
)


class ReadingDialog(QDialog):
    """A text to read and a button to close it."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 560)
        self.text = QTextBrowser()
        self.text.setAccessibleName(title)
        self.text.setOpenExternalLinks(True)
        self.text.setHtml(text)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.text, 1)
        column.addWidget(self.buttons)


class AboutDialog(ReadingDialog):
    """Whose work the program is. An installed program also has pages about the licence of every part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("About MGC Desktop", about_text(), parent)
        pages = resources_dir() / "licences" / "index.html"
        if pages.is_file():
            self.licences = self.buttons.addButton("Licences of all parts", QDialogButtonBox.ButtonRole.ActionRole)
            self.licences.clicked.connect(lambda: self.text.setSource(QUrl.fromLocalFile(str(pages))))


def keys_text() -> str:
    """The table of shortcuts, from the one table there is; the keys of keyboards for media speak for themselves."""
    rows, before = [], ""
    for menu, command in commands():
        keys = [QKeySequence(key).toString(_NATIVE) for key in command.shortcuts if isinstance(key, str)]
        if not keys:
            continue
        if menu != before:
            rows.append(f"<tr><td colspan=2><h3>{menu}</h3></td></tr>")
            before = menu
        shown = "&nbsp;&nbsp; ".join(html.escape(key) for key in keys)
        rows.append(_ROW.format(html.escape(command.text), shown))
    return f"<table>{''.join(rows)}</table>"


def about_text() -> str:
    """Version, licence, and whose work the program stands on."""
    parts = "".join(_ROW.format(name, licence) for name, licence in _PARTS)
    return (
        f"<h2>MGC Desktop {__version__}</h2>"
        "<p>Plays the music on this computer, draws what it sounds like, and names its genre. Nothing leaves the "
        "computer.</p>"
        "<p>Free software under the GNU General Public License, version 3 or later. It comes without any warranty.</p>"
        f"<h3>Made of</h3><table>{parts}</table>"
        f"<h3>Licences</h3><pre style='white-space: pre-wrap'>{html.escape(_licences())}</pre>"
    )


def _licences() -> str:
    """The licence texts that lie beside the models, the font and the demo songs."""
    found = [*models_dir().glob("*/LICENSE*"), *(resources_dir() / "fonts").glob("LICENSE*")]
    found += [resources_dir() / "demo" / "CREDITS.md"]
    return "\n\n".join(_read(path) for path in sorted(found) if path.is_file())


def _read(path: Path) -> str:
    return f"{path.parent.name}/{path.name}\n\n{path.read_text(encoding='utf-8', errors='replace').strip()}"
