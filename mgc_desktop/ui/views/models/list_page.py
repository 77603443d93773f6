"""The models there are: what each is, what was measured of it, and which one listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mgc_desktop.analysis.model_figures import ModelFiguresRow
from mgc_desktop.ui.fonts import BODY, SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.models import words
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.wording import joined


@dataclass(frozen=True, slots=True)
class Offer:
    """A model in the list. `summary`: what it is, in a sentence or two. `claims`: what its author says of it, "" for
    models of this program."""

    row: ModelFiguresRow
    summary: str
    claims: str = ""

    @property
    def can_be_used(self) -> bool:
        """Whether it may tag: exhibits and damaged ones may not."""
        return self.row.usable and self.row.role != "exhibit"


class ModelCard(QFrame):
    """One model; the button is absent where it cannot be chosen."""

    use_requested = Signal(str)

    def __init__(self, offer: Offer, *, in_use: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        row = offer.row
        title = QLabel(row.title)
        title.setFont(font(BODY, QFont.Weight.DemiBold))
        title.setTextFormat(Qt.TextFormat.PlainText)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        resolution = f"{row.resolution} resolution" if row.resolution else None
        head.addWidget(muted(joined(row.name if row.name != row.title else None, resolution), SMALL))
        head.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addLayout(head)
        if row.usable:
            self.figures = ElidedLabel(words.figures_line(row.figures, offer.claims), px=SMALL)
            texts.addWidget(self.figures)
            texts.addWidget(ElidedLabel(offer.summary, px=SMALL, tone="muted"))
        else:
            self.figures = ElidedLabel(row.reason, px=SMALL)
            self.figures.setProperty("tone", "muted")
            texts.addWidget(self.figures)
        self._offer = offer
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(16, 11, 16, 11)
        self._line.setSpacing(14)
        self._line.addLayout(texts, 1)
        self._side: QWidget | None = None
        self.setAccessibleName(row.title)
        self.show_use(in_use=in_use)

    def show_use(self, *, in_use: bool) -> None:
        """Say that this is the model that listens, or offer to let it."""
        if self._side is not None:
            self._line.removeWidget(self._side)
            self._side.hide()
            self._side.deleteLater()
        self.in_use = in_use
        role = words.ROLES.get(self._offer.row.role)
        self._side = self._new_side(self._offer, in_use)
        self._line.addWidget(self._side)
        self.setAccessibleDescription(joined(self.figures.text(), "in use" if in_use else role))

    def _new_side(self, offer: Offer, in_use: bool) -> QWidget:
        self.button: QPushButton | None = None
        if in_use:
            said = QLabel("In use")
            said.setFont(font(BODY, QFont.Weight.DemiBold))
            return said
        if not offer.can_be_used:
            return muted("Cannot be used" if not offer.row.usable else words.ROLES["exhibit"], SMALL)
        self.button = QPushButton("Use this model")
        self.button.setAccessibleName(f"Use {offer.row.title}")
        self.button.clicked.connect(lambda: self.use_requested.emit(offer.row.name))
        return self.button


class ListPage(QScrollArea):
    """A card for each model."""

    use_requested = Signal(str)

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, ModelCard] = {}
        self._offers: Sequence[Offer] = ()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.setWidget(inside)

    def show_offers(self, offers: Sequence[Offer], in_use: str) -> None:
        """List these; one of them listens. The list stays where it is while only that changes."""
        if offers is not self._offers:
            self._make_cards(offers, in_use)
        for name, card in self.cards.items():
            if card.in_use != (name == in_use):
                card.show_use(in_use=name == in_use)

    def _make_cards(self, offers: Sequence[Offer], in_use: str) -> None:
        for card in self.cards.values():
            card.setParent(None)
            card.deleteLater()
        self._offers = offers
        self.cards = {offer.row.name: ModelCard(offer, in_use=offer.row.name == in_use) for offer in offers}
        for card in self.cards.values():
            card.use_requested.connect(self.use_requested)
            self._column.insertWidget(self._column.count() - 1, card)
