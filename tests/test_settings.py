"""Settings: declaration, validation, saving and damaged files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mgc_desktop import settings as s
from mgc_desktop.errors import SettingsError
from mgc_desktop.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_a_first_start_gives_the_defaults(path: Path) -> None:
    settings = Settings(path)
    assert [settings[option] for option in s.OPTIONS] == [option.default for option in s.OPTIONS]
    assert settings.warnings == []


def test_what_is_saved_comes_back(path: Path) -> None:
    settings = Settings(path)
    settings[s.VOLUME] = 0.25
    settings[s.THEME] = "light"
    settings[s.QUEUE] = ["/música/Séculaire.mp3"]
    settings.save()
    again = Settings(path)
    assert (again[s.VOLUME], again[s.THEME], again[s.QUEUE]) == (0.25, "light", ["/música/Séculaire.mp3"])
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == s.VERSION


def test_saving_leaves_no_other_files(path: Path) -> None:
    settings = Settings(path)
    settings.save()
    settings.save()
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_every_key_is_declared_once_with_a_valid_default_and_help() -> None:
    assert len({option.key for option in s.OPTIONS}) == len(s.OPTIONS)
    assert all(option.valid(option.default) and option.help for option in s.OPTIONS)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "values": []}', "\x00\xff"])
def test_a_damaged_file_is_set_aside_and_said(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings[s.VOLUME] == s.VOLUME.default
    aside = path.with_suffix(".damaged.json")
    assert aside.read_text(encoding="utf-8") == text
    assert str(aside) in settings.warnings[0]


@pytest.mark.parametrize("stored", ["loud", None, True, -0.1, 1.1])
def test_one_bad_value_costs_only_itself(path: Path, stored: object) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "values": {"volume": stored, "theme": "dark"}}))
    settings = Settings(path)
    assert settings[s.VOLUME] == s.VOLUME.default
    assert settings[s.THEME] == "dark"


def test_what_a_newer_version_stored_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 9, "values": {"hologram": "on", "theme": "dark"}}))
    settings = Settings(path)
    settings[s.VOLUME] = 0.5
    settings.save()
    assert json.loads(path.read_text())["values"] == {"hologram": "on", "theme": "dark", "volume": 0.5}


def test_a_wrong_value_cannot_be_set(path: Path) -> None:
    settings = Settings(path)
    with pytest.raises(ValueError, match="theme"):
        settings[s.THEME] = "pink"


def test_lists_are_copies(path: Path) -> None:
    settings = Settings(path)
    settings[s.QUEUE].append("/somewhere")
    assert settings[s.QUEUE] == []


def test_recent_files_newest_first_without_doubles_and_not_too_many(path: Path) -> None:
    settings = Settings(path)
    for number in (*range(20), 15):
        settings.remember(Path(f"/music/{number}.mp3"))
    recent = settings[s.RECENT]
    assert [Path(entry).name for entry in recent[:3]] == ["15.mp3", "19.mp3", "18.mp3"]
    assert len(recent) == s.RECENT_LIMIT
    assert len(set(recent)) == len(recent)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    settings = Settings(blocked / "settings.json")
    settings.warnings.clear()
    with pytest.raises(SettingsError, match="could not be saved") as caught:
        settings.save()
    assert caught.value.path == blocked / "settings.json"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"version": 1, "values": ' + '{"a":' * 100_000,
        '{"version": 1, "values": {"volume": 1' + "0" * 9999,
    ],
)
def test_a_file_that_is_nested_or_huge_is_set_aside(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings[s.VOLUME] == s.VOLUME.default
    assert str(path.with_suffix(".damaged.json")) in settings.warnings[0]
    settings.save()
    assert Settings(path).warnings == []


@pytest.mark.parametrize("option", s.OPTIONS, ids=lambda option: option.key)
def test_half_a_surrogate_pair_is_no_value(path: Path, option: s.Option[object]) -> None:
    path.parent.mkdir()
    for value in ("\ud800", ["a", "\ud800"], {"\udfff": 1}):
        path.write_text(json.dumps({"version": 1, "values": {option.key: value, "volume": 0.5}}), encoding="utf-8")
        settings = Settings(path)
        assert settings[option] == (0.5 if option is s.VOLUME else option.default)
        settings.save()


def test_names_of_files_that_are_no_text_come_back(path: Path) -> None:
    settings = Settings(path)
    settings[s.QUEUE] = ["/music/caf\udce9.mp3"]
    settings.save()
    assert Settings(path)[s.QUEUE] == ["/music/caf\udce9.mp3"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_place_of_the_file_does_not_hang(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    settings = Settings(path)
    assert settings.warnings
    settings.save()
    assert path.is_file()


@pytest.mark.parametrize("byte", ["\udce9", "\0"])
def test_only_names_of_files_may_hold_bytes_that_are_no_text(path: Path, byte: str) -> None:
    """Qt takes no other text that holds such a byte, and the window would never come."""
    path.parent.mkdir()
    values = {option.key: value for option in s.OPTIONS for value in (f"a{byte}", [f"a{byte}"])}
    values |= {option.key: f"a{byte}" for option in s.OPTIONS if isinstance(option.default, str)}
    path.write_text(json.dumps({"version": 1, "values": values}), encoding="utf-8")
    settings = Settings(path)
    kept = {option.key for option in s.OPTIONS if settings[option] != option.default}
    assert kept == ({"queue", "recent", "folder", "write_map"} if byte != "\0" else set())
