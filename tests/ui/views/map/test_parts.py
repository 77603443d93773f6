"""The parts beside the map: legend, neighbours, the bar of the chosen songs, and their colours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.analysis.colouring import by_file, by_prediction
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.ui.theme import DARK, GENRE_COLOURS, contrast
from mgc_desktop.ui.views.map.chosen_bar import ChosenBar
from mgc_desktop.ui.views.map.colours import inks
from mgc_desktop.ui.views.map.legend import MapLegend
from mgc_desktop.ui.views.map.similar_songs import SimilarSongRow, SimilarSongsPanel
from mgc_desktop.ui.views.map.sprites import LEVELS, levels_of, radius_for

HEARD = by_prediction(("Jazz", "World", "Jazz", "Fado"), np.array([True, True, False, True]))


def test_genres_have_their_colours_unsure_is_a_ring_and_others_are_told_apart() -> None:
    made = dict(zip(HEARD.names, inks(HEARD, DARK), strict=True))
    assert all(made[name].colour == GENRE_COLOURS[name] for name in GENRES)
    assert made["Unsure"].ring and not made["Fado"].ring
    names = [(f"Kind {i}",) for i in range(8) for _ in range(2)]
    colours = [ink.colour for ink in inks(by_file(names, ("Jazz",) * 16), DARK)][:18]
    assert len(set(colours)) == 18
    assert min(contrast(colour, DARK.panel) for colour in colours) > 3


def test_more_songs_are_drawn_smaller_and_nearer_ones_on_a_higher_level() -> None:
    sizes = [radius_for(count) for count in (5, 500, 20_000, 1_000_000)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] > 1.5
    levels = levels_of(np.array([-9, -0.5, 0, 0.5, 9], np.float32)).tolist()
    assert levels == sorted(set(levels))
    assert levels[2] == LEVELS // 2


def test_the_legend_hides_and_shows_groups(place: Callable[..., QWidget]) -> None:
    legend = MapLegend(DARK)
    place(legend, 200, 360)
    legend.show_colouring(HEARD)
    said: list[frozenset[str]] = []
    legend.hidden_changed.connect(said.append)
    assert [entry.name for entry in legend.entries] == [*GENRES, "Fado", "Unsure"]
    jazz = legend.entries[GENRES.index("Jazz")]
    assert jazz.accessibleName() == "Jazz, 1 song"
    QTest.mouseClick(jazz, Qt.MouseButton.LeftButton)
    assert said[-1] == {"Jazz"}
    legend.show_colouring(HEARD)  # read anew: what was hidden stays so
    assert legend.hidden_names == {"Jazz"}
    legend.show_every_group()
    assert said[-1] == frozenset()
    legend.grab()


def test_a_double_click_leaves_one_group_alone_and_another_brings_all_back(place: Callable[..., QWidget]) -> None:
    legend = MapLegend(DARK)
    place(legend, 200, 360)
    legend.show_colouring(HEARD)
    world = legend.entries[GENRES.index("World")]
    for expected in (set(HEARD.names) - {"World"}, set()):
        QTest.mouseClick(world, Qt.MouseButton.LeftButton)  # as a real double click does
        QTest.mouseDClick(world, Qt.MouseButton.LeftButton)
        assert legend.hidden_names == expected


def test_neighbours_are_listed_played_and_walked(place: Callable[..., QWidget], qtbot: QtBot) -> None:
    panel = SimilarSongsPanel(DARK)
    place(panel, 240, 300)
    panel.show_similar("Here", [SimilarSongRow(7, "Near", "A", "#fff", 0.1), SimilarSongRow(3, "Far", "", "#000", 0.9)])
    assert panel.songs.count() == 2
    assert panel.songs.item(0).text() == "Near, A, distance 0.10"
    with qtbot.waitSignal(panel.current_changed) as caught:
        panel.songs.setCurrentRow(1)
    assert caught.args == [3]
    with qtbot.waitSignal(panel.play_requested) as caught:
        QTest.keyClick(panel.songs, Qt.Key.Key_Return)
    assert caught.args == [3]
    panel.grab()


def test_the_bar_stands_at_the_foot_of_the_map_while_songs_are_chosen(place: Callable[..., QWidget]) -> None:
    page = QWidget()
    place(page, 900, 500)
    over = QWidget(page)
    over.setGeometry(100, 50, 700, 400)
    over.show()
    bar = ChosenBar(DARK, over, page)
    assert not bar.isVisible()
    bar.show_count(12)
    assert bar.isVisible() and bar.count.text() == "12 songs"
    assert over.geometry().contains(bar.geometry())
    assert abs(bar.geometry().center().x() - over.geometry().center().x()) <= 1
    over.resize(700, 300)
    assert over.geometry().contains(bar.geometry())
    over.resize(360, 300)  # in two rows
    assert over.geometry().contains(bar.geometry())
    assert all(bar.rect().contains(button.geometry()) for button in bar.buttons)
    assert all(button.width() >= button.sizeHint().width() for button in bar.buttons)
    bar.show_count(0)
    assert not bar.isVisible()
