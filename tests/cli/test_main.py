"""The entry point: quick, and never a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mgc_desktop import __version__
from mgc_desktop.cli import main
from mgc_desktop.cli.main import COMMANDS


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mgc {__version__}\n"


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["analyze", "--help"]])
def test_nothing_heavy_is_imported_for_an_answer_that_is_known(arguments):
    code = (
        "import sys; from mgc_desktop.cli import main; status = main(sys.argv[1:]);"
        "heavy = {'numpy', 'onnxruntime', 'av', 'soxr', 'PySide6', 'torch', 'sounddevice'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    assert main([name, "--help"]) == 0
    assert f"usage: mgc {name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["analyze"], ["--no-such-option"], ["models", "extra"]])
def test_wrong_usage(arguments, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: mgc" in captured.err


def test_models(capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.startswith("musicnn")


def test_a_model_that_cannot_be_used_is_told(capsys, tmp_path, monkeypatch):
    (tmp_path / "data" / "models" / "broken").mkdir(parents=True)
    (tmp_path / "data" / "models" / "broken" / "metadata.json").write_text("{")
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    assert main(["models"]) == 1
    assert "unusable" in capsys.readouterr().out
    assert main(["analyze", "--model", "broken", str(tmp_path / "song.mp3")]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("mgc: ") and "metadata.json" in captured.err
