"""The Library view: head, filters, table, and the strip at its foot."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.library.query import Selection
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.genres_choice import GenresButton
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.library.chips import FilterChips
from mgc_desktop.ui.views.library.model import SongModel
from mgc_desktop.ui.views.library.strip import Strip
from mgc_desktop.ui.views.library.table import SongTable
from mgc_desktop.ui.views.library.words import Counts, head_line
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.page_frame import EmptyState

_LABEL: Final = 48  # letters of what the shown songs have in common
_WITH_GENRES_FROM: Final = 940  # pixels
_TYPING_MS: Final = 60  # letters that come faster than this are searched for together
_WELCOME: Final = (
    "Add the folders that your music is in. Every song is listened to, here on this computer; you see what it would "
    "be called, decide, and only then is anything written. Every write can be undone."
)


class LibraryPage(QWidget):
    """The widgets of the view; `controller` decides what they show."""

    add_requested = Signal()
    search_changed = Signal(str)

    def __init__(self, palette: Palette, model: SongModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAccessibleName("Library")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.line = ElidedLabel(tone="muted")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search title, artist, genre")
        self.search.setToolTip("Words of title, artist, album, genre or file name; heard:piano for what was heard")
        self.search.setAccessibleName("Search the library")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(260)
        self.folders = QPushButton("Folders")
        self.folders.setMenu(QMenu(self.folders))
        self.add = QPushButton("Add folder…")
        self.chips = FilterChips(palette)
        self.only = QPushButton()
        self.only.setProperty("kind", "quiet")
        self.only.setToolTip("Show all songs again")
        self.only.hide()
        self.group = QPushButton("Not grouped")
        self.group.setProperty("kind", "quiet")
        self.group.setAccessibleName("Group the songs")
        self.group.setMenu(QMenu(self.group))
        self.genres = GenresButton()
        self.table = SongTable(model, palette)
        self.strip = Strip(palette)
        self.empty = EmptyState(
            "library", "A whole library, tagged by ear", _WELCOME, palette, "Add folder…", note="or drop folders here"
        )
        self.nothing = muted("", 14)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self.table.setFocus)
        for button in (self.add, self.empty.button):
            button.clicked.connect(self.add_requested)
        self._lay_out()
        self._find = QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self._find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.set_palette(palette)

    def show_counts(self, counts: Counts, *, undoable: bool) -> None:
        """How the library stands; without folders, what to do."""
        self.line.setText(head_line(counts))
        self.chips.show_counts(counts)
        self.strip.show_counts(counts, undoable=undoable)
        filled = bool(counts.folders or counts.files or counts.songs)
        self._pages.setCurrentIndex(1 if filled else 0)
        self.strip.setVisible(filled or undoable)  # what was written can be taken back without a library, too

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the filters need the room; the genres can be chosen in Listen as well."""
        super().resizeEvent(event)
        self.genres.setVisible(self.width() >= _WITH_GENRES_FROM)

    def show_nothing(self, sentence: str) -> None:
        """Why the table is empty; "" where it is not."""
        self.nothing.setText(sentence)
        self._ground.setCurrentIndex(1 if sentence else 0)

    def show_only(self, selection: Selection | None) -> None:
        """Say that only some songs are shown, and which."""
        self.only.setVisible(selection is not None)
        if selection is not None:
            label = selection.label if len(selection.label) <= _LABEL else f"{selection.label[: _LABEL - 1]}…"
            self.only.setText(f"Only: {label}  ✕")
            self.only.setAccessibleName(f"Only: {selection.label}. Show all songs again")

    def forget_search(self) -> None:
        """Empty the search field, without a search."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._typing.stop()

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self._frame.setStyleSheet(table_sheet(palette))

    def _lay_out(self) -> None:
        title = QLabel("Library")
        title.setFont(font(20, QFont.Weight.DemiBold))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(self.line)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        for widget in (self.search, self.folders, self.add):
            head.addWidget(widget)
        filters = QHBoxLayout()
        filters.setSpacing(6)
        filters.addWidget(self.chips, 1)
        filters.addWidget(self.only)
        filters.addWidget(self.genres)
        filters.addWidget(self.group)
        self._frame = QFrame()
        self._frame.setObjectName("songs")
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(1, 1, 1, 1)
        self._ground = QStackedWidget()
        self._ground.addWidget(self.table)
        self._ground.addWidget(self.nothing)
        inside.addWidget(self._ground)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addLayout(filters)
        column.addWidget(self._frame, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(full)
        file_guard = QVBoxLayout(self)
        file_guard.setContentsMargins(20, 16, 20, 16)
        file_guard.setSpacing(GAP)
        file_guard.addWidget(self._pages, 1)
        file_guard.addWidget(self.strip)


def table_sheet(palette: Palette) -> str:
    """A table in a panel, in the colours of a palette."""
    return _SHEET.format(p=palette)


_SHEET: Final = """
QFrame#songs {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: 12px; }}
QTableView {{ background: transparent; border: none; outline: none; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; border: none; border-bottom: 1px solid {p.line}; color: {p.muted};
    padding-left: 8px; }}
QHeaderView::section:hover {{ color: {p.text}; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ width: 8px; height: 8px; subcontrol-position: center right;
    right: 10px; }}
"""
