"""The Undo window: moved files, questions where it is not sure, and what a killed program left behind."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import mutagen
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mgc_desktop.library.store import LibraryStore
from mgc_desktop.paths import data_dir
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.write import commit, prepare
from mgc_desktop.tags.writer import write_run
from mgc_desktop.ui import theme
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.views.library.moved_dialog import MovedDialog
from mgc_desktop.ui.views.library.undo_dialog import UndoDialog
from mgc_desktop.workers.library_writer import LibraryWriter

LEFT = Qt.MouseButton.LeftButton
MGC = [sys.executable, "-c", "import sys; from mgc_desktop.cli import main; sys.exit(main())"]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return Journal()


@pytest.fixture
def writer(journal: Journal, tmp_path: Path) -> Iterator[LibraryWriter]:
    LibraryStore(data_dir() / "library.db").close()
    writer = LibraryWriter(data_dir() / "library.db", journal, nullcontext)
    yield writer
    assert writer.close()


@pytest.fixture
def music(tmp_path: Path) -> list[Path]:
    """Copies of the demo songs without a genre, in two folders."""
    paths = []
    for number, song in enumerate(demo_songs()):
        folder = tmp_path / "music" / f"disc {number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        paths.append(Path(shutil.copyfile(song, folder / f"{number}.mp3")))
        tags = mutagen.File(paths[-1], easy=True)
        tags["genre"] = []
        tags.save()
    return paths


@pytest.fixture
def opened(writer: LibraryWriter, qtbot: QtBot) -> Callable[..., UndoDialog]:
    """`opened(files, path=None)`: the window, showing that many files."""

    def open_(files: int, path: Path | None = None) -> UndoDialog:
        dialog = UndoDialog(writer, theme.DARK, path)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: len(dialog.files.entries) == files)
        return dialog

    return open_


def write(journal: Journal, paths: list[Path]) -> None:
    changes = [PlannedChange(path, Field.GENRE, (), ("Jazz",), "", True) for path in paths]
    assert not write_run(changes, journal, note="fill, confidence from 70%").refused


def press_undo(dialog: UndoDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.undone):
        qtbot.mouseClick(dialog.undo, LEFT)


def test_folder_and_rule_are_told(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], qtbot: QtBot
) -> None:
    write(journal, music)
    dialog = opened(len(music))
    assert "fill, confidence from 70%" in dialog.runs.item(0).text()
    told = {str(dialog.files.index(row).data()) for row in range(len(music))}
    assert told == {f"{path.name}, in {path.parent}, Jazz  →  no genre" for path in music}
    assert not dialog.grab().toImage().isNull()


def test_a_renamed_file_is_turned_back(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], qtbot: QtBot
) -> None:
    before = [path.read_bytes() for path in music]
    write(journal, music)
    music[0] = music[0].rename(music[0].with_name("renamed.mp3"))
    dialog = opened(len(music))
    assert "renamed.mp3" in str(dialog.files.index(0).data())
    press_undo(dialog, qtbot)
    assert [path.read_bytes() for path in music] == before


def test_it_opens_for_a_file_under_its_new_name(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], qtbot: QtBot
) -> None:
    before = [path.read_bytes() for path in music]
    write(journal, music)
    written = music[0].read_bytes()
    moved = music[1].rename(music[1].with_name("renamed.mp3"))
    dialog = opened(len(music), moved)
    assert len(dialog.files.ticked) == 1
    press_undo(dialog, qtbot)
    assert moved.read_bytes() == before[1]
    assert music[0].read_bytes() == written


@pytest.mark.parametrize("answer", [0, 1, 2])
def test_of_two_candidates_the_user_chooses(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], qtbot: QtBot, answer: int
) -> None:
    before = music[0].read_bytes()
    write(journal, music[:1])
    written = music[0].read_bytes()
    candidates = [music[0].with_name(name) for name in ("copy 1.mp3", "copy 2.mp3")]
    music[0].rename(candidates[0])
    shutil.copyfile(*candidates)
    dialog = opened(1)
    assert "one of 2 files" in str(dialog.files.index(0).data())
    qtbot.mouseClick(dialog.undo, LEFT)
    question = dialog.findChild(MovedDialog)
    question.choices[0].setCurrentIndex(answer)
    if answer:
        with qtbot.waitSignal(dialog.undone):
            qtbot.mouseClick(question.go_on, LEFT)
    else:
        qtbot.mouseClick(question.go_on, LEFT)
        qtbot.wait(50)
        assert not dialog.bar.isVisible()
    for number, path in enumerate(candidates, 1):
        assert path.read_bytes() == (before if number == answer else written)


def test_what_is_not_found_is_looked_for_where_the_user_says(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    before = music[0].read_bytes()
    write(journal, music[:1])
    (tmp_path / "elsewhere").mkdir()
    moved = music[0].rename(tmp_path / "elsewhere" / "x.mp3")
    dialog = opened(1)
    assert "not found" in str(dialog.files.index(0).data())
    assert not dialog.undo.isEnabled()
    assert dialog.find_button.isVisible()
    dialog.look_in(tmp_path / "elsewhere")
    qtbot.waitUntil(dialog.undo.isEnabled)
    press_undo(dialog, qtbot)
    assert moved.read_bytes() == before


def test_what_was_under_way_at_a_kill_is_offered(
    opened: Callable[..., UndoDialog], journal: Journal, music: list[Path], qtbot: QtBot
) -> None:
    """The kill came between the rename and the note that it was done."""
    before = music[0].read_bytes()
    with pytest.raises(SystemExit), journal.start("fill") as run:
        run.begin([music[0].parent])
        made = prepare(music[0], Field.GENRE, ("Jazz",), owner=run.run)
        assert made is not None
        run.intend(made)
        run.sync()
        commit(made)
        raise SystemExit
    dialog = opened(1)
    press_undo(dialog, qtbot)
    assert music[0].read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_after_kills_of_mgc_tag_the_window_offers_every_file_that_was_written(
    opened: Callable[..., UndoDialog], writer: LibraryWriter, music: list[Path], journal: Journal, qtbot: QtBot
) -> None:
    before = {path: path.read_bytes() for path in music}
    chance, outcomes = random.Random(11), []
    command = [*MGC, "tag", "--yes", str(music[0].parent.parent)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    for _ in range(6):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            for line in process.stdout:  # until the plan is told and writing begins
                if " to write, " in line:
                    break
            time.sleep(chance.uniform(0, 0.04))
            process.kill()
        changed = sum(path.read_bytes() != data for path, data in before.items())
        outcomes.append(changed)
        if changed:
            dialog = opened(changed)
            press_undo(dialog, qtbot)
            dialog.reject()
        else:
            done: list[object] = []
            writer.runs(done.append)  # a run that wrote nothing leaves nothing to undo
            qtbot.waitUntil(lambda done=done: bool(done))
        assert {path: path.read_bytes() for path in music} == before
        assert not any(is_temporary(path) for folder in {p.parent for p in music} for path in folder.iterdir())
    sys.stdout.write(f"files written before each kill, of {len(music)}: {outcomes}\n")
