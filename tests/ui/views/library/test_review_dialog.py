"""The review as a user works through it: rules, boxes, edits, many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import FileTags, Song
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.settings import Settings
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import Policy
from mgc_desktop.ui import theme
from mgc_desktop.ui.views.library.model import SongModel
from mgc_desktop.ui.views.library.review_dialog import ReviewDialog
from mgc_desktop.ui.views.library.review_model import NEW, TICK
from mgc_desktop.ui.views.library.rules import tick_rules
from mgc_desktop.workers.library_writer import LibraryWriter

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def writer(store: LibraryStore, tmp_path: Path) -> Iterator[LibraryWriter]:
    writer = LibraryWriter(store.path, Journal(tmp_path / "journal"), nullcontext)
    yield writer
    assert writer.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def opened(writer: LibraryWriter, settings: Settings, qtbot: QtBot) -> Callable[[], ReviewDialog]:
    """`opened()`: a review whose plan is there."""

    def open_() -> ReviewDialog:
        dialog = ReviewDialog(writer, settings, theme.DARK, None)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: bool(dialog.model.rows))
        return dialog

    return open_


def plan(dialog: ReviewDialog) -> dict[str, tuple[str, ...]]:
    """What would be written, by title."""
    return {row.song.name: row.change.new for row in dialog.model.rows if row.change.writes}


def choose(dialog: ReviewDialog, word: str, qtbot: QtBot) -> None:
    """Another rule for the genres that are there."""
    button = next(b for b in dialog.rules.mode._buttons.values() if b.text() == word)
    with qtbot.waitSignal(dialog.model.modelReset):
        qtbot.mouseClick(button, LEFT)


def test_the_rules_decide_and_start_anew_with_each_review(opened: Callable[[], ReviewDialog], qtbot: QtBot) -> None:
    dialog = opened()
    assert plan(dialog) == {"Alpha": ("Jazz",), "Epsilon": ("World",)}
    assert dialog.headline.text() == "2 songs will be written"
    assert dialog.write.text() == "Write 2 songs"
    choose(dialog, "Add", qtbot)
    assert plan(dialog)["Beta"] == ("Rock", "Jazz")
    choose(dialog, "Replace", qtbot)
    assert plan(dialog)["Beta"] == ("Jazz",)
    assert "1 of the written loses a genre they had" in dialog.line.text()
    dialog.rules.top.button("2").click()
    dialog.rules.album.click()
    dialog.rules.sure.setCurrentIndex(dialog.rules.sure.findData(0.0))
    dialog.rules.sure.activated.emit(0)
    dialog.reject()
    again = opened()
    assert (again.rules.policy, again.rules.min_confidence) == (Policy(), 0.7)
    assert plan(again) == {"Alpha": ("Jazz",), "Epsilon": ("World",)}


@pytest.mark.parametrize("mode", ["Fill", "Add", "Replace", "Separate"])
def test_what_was_unticked_stays_so_whatever_rule_is_chosen(
    opened: Callable[[], ReviewDialog], writer: LibraryWriter, store: LibraryStore, mode: str, qtbot: QtBot
) -> None:
    dialog = opened()
    titles = [row.song.name for row in dialog.model.rows]
    dialog.choices_made.connect(lambda rows: writer.save_choices(rows, lambda _: None))
    dialog.model.accept([titles.index("Alpha"), titles.index("Beta")], accepted=False)
    if mode != "Fill":
        choose(dialog, mode, qtbot)
    assert set(plan(dialog)) == {"Epsilon"}
    dialog.reject()
    again = opened()
    if mode != "Fill":
        choose(again, mode, qtbot)
    assert set(plan(again)) == {"Epsilon"}
    assert store.accepted() == 1


def test_a_song_ticked_by_hand_follows_the_rule_that_is_chosen_later(
    opened: Callable[[], ReviewDialog], qtbot: QtBot
) -> None:
    dialog = opened()
    choose(dialog, "Replace", qtbot)
    titles = [row.song.name for row in dialog.model.rows]
    dialog.model.accept([titles.index("Beta")], accepted=True)
    choose(dialog, "Separate", qtbot)
    (beta,) = [row.change for row in dialog.model.rows if row.song.name == "Beta"]
    assert beta.field is Field.SEPARATE
    choose(dialog, "Add", qtbot)
    assert plan(dialog)["Beta"] == ("Rock", "Jazz")


@pytest.mark.parametrize(("share", "seconds", "ticked"), [
    (0.36, 200.0, False), (0.69, 200.0, False), (0.7, 200.0, True), (0.87, 0.07, False), (0.87, 9.9, False),
    (0.87, 10.0, True),
])  # fmt: skip
def test_unsure_verdicts_and_short_sounds_are_not_ticked_by_default_and_one_number_says_so(
    opened: Callable[[], ReviewDialog],
    analysed: Callable[..., Song],
    store: LibraryStore,
    share: float,
    seconds: float,
    ticked: bool,
) -> None:
    song = analysed(Path("/m/odd.mp3"), "Ambient", share, seconds)
    dialog, model = opened(), SongModel(store)
    assert ("odd" in plan(dialog)) is ticked
    assert model.is_ticked(song) is ticked
    assert store.accepted() == len(plan(dialog)) == 2 + ticked
    titles = [row.song.name for row in dialog.model.rows]
    dialog.model.accept([titles.index("odd")], accepted=True)
    assert plan(dialog)["odd"] == ("Ambient",)


def test_what_is_not_sure_enough_stays(opened: Callable[[], ReviewDialog], qtbot: QtBot) -> None:
    dialog = opened()
    dialog.rules.sure.setCurrentIndex(dialog.rules.sure.findData(0.9))
    with qtbot.waitSignal(dialog.model.modelReset):
        dialog.rules.sure.activated.emit(dialog.rules.sure.currentIndex())
    assert plan(dialog) == {}
    assert not dialog.write.isEnabled()


def test_names_of_the_users_own_are_written(opened: Callable[[], ReviewDialog], tmp_path: Path, qtbot: QtBot) -> None:
    names = tmp_path / "names.csv"
    names.write_text("Jazz,Swing\nWorld,\n", encoding="utf-8")
    dialog = opened()
    with qtbot.waitSignal(dialog.model.modelReset):
        dialog.rules._choose_names(str(names))
    assert plan(dialog) == {"Alpha": ("Swing",)}


def test_a_file_of_names_that_cannot_be_read_is_said_and_forgotten(
    opened: Callable[[], ReviewDialog], tmp_path: Path, settings: Settings, qtbot: QtBot
) -> None:
    dialog = opened()
    with qtbot.waitSignal(dialog.rules.failed):
        dialog.rules._choose_names(str(tmp_path / "gone.csv"))
    assert settings[s.WRITE_MAP] == ""


def test_single_songs_are_accepted_declined_and_edited(opened: Callable[[], ReviewDialog], qtbot: QtBot) -> None:
    dialog = opened()
    titles = [row.song.name for row in dialog.model.rows]
    box = dialog.table.visualRect(dialog.model.index(titles.index("Beta"), TICK)).center()
    qtbot.mouseClick(dialog.table.viewport(), LEFT, pos=box)
    assert plan(dialog)["Beta"] == ("Jazz",)
    dialog.model.setData(dialog.model.index(titles.index("Alpha"), NEW), "Bebop; Swing, bebop")
    assert plan(dialog)["Alpha"] == ("Bebop", "Swing")
    choose(dialog, "Add", qtbot)  # what was decided by hand stays
    assert plan(dialog)["Alpha"] == ("Bebop", "Swing")


def test_many_songs_at_once(opened: Callable[[], ReviewDialog], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = opened()
    qtbot.mouseClick(dialog.decline_button, LEFT)
    assert plan(dialog) == {}
    qtbot.mouseClick(dialog.accept_button, LEFT)
    assert set(plan(dialog)) == {"Alpha", "Beta", "Epsilon"}
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Polka", True))  # the user's answer
    dialog.table.selectAll()
    qtbot.mouseClick(dialog.edit_button, LEFT)
    assert set(plan(dialog).values()) == {("Polka",)}


def test_decisions_outlive_the_dialog(opened: Callable[[], ReviewDialog], qtbot: QtBot) -> None:
    dialog = opened()
    dialog.model.accept([0], accepted=False)
    with qtbot.waitSignal(dialog.choices_made) as made:
        dialog.reject()
    assert [(row.song.name, row.change.writes) for row in made.args[0]] == [(dialog.model.rows[0].song.name, False)]


def test_files_that_are_gone_are_named_and_nothing_else_happens(
    opened: Callable[[], ReviewDialog], qtbot: QtBot
) -> None:
    dialog = opened()
    with qtbot.waitSignal(dialog.written) as written:
        qtbot.mouseClick(dialog.write, LEFT)
    assert len(written.args[0].refused) == 2
    assert dialog.headline.text() == "Nothing was written"
    assert "one.mp3" in dialog.refused.toPlainText()
    assert not dialog.undo.isVisible()


def test_a_closed_review_wants_no_answer(writer: LibraryWriter, settings: Settings, qtbot: QtBot) -> None:
    dialog = ReviewDialog(writer, settings, theme.DARK, None)
    dialog.reject()
    qtbot.wait(200)
    QApplication.processEvents()
    assert writer._runner.busy == 0


def test_every_button_says_what_it_does(opened: Callable[[], ReviewDialog]) -> None:
    assert all(button.text() for button in opened().findChildren(QPushButton))


@pytest.mark.parametrize(("name", "names", "written"), [
    ("a placeholder in the file", "", {"Alpha", "Beta", "Epsilon"}), ("a genre left out", "Jazz,\n", {"Epsilon"}),
])  # fmt: skip
def test_the_button_counts_by_the_users_own_names_too(
    opened: Callable[[], ReviewDialog], store: LibraryStore, settings: Settings, tmp_path: Path, name: str, names: str,
    written: set[str],
) -> None:  # fmt: skip
    if names:
        (tmp_path / "names.csv").write_text(names, encoding="utf-8")
        settings[s.WRITE_MAP] = str(tmp_path / "names.csv")
    else:
        store.put([FileTags(Path("/m/a/two.mp3"), 1, 1, "Beta", "Yan", "Night", None, 60.0, ("Unknown",))])
    rules, dialog, model = tick_rules(settings), opened(), SongModel(store)
    model.rules = rules
    assert set(plan(dialog)) == written
    assert store.accepted(rules) == len(written)
    assert {song.name for song in store.songs(store.ids(Query())) if model.is_ticked(song)} == written


def test_in_a_small_window_every_rule_keeps_its_height(opened: Callable[[], ReviewDialog], qtbot: QtBot) -> None:
    dialog = opened()
    dialog.resize(760, 520)
    QApplication.processEvents()
    for widget in (dialog.rules.sure, dialog.rules.names, dialog.rules.empty_names, dialog.rules.keep):
        assert widget.height() >= widget.sizeHint().height()
