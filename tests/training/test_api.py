"""The laboratory in Python, and the pages that teach it: what they show runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop import training

pytestmark = pytest.mark.train
DOCS = Path(__file__).resolve().parents[2] / "docs"
QUICK = {"resolution": "sixteenth", "frames": 64, "epochs": 1, "examples": 16, "batch": 16}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(("features", "numbers"), [("bands", 256), ("pictures", 512), ("embedding", 400)])
def test_features_are_for_scikit_learn(small_tree: Path, cache: Path, features: Any, numbers: int) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y, artists = training.load_features(small_tree, features, cache=cache, say=lambda _: None)
    assert x.shape == (30, numbers) and x.dtype == np.float32
    assert sorted(set(y)) == ["Classical", "Electronica", "Hard Rock"] and len(set(artists)) == 15
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    assert cross_val_score(model, x, y, groups=artists, cv=GroupKFold(5)).mean() > 0.8


def test_train_and_evaluate_are_functions_whatever_was_imported(small_tree: Path, cache: Path, tmp_path: Path) -> None:
    import mgc_desktop.training.commands.evaluate
    import mgc_desktop.training.commands.train  # noqa: F401

    config = training.TrainingConfig(**QUICK)
    options: dict[str, Any] = {"cache": cache, "say": lambda _: None}
    result = training.train(str(small_tree), config, tmp_path / "run", baselines=(), **options)
    figures = training.evaluate(result, small_tree, **options)
    assert figures["accuracy"] == result.figures["accuracy"]  # type: ignore[union-attr]
    assert training.load_run(tmp_path / "run").genres == figures["genres"] or list(figures["genres"])
    repeated = training.train(small_tree, config, tmp_path / "runs", folds=2, baselines=(), **options)
    assert len(repeated.runs) == 2  # type: ignore[union-attr]


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    code = "import sys; from mgc_desktop import training; assert 'torch' not in sys.modules; training.TrainingError"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    with pytest.raises(AttributeError):
        training.nothing  # noqa: B018


def test_wrong_features_are_a_sentence(small_tree: Path, cache: Path) -> None:
    with pytest.raises(training.TrainingError, match="bands, pictures or embedding"):
        training.load_features(small_tree, "colours", cache=cache, say=lambda _: None)  # type: ignore[arg-type]


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    notebook = json.loads((DOCS / "laboratory.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 4
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells, start=1):
        exec(compile(cell, f"laboratory.ipynb, code cell {number}", "exec"), names)
    assert not any(cell.get("outputs") for cell in notebook["cells"]), "a notebook without figures that nothing makes"


def test_the_walkthroughs_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page, on made music and with less to learn."""
    from mgc_desktop.cli.main import main

    monkeypatch.chdir(tmp_path)
    training.make_music("music")
    text = (DOCS / "report-walkthrough.md").read_text(encoding="utf-8")
    commands = [
        line.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
        if line.startswith("mgc ")
    ]  # fmt: skip
    assert len(commands) >= 8
    less = "--frames 64 --epochs 1 --examples 16 --batch 16 --device cpu".split()
    for command in commands:
        words = command.split("#")[0].split()[1:]
        if words[0] == "train":
            words = [*words, *less, *(["--baselines", "bands"] if "--baselines" not in words else [])]
        if words[0] == "explore":
            words = [("umap" not in w and w) or "pca" for w in words]
        assert main(words) == 0, command
