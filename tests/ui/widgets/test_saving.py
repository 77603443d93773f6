"""Plots are saved as they are seen, and their numbers as CSV."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from mgc_desktop.errors import MgcError
from mgc_desktop.ui.widgets.saving import ask_where_to_save, save_plot

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


def choose(monkeypatch: pytest.MonkeyPatch, name: str, *, replace: bool | None = None) -> list[str]:
    """Let the file dialog answer `name`, and the question `replace`; the questions that were asked."""
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        assert replace is not None, "nothing was to be asked"
        next(button for button in box.buttons() if (button.text() == "Replace") == replace).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return asked


@pytest.mark.parametrize(
    ("typed", "saved"),
    [("01. Intro", "01. Intro.png"), ("Mr. Who", "Mr. Who.png"), ("a.PNG", "a.PNG"), ("a.jpg", "a.jpg.png")],
)
def test_dots_in_a_name_are_kept(
    plot: QLabel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, saved: str
) -> None:
    choose(monkeypatch, str(tmp_path / typed))
    assert ask_where_to_save(plot, "Save", tmp_path / "x.png", "*.png", (".png",)) == tmp_path / saved


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_that_the_dialog_did_not_ask_about_is_not_overwritten_unasked(
    plot: QLabel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    (tmp_path / "01. Intro.png").write_bytes(b"mine")
    asked = choose(monkeypatch, str(tmp_path / "01. Intro"), replace=replace)
    path = ask_where_to_save(plot, "Save", tmp_path / "x.png", "*.png", (".png",))
    assert path == (tmp_path / "01. Intro.png" if replace else None)
    assert asked == ["“01. Intro.png” is there already. Replace it?"]


def test_no_cell_is_run_as_a_formula(plot: QLabel, tmp_path: Path) -> None:
    save_plot(plot, (("=genre", "songs"), [("@Jazz", -3), ("caf\udce9", 2)]), tmp_path / "plot.csv")
    with (tmp_path / "plot.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["'=genre", "songs"], ["'@Jazz", "-3"], [r"caf\udce9", "2"]]
