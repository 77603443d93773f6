"""The pages of the window, one of which is seen; most are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from mgc_desktop.ui.view import View, ViewContext
from mgc_desktop.ui.view_registry import ViewEntry


class ViewStack(QStackedWidget):
    """Pages that are there from the start, and the pages of views, added when a view is made.

    Pages are known by their number, which is their place in the rail: 0 is the first.
    """

    made = Signal(object)  # View, before it is first shown

    def __init__(
        self,
        pages: Sequence[QWidget],
        entries: Sequence[ViewEntry],
        context: Callable[[], ViewContext],
        parent: QWidget | None = None,
    ) -> None:
        """`context`: what views are made with, asked for when one is made."""
        super().__init__(parent)
        self._first = len(pages)
        self._entries = tuple(entries)
        self._context = context
        self._views: dict[int, View] = {}
        self._pages: dict[int, QWidget] = dict(enumerate(pages))
        for page in pages:
            self.addWidget(page)

    @property
    def made_views(self) -> tuple[View, ...]:
        """The views that were made so far."""
        return tuple(self._views.values())

    @property
    def seen(self) -> View | None:
        """The view that is seen, None while that is a page without one."""
        return next((view for view in self._views.values() if view.page is self.currentWidget()), None)

    def number(self, key: str) -> int:
        """The place of a view by its key."""
        return self._first + [entry.key for entry in self._entries].index(key)

    def view(self, key: str) -> View:
        """A view by its key, made if need be."""
        return self._made(self.number(key))

    def go(self, number: int) -> None:
        """Show a page; the view on it, and the one before, are told."""
        before = self.seen
        if number >= self._first:
            self._made(number)
        self.setCurrentWidget(self._pages[number])
        self._pages[number].setFocus()
        after = self.seen
        if before is not None and before is not after:
            before.hidden()
        if after is not None:
            after.shown()

    def _made(self, number: int) -> View:
        view = self._views.get(number)
        if view is None:
            view = self._views[number] = self._entries[number - self._first].make(self._context())
            self._pages[number] = view.page
            self.addWidget(view.page)
            self.made.emit(view)
        return view
