"""Whether this installation can train."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from mgc_desktop.training_runs.extra import NEEDED, look_for_extra


def test_asks_without_importing_anything_heavy() -> None:
    before = set(sys.modules)
    extra = look_for_extra(frozen=False)
    assert extra.installed == all(importlib.util.find_spec(name) is not None for name in NEEDED)
    assert not {"torch", "librosa", "sklearn"} & (set(sys.modules) - before)


def test_what_is_missing_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mgc_desktop.training_runs.extra.find_spec", lambda name: None if name == "torch" else object())
    extra = look_for_extra(frozen=False)
    assert not extra.installed
    assert extra.missing == ("torch",) and "torch" in extra.sentence
    assert extra.command == "pip install 'mgc-desktop[train]'"


def test_the_packaged_program_says_that_it_cannot() -> None:
    extra = look_for_extra(frozen=True)
    assert not extra.installed and "packaged" in extra.sentence
