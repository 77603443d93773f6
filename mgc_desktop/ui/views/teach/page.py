"""The Teach view's page: marked songs or what a search finds, what they are, and how well that is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.settings import Settings
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.library.page import table_sheet
from mgc_desktop.ui.views.teach.figures import HeadFiguresPanel
from mgc_desktop.ui.views.teach.genre_menu import dot
from mgc_desktop.ui.views.teach.song_rows import TeachTable
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame

_SIDE: Final = 322
_NARROW_SIDE: Final = 250  # where the page is narrower than
_NARROW: Final = 820
_TYPING_MS: Final = 80
_BUTTONS: Final = 4  # own genres with a button; the others are in the menu
_SEARCH_KEYS: Final = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
_BEGIN: Final = (
    "Fado, Synthwave, your own kind of Jazz: find a few songs, three or more by two artists or more, and say what "
    "they are. It is learned at once, and you see how well before it is switched on."
)


class GenreChoice(QWidget):
    """Buttons that say what the selected songs are: the own genres, and a menu for all others."""

    chosen = Signal(str)

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._own: tuple[str, ...] = ()
        self.label = ElidedLabel(tone="muted")
        self.more = QPushButton("This is…")
        self.more.setToolTip("Say what the selected songs are  (Return)")
        self.more.setMenu(QMenu(self.more))
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 10, 12, 10)
        self._row.setSpacing(8)
        self._row.addWidget(self.label, 1)
        self._row.addWidget(self.more)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        for button, genre in zip(self._buttons, self._own, strict=True):
            button.setIcon(dot(palette.genre(genre)))

    def show_genres(self, own: Sequence[str]) -> None:
        """A button for each of the first of these."""
        own = tuple(own)[:_BUTTONS]
        if own == self._own:
            return
        self._own = own
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [self._button(number, genre) for number, genre in enumerate(own)]

    def show_chosen(self, count: int) -> None:
        """How many songs are selected."""
        self.label.setText(
            f"{count} song{'s' * (count != 1)} selected" if count else "Select songs, then say what they are"
        )
        for button in (*self._buttons, self.more):
            button.setEnabled(count > 0)

    def _button(self, number: int, genre: str) -> QPushButton:
        text = self.fontMetrics().elidedText(genre, Qt.TextElideMode.ElideRight, 110)
        button = QPushButton(dot(self._palette.genre(genre)), text.replace("&", "&&"))
        button.setToolTip(f"The selected songs are {genre}  (Alt+{number + 1})")
        button.setAccessibleName(f"This is {genre}")
        button.setShortcut(f"Alt+{number + 1}")
        button.clicked.connect(lambda: self.chosen.emit(genre))
        self._row.insertWidget(1 + number, button)
        return button


class TeachPage(PageFrame):
    """The widgets; `view` decides what they show."""

    search_changed = Signal(str)
    undo_requested = Signal()

    def __init__(self, settings: Settings, palette: Palette) -> None:
        super().__init__("Teach")
        self.heads = QPushButton()
        self.heads.setAccessibleName("Head that is taught")
        self.heads.setMenu(QMenu(self.heads))
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Take the last marking back  (Ctrl+Z)")
        self.use = QPushButton("Switch on")
        self.use.setFont(font(weight=QFont.Weight.DemiBold))
        for widget in (self.undo, self.heads, self.use):
            self.tools.addWidget(widget)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find songs in your library to mark")
        self.search.setAccessibleName("Find songs to mark")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.count = ElidedLabel(tone="muted")
        self.count.hide()
        self.labels = TeachTable("Marked songs", palette, rescored=True)
        self.found = TeachTable("Songs that were found", palette, rescored=False)
        self.choice = GenreChoice(palette)
        self.figures = HeadFiguresPanel(settings, palette)
        self.begin = EmptyState("teach", "Teach it your genres", _BEGIN, palette, "Find songs…")
        self.begin.button.clicked.connect(self.search.setFocus)
        self.bare = EmptyState(
            "teach",
            "Teach it your genres",
            "There is no music in the library yet. Add your folders in the Library view (Ctrl+2), or play a song and "
            "press “Not right?” beside its verdict.",
            palette,
        )
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self._lay_out()
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, call in ((QKeySequence.StandardKey.Find, self.search.setFocus),
                           (QKeySequence.StandardKey.Undo, self.undo_requested.emit)):  # fmt: skip
            QShortcut(QKeySequence(keys), self, call).setContext(context)
        self.undo.clicked.connect(self.undo_requested)
        self.set_palette(palette)

    @property
    def table(self) -> TeachTable:
        """The table that is seen."""
        return self.found if self._ground.currentWidget() is self.found else self.labels

    def show_ground(self, *, searching: bool, labelled: bool) -> None:
        """What is found, the marked songs, or how to begin."""
        self._ground.setCurrentWidget(self.found if searching else self.labels if labelled else self.begin)
        self.choice.setVisible(searching or labelled)
        self._side.setVisible(labelled)

    def set_primary(self, primary: bool) -> None:
        """Whether switching on is the next thing to do."""
        kind = "primary" if primary else ""
        if self.use.property("kind") != kind:
            self.use.setProperty("kind", kind)
            self.use.style().unpolish(self.use)
            self.use.style().polish(self.use)

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self._frame.setStyleSheet(table_sheet(palette))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the songs need the room more than the figures do."""
        super().resizeEvent(event)
        self._side.setFixedWidth(_NARROW_SIDE if self.width() < _NARROW else _SIDE)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """From the search, Down and Return lead into the songs, Escape back to the marks."""
        if watched is not self.search or not isinstance(event, QKeyEvent) or event.key() not in _SEARCH_KEYS:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:  # before the window's shortcuts take it
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.search.clear()
        else:
            self._enter_table()
        return True

    def _enter_table(self) -> None:
        if self.table.songs.rows:
            self.table.setFocus()
            if not self.table.selectionModel().hasSelection():
                self.table.selectRow(0)

    def _lay_out(self) -> None:
        find = QHBoxLayout()
        find.setContentsMargins(12, 10, 12, 0)
        find.setSpacing(12)
        find.addWidget(self.search, 1)
        find.addWidget(self.count)
        self._ground = QStackedWidget()
        for widget in (self.begin, self.labels, self.found):
            self._ground.addWidget(widget)
        self._frame = QFrame()
        self._frame.setObjectName("songs")
        left = QVBoxLayout(self._frame)
        left.setContentsMargins(1, 1, 1, 1)
        left.setSpacing(6)
        left.addLayout(find)
        left.addWidget(self._ground, 1)
        left.addWidget(self.choice)
        self._side = QScrollArea()
        self._side.setWidget(self.figures)
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QScrollArea.Shape.NoFrame)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setFixedWidth(_SIDE)
        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addWidget(self._frame, 1)
        columns.addWidget(self._side)
        self.body.addLayout(columns, 1)
