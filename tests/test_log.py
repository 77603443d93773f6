"""The log file and the hooks for unhandled exceptions."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mgc_desktop import log
from mgc_desktop.errors import DecodeError


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_lines_go_into_one_file(tmp_path: Path) -> None:
    path = log.set_up(tmp_path / "logs")
    logging.getLogger("mgc_desktop.somewhere").info("a line")
    assert path == tmp_path / "logs" / log.FILE_NAME
    assert "mgc_desktop.somewhere: a line" in path.read_text(encoding="utf-8")


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_BYTES", 2000)
    log.set_up(tmp_path)
    for number in range(500):
        logging.getLogger("mgc_desktop").info("line %d", number)
    sizes = [path.stat().st_size for path in tmp_path.glob(f"{log.FILE_NAME}*")]
    assert 1 < len(sizes) <= 3
    assert max(sizes) <= 2000


def test_without_a_folder_the_program_still_runs(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    assert log.set_up(blocked / "logs") is None


@pytest.fixture
def reports() -> Iterator[list[tuple[str, str]]]:
    said: list[tuple[str, str]] = []
    restore = log.install_hooks(lambda title, message: said.append((title, message)))
    yield said
    restore()


def _raise(error: Exception) -> None:
    try:
        raise error
    except type(error):
        sys.excepthook(*sys.exc_info())  # what Python does with an exception that nobody caught


def test_what_nobody_caught_is_logged_and_said(
    reports: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    _raise(KeyError("volume"))
    assert reports == [("Something went wrong", "KeyError: 'volume'. The log has the details.")]
    assert "unhandled exception in the main thread" in caplog.text
    assert "Traceback" in caplog.text


def test_errors_made_for_users_keep_their_words(reports: list[tuple[str, str]]) -> None:
    _raise(DecodeError("It is empty.", path=Path("/music/a.mp3")))
    assert reports == [("This file cannot be played", f"{Path('/music/a.mp3')}: It is empty.")]


def test_threads_too(reports: list[tuple[str, str]], caplog: pytest.LogCaptureFixture) -> None:
    thread = threading.Thread(target=lambda: {}["x"], name="a worker")
    thread.start()
    thread.join()
    assert [title for title, _ in reports] == ["Something went wrong"]
    assert "unhandled exception in a worker" in caplog.text


def test_the_hooks_can_be_taken_away() -> None:
    before = sys.excepthook, threading.excepthook
    log.install_hooks(lambda title, message: None)()
    assert (sys.excepthook, threading.excepthook) == before
