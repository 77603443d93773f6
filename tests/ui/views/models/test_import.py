"""A model that somebody else made is taken in through the window, and listed with what its author claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from tests.model_import.test_hostile import DESCRIPTION, network

WAIT = 120_000


def test_a_good_model_is_listed_and_a_bad_one_is_refused_with_a_sentence(
    home: Path, tmp_path: Path, program: Any, qtbot: QtBot
) -> None:
    # GIVEN a folder with a network, and one that is no network
    folder = tmp_path / "given"
    folder.mkdir()
    network(folder / "good.onnx")
    (folder / "good.toml").write_text('claims = "Right in 81 of 100."\n' + DESCRIPTION)
    (folder / "bad.onnx").write_bytes(b"nothing")
    (folder / "bad.toml").write_text(DESCRIPTION)
    view = program.window.views.view("models")
    program.window.commands["models_view"].trigger()
    assert [action.text() for action in view.take_in.menu().actions()] == [
        "Import a model from a file…",
        "Import the models in a folder…",
    ]
    said: list[Any] = []
    view.noticed.connect(said.append)
    # WHEN the folder is imported
    view.import_from(folder)
    assert not view.take_in.isEnabled()
    qtbot.waitUntil(lambda: "good" in view.list.cards, timeout=WAIT)
    # THEN the good one can be used, nothing is said to be measured, and the bad one is named with the reason
    card = view.list.cards["good"]
    assert card.button is not None
    assert "Not measured here" in card.figures.text()
    assert "Right in 81 of 100." in card.figures.text()
    assert view.take_in.isEnabled()
    assert "bad.onnx" in said[0].message
    assert not (home / "data" / "models" / "bad").exists()
