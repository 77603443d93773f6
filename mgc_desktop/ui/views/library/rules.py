"""The rules of writing, each with its plain explanation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop import settings as s
from mgc_desktop.errors import SettingsError
from mgc_desktop.library.ticks import MIN_CONFIDENCE, TickRules
from mgc_desktop.settings import Settings
from mgc_desktop.tags.genre_mapping import GenreMapping, load_genre_mapping
from mgc_desktop.tags.policy import Level, Mode, Policy
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel, caption, muted
from mgc_desktop.ui.widgets.segments import Segments
from mgc_desktop.ui.wording import percent

WIDTH: Final = 300
_MODES: Final = {"fill": "Fill", "append": "Add", "replace": "Replace", "separate": "Separate"}
_TOPS: Final = (("1", "1", "Only the genre that was heard"), ("2", "2", ""), ("3", "3", ""))
_LEVELS: Final = (
    ("specific", "Specific", "The genre that was named, such as House & Techno"),
    ("broad", "Broad", "The broad genre that it belongs to, such as Electronic"),
    ("both", "Both", "The broad genre, then the one that was named"),
)
_LEVEL: Final = "Genres that belong to no broader one are written as they are."
_SHARES: Final = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_SURE: Final = "Songs whose genre is less sure than this, or that last less than 10 seconds, are not ticked."
_TOP: Final = "Further genres are added only where they were heard clearly, too."
_ALBUM: Final = "The genre that most of an album's songs have is written to all of them."
_EMPTY: Final = "Genres in files that count as none, with commas between."
_NAMES: Final = "A file with your own names for the genres, “Hip-Hop,Rap” a line; an empty name leaves a genre out."


def tick_rules(settings: Settings) -> TickRules:
    """Which songs a review of today would tick: by the user's names and the genres that count as none."""
    names = GenreMapping()
    if settings[s.WRITE_MAP]:
        with suppress(SettingsError):  # the review says what is wrong with the file
            names = load_genre_mapping(Path(settings[s.WRITE_MAP]))
    empty: list[str] = settings[s.EMPTY_NAMES]
    return TickRules(tuple(empty), frozenset(genre for genre, mine in names.mapping.items() if not mine))


class Rules(QWidget):
    """`changed` when any of them is.

    They start anew with each review, so that what was chosen for some songs is never applied to others. Only the
    user's names and the modification time are settings.
    """

    changed = Signal()
    failed = Signal(object)  # SettingsError

    def __init__(self, settings: Settings, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._mapping = GenreMapping()
        self._mode = Mode.FILL
        self._top = 1
        self._min_confidence = MIN_CONFIDENCE
        self.setFixedWidth(WIDTH)
        tips = [(key, word, Mode(key).explanation) for key, word in _MODES.items()]
        self.mode = Segments("Genres that are there", tips, palette)
        self.mode.choose(self._mode.value)
        self._mode_words = _explained("")
        self.sure = QComboBox()
        self.sure.setAccessibleName("At least this sure")
        for share in _SHARES:
            self.sure.addItem(percent(share) if share else "Every verdict", share)
        self.sure.setCurrentIndex(self.sure.findData(self._min_confidence))
        self.top = Segments("Genres a song", _TOPS, palette)
        self.top.choose(str(self._top))
        self._level = Level.SPECIFIC
        self.level = Segments("Level of the genre", _LEVELS, palette)
        self.level.choose(self._level.value)
        self.album = QCheckBox("One genre for an album")
        self.names = QPushButton("Choose file…")
        self.forget = QPushButton("None")
        self.names_line = ElidedLabel(px=SMALL)
        self.keep = QCheckBox("Keep the files' modification time")
        self.keep.setToolTip(
            "Programs for backup and synchronisation that look at size and time only may then miss the change."
        )
        self.keep.setChecked(settings[s.KEEP_MTIME])
        empty: list[str] = settings[s.EMPTY_NAMES]
        self.empty_names = QLineEdit(", ".join(empty))
        self._empty_words = _explained("These names count as no genre:")
        self.empty_names.setAccessibleName("Genres that count as none")
        self.empty_names.setToolTip(_EMPTY)
        self.empty_names.setCursorPosition(0)
        self._lay_out()
        self._load(settings[s.WRITE_MAP])
        self._connect()
        self._explain()

    @property
    def policy(self) -> Policy:
        """The rules as they stand."""
        empty: list[str] = self._settings[s.EMPTY_NAMES]
        return Policy(
            self._mode,
            top=self._top,
            mapping=self._mapping,
            album=self.album.isChecked(),
            empty_names=tuple(empty),
            level=self._level,
        )

    @property
    def min_confidence(self) -> float:
        """From which confidence on, 0 to 1, a song is written that the user has not ticked."""
        return self._min_confidence

    @property
    def note(self) -> str:
        """The rules in a line, for the journal."""
        return replace(self.policy, min_confidence=self._min_confidence).note

    @property
    def options(self) -> WriteOptions:
        """How files are written."""
        return WriteOptions(keep_mtime=self._settings[s.KEEP_MTIME])

    def _connect(self) -> None:
        self.mode.chosen.connect(self._choose_mode)
        self.sure.activated.connect(self._choose_confidence)
        self.top.chosen.connect(self._choose_top)
        self.level.chosen.connect(self._choose_level)
        self.album.toggled.connect(lambda _: self.changed.emit())
        self.keep.toggled.connect(self._choose_keep)
        self.empty_names.editingFinished.connect(self._choose_empty_names)
        self.names.clicked.connect(self._ask_for_names)
        self.forget.clicked.connect(lambda: self._choose_names(""))

    def _choose_mode(self, key: str) -> None:
        self._mode = Mode(key)
        self._explain()
        self.changed.emit()

    def _choose_confidence(self) -> None:
        self._min_confidence = float(self.sure.currentData())
        self.changed.emit()

    def _choose_top(self, key: str) -> None:
        self._top = int(key)
        self.changed.emit()

    def _choose_level(self, key: str) -> None:
        self._level = Level(key)
        self.changed.emit()

    def _choose_keep(self, keep: bool) -> None:
        self._settings[s.KEEP_MTIME] = keep

    def _choose_empty_names(self) -> None:
        names = [name.strip() for name in self.empty_names.text().split(",") if name.strip()]
        if names != self._settings[s.EMPTY_NAMES]:
            self._settings[s.EMPTY_NAMES] = names
            self.changed.emit()

    def _explain(self) -> None:
        self._mode_words.setText(self._mode.explanation)
        for shown in (self._empty_words, self.empty_names):
            shown.setVisible(self._mode is Mode.FILL)

    def _ask_for_names(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Your names for the genres", "", "Names (*.csv *.toml)")
        if name:
            self._choose_names(name)

    def _choose_names(self, name: str) -> None:
        self._settings[s.WRITE_MAP] = name
        self._load(name)
        self.changed.emit()

    def _load(self, name: str) -> None:
        self._mapping = GenreMapping()
        if name:
            try:
                self._mapping = load_genre_mapping(Path(name))
            except SettingsError as error:
                self._settings[s.WRITE_MAP] = name = ""
                self.failed.emit(error)
        self.names_line.setText(Path(name).name if name else "The program's own names")
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
            ("Level of the genre", self.level, _explained(_LEVEL)),
            ("Albums", self.album, _explained(_ALBUM)),
        ):
            column.addWidget(caption(title))
            row = QHBoxLayout()
            row.addWidget(widget)
            row.addStretch(1)
            column.addLayout(row)
            column.addWidget(words)
            if widget is self.mode:
                column.addWidget(self._empty_words)
                column.addWidget(self.empty_names)
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
