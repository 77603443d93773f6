"""What a version needs to be given to people."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop import __version__

PROJECT = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2026-11-26

### Added
- Wings.

## [1.1.9] - 2026-10-01

### Fixed
- A squeak.
"""


def problems(version: str, changelog: str = CHANGELOG, tag: str | None = None) -> list[str]:
    module: Any = importlib.import_module("check_release")
    return list(module.problems(version, changelog, tag))


def test_a_version_with_its_entry_may_go() -> None:
    assert problems("1.2.0") == []
    assert problems("1.2.0", tag="v1.2.0") == []


def test_a_version_without_an_entry_may_not() -> None:
    (said,) = problems("1.3.0")
    assert "no entry for 1.3.0" in said


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("## [1.2.0] - 2026-11-26", "## [1.2.0]", "the day"),
        ("## [1.2.0] - 2026-11-26", "## [1.2.0] - soon", "the day"),
        ("- Wings.\n", "", "says nothing"),
        ("[1.1.9]", "[1.2.1]", "no step forward"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- More wings.\n", "Unreleased"),
        ("## [Unreleased]\n", "## [1.1.0] - 2026-11-27\n- Odd.\n", "newest comes first"),
    ],
)
def test_an_entry_must_be_whole(was: str, becomes: str, why: str) -> None:
    assert was in CHANGELOG
    (said,) = problems("1.2.0", CHANGELOG.replace(was, becomes))
    assert why in said


@pytest.mark.parametrize("tag", ["1.2.0", "v1.2.1", "v1.2"])
def test_the_tag_must_say_the_same(tag: str) -> None:
    (said,) = problems("1.2.0", tag=tag)
    assert tag in said


@pytest.mark.parametrize("version", ["1.2", "1.2.0.dev1", "one"])
def test_a_version_has_three_numbers(version: str) -> None:
    (said,) = problems(version)
    assert "no version" in said


def test_a_development_version_is_refused_on_the_command_line() -> None:
    command = [sys.executable, str(PROJECT / "packaging" / "check_release.py"), "v9.9.9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "v9.9.9" in done.stderr


def test_there_is_one_source_of_the_version() -> None:
    """No other file says the version: all ask `mgc_desktop`."""
    project: Any = importlib.import_module("project")
    assert project.version() == __version__
    others = [PROJECT / "build.spec", PROJECT / "Makefile", PROJECT / "pyproject.toml"]
    others += [path for folder in ("packaging", ".github") for path in (PROJECT / folder).rglob("*") if path.is_file()]
    for path in others:
        if path.suffix in (".py", ".toml", ".spec", ".iss", ".xml", ".desktop", ".1", ".yml", ""):
            text = path.read_text(encoding="utf-8")
            assert not re.search(rf"(?<![\d.=]){re.escape(__version__)}(?![\d.])", text), path
