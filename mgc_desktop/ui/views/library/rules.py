"""The rules of writing, each with its plain explanation."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mgc_desktop import settings as s
from mgc_desktop.errors import SettingsError
from mgc_desktop.settings import Option, Settings
from mgc_desktop.tags.policy import Mode, Policy
from mgc_desktop.tags.vocabulary import Vocabulary, load_vocabulary
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel, caption, muted
from mgc_desktop.ui.widgets.segments import Segments
from mgc_desktop.ui.wording import percent

T = TypeVar("T")

WIDTH: Final = 300
_MODES: Final = {"fill": "Fill", "append": "Add", "replace": "Replace", "separate": "Separate"}
_TOPS: Final = (("1", "1", "Only the genre that was heard"), ("2", "2", ""), ("3", "3", ""))
_SHARES: Final = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_SURE: Final = "Songs whose genre is less sure than this are left alone."
_TOP: Final = "Further genres are added only where they were heard clearly, too."
_ALBUM: Final = "The genre that most of an album's songs have is written to all of them."
_NAMES: Final = "A file with your own names for the genres, “Hip-Hop,Rap” a line; an empty name leaves a genre out."


class Rules(QWidget):
    """`changed` when any of them is; they are remembered."""

    changed = Signal()
    failed = Signal(object)  # SettingsError

    def __init__(self, settings: Settings, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._vocabulary = Vocabulary()
        self.setFixedWidth(WIDTH)
        tips = [(key, word, Mode(key).explanation) for key, word in _MODES.items()]
        self.mode = Segments("Genres that are there", tips, palette)
        self.mode.choose(settings[s.WRITE_MODE])
        self._mode_words = _explained("")
        self.sure = QComboBox()
        self.sure.setAccessibleName("At least this sure")
        for share in sorted({*_SHARES, settings[s.WRITE_MIN]}):
            self.sure.addItem(percent(share) if share else "Every verdict", share)
        self.sure.setCurrentIndex(self.sure.findData(settings[s.WRITE_MIN]))
        self.top = Segments("Genres a song", _TOPS, palette)
        self.top.choose(str(int(settings[s.WRITE_TOP])))
        self.album = QCheckBox("One genre for an album")
        self.album.setChecked(settings[s.WRITE_ALBUM])
        self.names = QPushButton("Choose file…")
        self.forget = QPushButton("None")
        self.names_line = ElidedLabel(px=SMALL)
        self.keep = QCheckBox("Keep the files' modification time")
        self.keep.setChecked(settings[s.KEEP_MTIME])
        self._lay_out()
        self._load(settings[s.WRITE_MAP])
        self._connect()
        self._explain()

    @property
    def policy(self) -> Policy:
        """The rules as they stand."""
        settings = self._settings
        return Policy(
            Mode(settings[s.WRITE_MODE]), settings[s.WRITE_MIN], int(settings[s.WRITE_TOP]), self._vocabulary,
            settings[s.WRITE_ALBUM],
        )  # fmt: skip

    @property
    def options(self) -> WriteOptions:
        """How files are written."""
        return WriteOptions(keep_mtime=self._settings[s.KEEP_MTIME])

    def _connect(self) -> None:
        self.mode.chosen.connect(lambda key: self._set(s.WRITE_MODE, key))
        self.sure.activated.connect(lambda: self._set(s.WRITE_MIN, float(self.sure.currentData())))
        self.top.chosen.connect(lambda key: self._set(s.WRITE_TOP, float(key)))
        self.album.toggled.connect(lambda on: self._set(s.WRITE_ALBUM, on))
        self.keep.toggled.connect(lambda on: self._set(s.KEEP_MTIME, on))
        self.names.clicked.connect(self._ask_for_names)
        self.forget.clicked.connect(lambda: self._choose_names(""))

    def _set(self, option: Option[T], value: T) -> None:
        self._settings[option] = value
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        self._mode_words.setText(Mode(self._settings[s.WRITE_MODE]).explanation)

    def _ask_for_names(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Your names for the genres", "", "Names (*.csv *.toml)")
        if name:
            self._choose_names(name)

    def _choose_names(self, name: str) -> None:
        self._settings[s.WRITE_MAP] = name
        self._load(name)
        self.changed.emit()

    def _load(self, name: str) -> None:
        self._vocabulary = Vocabulary()
        if name:
            try:
                self._vocabulary = load_vocabulary(Path(name))
            except SettingsError as error:
                self._settings[s.WRITE_MAP] = name = ""
                self.failed.emit(error)
        self.names_line.setText(Path(name).name if name else "The program's own ten names")
        self.forget.setVisible(bool(name))

    def _lay_out(self) -> None:
        files = QHBoxLayout()
        files.setSpacing(8)
        files.addWidget(self.names)
        files.addWidget(self.forget)
        files.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for title, widget, words in (
            ("Genres that are there", self.mode, self._mode_words),
            ("At least this sure", self.sure, _explained(_SURE)),
            ("Genres a song", self.top, _explained(_TOP)),
            ("Albums", self.album, _explained(_ALBUM)),
        ):
            column.addWidget(caption(title))
            row = QHBoxLayout()
            row.addWidget(widget)
            row.addStretch(1)
            column.addLayout(row)
            column.addWidget(words)
            column.addSpacing(12)
        column.addWidget(caption("Your names"))
        column.addWidget(self.names_line)
        column.addLayout(files)
        column.addWidget(_explained(_NAMES))
        column.addStretch(1)
        column.addWidget(self.keep)


def _explained(text: str) -> QLabel:
    label = muted(text, SMALL)
    label.setWordWrap(True)
    label.setFixedWidth(WIDTH - 8)
    return label
