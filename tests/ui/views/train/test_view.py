"""The Train view: what it says of runs, what its form refuses, and what its keys and buttons do."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from mgc_desktop.training_runs.config import TrainingRequest
from mgc_desktop.training_runs.extra import look_for_extra
from mgc_desktop.ui.theme import LIGHT
from mgc_desktop.ui.views.train.view import TrainView
from mgc_desktop.ui.widgets.saving import save_plot

LEFT = Qt.MouseButton.LeftButton
View = Callable[..., TrainView]
Run = Callable[..., Path]


def test_without_the_extra_the_page_says_how_to_get_it(open_view: View, qtbot: QtBot) -> None:
    view = open_view(look_for_extra(frozen=True))
    assert view.page.is_empty
    view.shown()
    view.add_actions(menu := QMenu())
    assert not menu.actions()[0].isEnabled()


def test_without_runs_it_invites_to_the_first_and_the_form_comes_and_goes(open_view: View, qtbot: QtBot) -> None:
    view = open_view()
    page = view.page
    assert page.is_empty
    qtbot.mouseClick(page.empty.button, LEFT)
    assert page.ordering and page.form.name.text() == "my-cnn-quarter"
    qtbot.mouseClick(page.form.back, LEFT)
    assert page.is_empty and not page.ordering


def test_runs_are_listed_with_their_state_and_the_newest_is_shown(open_view: View, make_run: Run) -> None:
    make_run("old", created=1, finished=True)
    make_run("broken", created=2, epochs=0, said=("mgc: The disk is full.",))
    make_run("new", created=3)
    view = open_view()
    texts = [view.page.list.item(i).text() for i in range(3)]
    assert texts == ["new, stopped  ·  after epoch 3 of 30", "broken, failed", "old, finished, not a model"]
    assert view.page.line.text() == "3 runs  ·  1 finished  ·  1 stopped  ·  1 failed"
    assert view.panel.title.text() == "new"
    assert view.panel.resume.isVisible() and not view.panel.cancel.isVisible()


def test_a_run_that_failed_says_why_and_offers_to_try_again(open_view: View, make_run: Run) -> None:
    make_run("broken", epochs=0, said=("mgc: The disk is full.",))
    panel = open_view().panel
    assert panel.error.text() == "The disk is full." and panel.error.isVisible()
    assert panel.resume.isVisible() and panel.again.isVisible()


def test_a_finished_run_shows_what_was_measured(open_view: View, make_run: Run) -> None:
    make_run("done", finished=True)
    panel = open_view().panel
    assert panel.figures.isVisible()
    assert panel.figures.line.text() == "62 clips of 19 artists that it did not learn from"
    assert panel.export.isVisible() and not panel.resume.isVisible()


def test_the_curves_are_read_with_the_mouse_and_with_the_arrows_in_both_plots(
    open_view: View, make_run: Run, qtbot: QtBot
) -> None:
    make_run("mine", epochs=5)
    plots = open_view().panel.plots
    assert plots.loss.words == "Epoch 5: validation 0.400, training 0.200"
    qtbot.mouseMove(plots.loss, QPoint(45, 60))
    assert plots.loss.words.startswith("Epoch 1:")
    assert plots.accuracy.words == "Epoch 1: validation 0.000"
    qtbot.keyClick(plots.accuracy, Qt.Key.Key_Right)
    assert plots.loss.words == "Epoch 2: validation 1.000, training 0.500"
    assert plots.loss.accessibleDescription() == plots.loss.words
    qtbot.keyClick(plots.accuracy, Qt.Key.Key_End)
    assert plots.loss.words.startswith("Epoch 5:")


def test_the_networks_of_a_stacked_run_are_shown_one_at_a_time(open_view: View, make_run: Run, qtbot: QtBot) -> None:
    make_run("stack", networks=("fold-cnn-a", "lstm"))
    panel = open_view().panel
    assert panel.networks.isVisible()
    assert {panel.networks.itemText(i) for i in range(2)} == {"CNN, a fold", "LSTM"}
    panel.networks.setCurrentIndex(panel.networks.findData("fold-cnn-a"))
    panel.networks.activated.emit(0)
    assert panel.plots.curves.network == "fold-cnn-a"
    panel.show_part("log")
    assert panel.log.isVisible() and not panel.networks.isVisible()


def test_the_curves_can_be_saved_as_picture_and_as_numbers(open_view: View, make_run: Run, tmp_path: Path) -> None:
    make_run("mine", epochs=4)
    view = open_view()
    numbers = view.save._numbers
    for ending in ("png", "svg", "csv"):
        save_plot(view.panel.plots, numbers(), tmp_path / f"curves.{ending}")
        assert (tmp_path / f"curves.{ending}").stat().st_size > 100
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 and rows[3]["valid_macro_accuracy"] == "0.3"
    assert "<polyline" in (tmp_path / "curves.svg").read_text(), "lines, no picture of them"


@pytest.mark.parametrize("kind", ["folders", "tagged", "magnatagatune", "tracks"])
def test_the_form_asks_for_what_each_kind_of_data_set_needs(open_view: View, kind: str) -> None:
    form = open_view().page.form
    form.choose_kind(kind)
    assert form.genres.isHidden() == (kind != "magnatagatune")
    assert form.root.isHidden() == (kind != "tracks")
    assert form.order.kind == kind


def test_the_form_says_what_is_wrong_and_orders_what_is_right(
    open_view: View, make_run: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    make_run("my-lstm-sixteenth")
    view = open_view()
    form = view.page.form
    qtbot.mouseClick(view.page.new, LEFT)
    qtbot.mouseClick(form.start, LEFT)
    assert "Choose the music" in form.error.text()
    (tmp_path / "music").mkdir()
    form.source.line.setText(str(tmp_path / "music"))
    assert form.error.isHidden()
    qtbot.mouseClick(form.model.button("lstm"), LEFT)
    qtbot.mouseClick(form.resolution.button("sixteenth"), LEFT)
    assert form.name.text() == "my-lstm-sixteenth-2", "a free name is proposed"
    form.name.setText("cnn-full")
    qtbot.mouseClick(form.start, LEFT)
    assert "already" in form.error.text(), "a bundled model cannot be replaced"
    form.name.setText("mine")
    view.page.form.ordered.disconnect()
    with qtbot.waitSignal(form.ordered) as told:
        qtbot.mouseClick(form.start, LEFT)
    order: TrainingRequest = told.args[0]
    assert (order.name, order.model, order.resolution, order.epochs) == ("mine", "lstm", "sixteenth", 30)


def test_arrows_in_the_form_and_the_list_are_not_the_windows(open_view: View, make_run: Run, qtbot: QtBot) -> None:
    make_run("one", created=1)
    make_run("two", created=2)
    view = open_view()
    view.page.list.setFocus()
    qtbot.keyClick(view.page.list, Qt.Key.Key_Down)
    assert view.panel.title.text() == "one"
    form = view.page.form
    qtbot.mouseClick(view.page.new, LEFT)
    qtbot.keyClick(form.epochs, Qt.Key.Key_Up)
    assert form.epochs.value() == 31


def test_every_control_has_a_name_and_can_be_reached(open_view: View, make_run: Run) -> None:
    make_run("one")
    view = open_view()
    form, panel = view.page.form, view.panel
    fields = [form.source.line, form.name, form.epochs, form.patience, form.examples, form.rate, form.seed]
    for widget in (*fields, panel.networks, panel.log, panel.plots.loss, panel.bar, view.page.list):
        assert widget.accessibleName()
    for widget in (*fields, panel.plots.loss, view.page.list):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_other_theme_is_drawn(open_view: View, make_run: Run, qapp: QApplication) -> None:
    from mgc_desktop.ui.widgets.buttons import retheme

    make_run("one")
    view = open_view()
    dark = view.panel.plots.grab().toImage()
    retheme(view.page.window(), LIGHT)
    assert view.panel.plots.grab().toImage() != dark
    assert LIGHT.danger in view.panel.error.styleSheet()


def test_a_deleted_run_goes_and_its_folder_too(open_view: View, make_run: Run, qtbot: QtBot) -> None:
    folder = make_run("one", created=1)
    make_run("two", created=2)
    view = open_view()
    with qtbot.waitSignal(view.trainer.changed):
        view.trainer.delete("one")
    assert not folder.exists() and view.page.list.count() == 1


def test_progress_tells_step_and_time(open_view: View, make_run: Run, qtbot: QtBot) -> None:
    folder = make_run("one")
    view = open_view()
    view.trainer._name = "one"  # as if it were at work
    values = {"step": "learning", "share": 0.5, "left": 150.0, "epoch": 4, "epochs": 30, "network": 2, "networks": 10}
    for progress, words in (
        (values, "Epoch 5 of 30  ·  network 2 of 10  ·  at most 2 min left"),
        ({"step": "features", "share": 0.1, "left": 20.0}, "Computing spectrograms  ·  less than a minute left"),
        ({"step": "measuring"}, "Measuring on the artists held back"),
    ):
        (folder / "progress.json").write_text(json.dumps(progress))
        with qtbot.waitSignal(view.trainer.changed):
            view.trainer.look()
        assert view.panel.words.text() == words
    assert view.panel.cancel.isVisible() and not view.panel.delete.isVisible()
    view.trainer._name = None


GENRES = {
    "clips": 5, "artists": 3, "split": "test part of music, grouped by artist", "macro_accuracy": [0.6, 0.4, 0.8],
    "genres": ["Jazz", "Polka", "World"], "confusion": [[2, 0, 0], [0, 0, 0], [1, 0, 2]],
    "per_genre": {
        "Jazz": {"precision": 0.67, "recall": 1.0, "f1": 0.8, "clips": 2, "artists": 1},
        "Polka": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "clips": 0, "artists": 0},
        "World": {"precision": 1.0, "recall": 0.67, "f1": 0.8, "clips": 3, "artists": 2},
    },
}  # fmt: skip


def test_each_genre_the_confusions_and_the_baselines_are_shown(open_view: View, make_run: Run) -> None:
    folder = make_run("done", finished=True)
    baselines = {"majority": {"macro_accuracy": [0.5, 0.4, 0.6]}, "bands": {"macro_accuracy": "damaged"}}
    (folder / "trained.json").write_text(json.dumps({"figures": GENRES, "baselines": baselines}))
    panel = open_view().panel
    panel.show_part("genres")
    told = panel.genres.table.toPlainText()
    assert "World      3        2       1.00    0.67" in told and "Polka" not in told
    assert "0.50  always the most frequent genre" in told and "bands" not in told
    picture = panel.genres.matrix.grab().toImage()
    row = {picture.pixel(x, picture.height() // 3) for x in range(picture.width())}
    assert len(row) >= 3, "background, empty cells and full ones"


def test_what_was_ordered_is_changed_and_tried_again(open_view: View, make_run: Run, qtbot: QtBot, home: Path) -> None:
    folder = make_run("broken", epochs=0, said=("mgc: The disk is full.",))
    order = TrainingRequest("broken", "/music/by genre", model="lstm", resolution="sixteenth", epochs=7, seed=3,
                           split_seed=4, plain=True, artists="/artists.txt", created=1.0)  # fmt: skip
    order.save(folder)
    view = open_view()
    qtbot.mouseClick(view.panel.again, LEFT)
    form = view.page.form
    assert view.page.ordering and form.name.text() == "my-lstm-sixteenth"
    again = form.order
    for name in ("source", "model", "resolution", "epochs", "seed", "split_seed", "plain", "artists"):
        assert getattr(again, name) == getattr(order, name), name


@pytest.mark.train
def test_the_music_is_looked_at_before_the_start(open_view: View, tmp_path: Path, qtbot: QtBot) -> None:
    pytest.importorskip("torch")
    from mgc_desktop.training.made_music import make_music

    view = open_view()
    qtbot.mouseClick(view.page.empty.button, LEFT)
    form = view.page.form
    form.source.line.setText(str(make_music(tmp_path / "music", songs=1, seconds=1)))
    with qtbot.waitSignal(view.trainer.checked, timeout=120_000):
        qtbot.mouseClick(form.check, LEFT)
    told = form.found.toPlainText()
    assert "15 clips of 15 artists" in told and "Hard Rock" in told and "test" in told
    form.source.line.setText(str(tmp_path / "music" / "Classical"))
    with qtbot.waitSignal(view.trainer.checked, timeout=120_000):
        qtbot.mouseClick(form.check, LEFT)
    assert form.error.isVisible() and not form.found.isVisible()
