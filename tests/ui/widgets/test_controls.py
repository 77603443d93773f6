"""Small controls: icons, buttons, segments, rows that flow, the rail, the welcome, the veil."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.paths import resources_dir
from mgc_desktop.ui import fonts, icons
from mgc_desktop.ui.rail import Rail
from mgc_desktop.ui.theme import DARK, LIGHT
from mgc_desktop.ui.views.listen.welcome import Welcome
from mgc_desktop.ui.widgets.buttons import IconButton, RoundButton, retheme
from mgc_desktop.ui.widgets.drop_overlay import DropOverlay
from mgc_desktop.ui.widgets.flow_layout import FlowLayout
from mgc_desktop.ui.widgets.segments import Segments

LEFT = Qt.MouseButton.LeftButton
LINE_ICONS = sorted(p.stem for p in (resources_dir() / "icons").glob("*.svg") if "currentColor" in p.read_text())


def inked(image: QImage) -> set[str]:
    """The colours of all pixels that are fully there."""
    return {
        QColor(image.pixel(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize("name", LINE_ICONS)
def test_every_icon_is_drawn_in_the_colour_that_is_asked_for(qapp: QApplication, name: str) -> None:
    assert inked(icons.pixmap(name, "#ff8000", 48).toImage()) == {"#ff8000"}


def test_icons_are_sharp_on_dense_screens(qapp: QApplication) -> None:
    picture = icons.pixmap("play", "#ffffff", 18, 2.0)
    assert (picture.width(), picture.devicePixelRatio(), picture.deviceIndependentSize().width()) == (36, 2.0, 18)


def test_the_program_has_an_icon_in_many_sizes(qapp: QApplication) -> None:
    assert {16, 32, 48, 256} <= {size.width() for size in icons.app_icon().availableSizes()}


def test_the_font_is_inter_with_figures_of_one_width(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() == "Inter"
    label = QLabel()
    widths = {}
    for tabular in (False, True):
        label.setFont(fonts.font(20, tabular=tabular))
        widths[tabular] = {label.fontMetrics().horizontalAdvance(figure * 10) for figure in "0123456789"}
    assert len(widths[True]) == 1 < len(widths[False])


def test_a_button_says_what_it_does_and_its_key(qapp: QApplication) -> None:
    button = IconButton("queue", "Queue", DARK, keys="Q")
    assert (button.accessibleName(), button.toolTip()) == ("Queue", "Queue  (Q)")


def test_a_click_leaves_the_focus_where_it_was(place: Any, qtbot: QtBot) -> None:
    window = QWidget()
    field, button = QLineEdit(), IconButton("queue", "Queue", DARK)
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(button)
    place(window)
    window.activateWindow()
    field.setFocus()
    qtbot.mouseClick(button, LEFT)
    assert field.hasFocus()


def test_with_the_focus_space_presses_the_button_and_nothing_else(place: Any, qtbot: QtBot) -> None:
    window = QWidget()
    button = IconButton("queue", "Queue", DARK)
    QVBoxLayout(window).addWidget(button)
    taken: list[int] = []
    QShortcut(QKeySequence("Space"), window, lambda: taken.append(1))
    place(window)
    window.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert taken == []


def test_the_round_button_shows_its_focus(place: Any, seen: Any, qtbot: QtBot) -> None:
    window = QWidget()
    button = RoundButton("play", "Play", DARK)
    column = QVBoxLayout(window)
    column.addWidget(field := QLineEdit())
    column.addWidget(button)
    place(window)
    window.activateWindow()
    field.setFocus()
    before = seen(button)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    assert seen(button) != before


def test_the_palette_reaches_every_widget_that_draws_itself(place: Any, seen: Any, colour_at: Any) -> None:
    window = QWidget()
    inner = QWidget(window)
    button = RoundButton("play", "Play", DARK)
    QVBoxLayout(inner).addWidget(button)
    place(window)
    retheme(window, LIGHT)
    assert colour_at(seen(button), 22, 8) == LIGHT.accent.lower()


def test_segments(place: Any, qtbot: QtBot) -> None:
    segments = Segments("Picture", [("follow", "Follow", ""), ("overview", "Overview", "")], DARK)
    place(segments)
    segments.choose("follow")
    with qtbot.waitSignal(segments.chosen) as chosen:
        qtbot.mouseClick(segments.button("overview"), LEFT)
    assert chosen.args == ["overview"]
    assert not segments.button("follow").isChecked()
    assert segments.button("overview").accessibleName() == "Picture: Overview"
    with qtbot.assertNotEmitted(segments.chosen):
        segments.choose("follow")


def test_segments_are_no_higher_beside_something_high(place: Any) -> None:
    window, segments, high = QWidget(), Segments("Picture", [("follow", "Follow", "")], DARK), QLabel()
    high.setFixedHeight(80)
    row = QHBoxLayout(window)
    row.addWidget(segments)
    row.addWidget(high)
    place(window)
    assert segments.height() == segments.sizeHint().height() < 40


def test_what_cannot_be_done_does_not_look_like_the_thing_to_do(
    program: Any, place: Any, seen: Any, colour_at: Any
) -> None:
    button = QPushButton("Write")
    button.setProperty("kind", "primary")
    place(button, 120, 36)
    accent = program.parts.appearance.palette.accent.lower()
    assert colour_at(seen(button), 60, 5) == accent
    button.setEnabled(False)
    assert colour_at(seen(button), 60, 5) != accent


def test_rows_flow(place: Any) -> None:
    window = QWidget()
    flow = FlowLayout(window, spacing=10)
    boxes = [QWidget() for _ in range(5)]
    for box in boxes:
        box.setFixedSize(80, 20)
        flow.addWidget(box)
    place(window, 280, 100)
    assert [(box.x(), box.y()) for box in boxes] == [(0, 0), (90, 0), (180, 0), (0, 30), (90, 30)]
    assert flow.heightForWidth(280) == 50
    assert flow.heightForWidth(80) == 5 * 20 + 4 * 10


def test_the_rail_shows_only_the_views_there_are(place: Any, qtbot: QtBot) -> None:
    rail = Rail(DARK, QMenu())
    place(rail, 56, 400)
    assert [rail.add_view("listen", "Listen"), rail.add_view("queue", "Other")] == [0, 1]
    first, second = rail.views
    assert first.isChecked()
    with qtbot.waitSignal(rail.view_chosen) as chosen:
        qtbot.mouseClick(second, LEFT)
    assert chosen.args == [1]
    assert not first.isChecked()
    qtbot.waitUntil(lambda: first.y() < second.y() < rail.settings.y())


def test_the_welcome_offers_two_ways(place: Any, qtbot: QtBot) -> None:
    welcome = Welcome(DARK)
    place(welcome, 800, 600)
    with qtbot.waitSignal(welcome.open_requested):
        qtbot.mouseClick(welcome.open, LEFT)
    with qtbot.waitSignal(welcome.demo_requested):
        qtbot.mouseClick(welcome.demo, LEFT)


def test_the_veil_covers_all_and_follows(place: Any) -> None:
    window = QWidget()
    overlay = DropOverlay(DARK, window)
    place(window, 400, 300)
    assert overlay.isHidden()
    overlay.lift()
    window.resize(500, 350)
    assert overlay.geometry() == window.rect()
    assert overlay.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
