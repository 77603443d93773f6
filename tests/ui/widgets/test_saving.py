"""Plots are saved as they are seen, and their numbers as CSV."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mgc_desktop.errors import MgcError
from mgc_desktop.ui.widgets.saving import save_plot

NUMBERS = (("genre", "songs"), [("Jazz", 3), ("Hip-Hop, live", 2)])


@pytest.fixture
def plot(qtbot: QtBot) -> QLabel:
    label = QLabel("Jazz")
    label.resize(120, 40)
    qtbot.addWidget(label)
    return label


def test_a_png_has_twice_the_pixels_of_the_screen(plot: QLabel, tmp_path: Path) -> None:
    save_plot(plot, NUMBERS, tmp_path / "plot.png")
    image = QImage(str(tmp_path / "plot.png"))
    assert (image.width(), image.height()) == (240, 80)
    colours = {image.pixel(x, y) for x in range(240) for y in range(80)}
    assert len(colours) > 1  # the word is there


def test_an_svg_is_well_formed_and_of_the_plot_s_size(plot: QLabel, tmp_path: Path) -> None:
    save_plot(plot, NUMBERS, tmp_path / "plot.svg")
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    assert root.tag.endswith("svg")
    assert root.attrib["viewBox"] == "0 0 120 40"


def test_numbers_come_back_from_csv(plot: QLabel, tmp_path: Path) -> None:
    save_plot(plot, NUMBERS, tmp_path / "plot.csv")
    with (tmp_path / "plot.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["genre", "songs"], ["Jazz", "3"], ["Hip-Hop, live", "2"]]


@pytest.mark.parametrize("name", ["plot.bmp", "plot"])
def test_another_ending_is_refused_by_name(plot: QLabel, tmp_path: Path, name: str) -> None:
    with pytest.raises(MgcError, match=r"\.png, \.svg or \.csv"):
        save_plot(plot, NUMBERS, tmp_path / name)


def test_a_folder_that_is_not_there_is_said_and_nothing_is_left(plot: QLabel, tmp_path: Path) -> None:
    with pytest.raises(MgcError, match="Choose another folder"):
        save_plot(plot, NUMBERS, tmp_path / "gone" / "plot.png")
    assert list(tmp_path.iterdir()) == []
