"""How the three systems come to know the program: setup program, desktop entry, manual pages, release workflow."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from mgc_desktop import __version__
from mgc_desktop.audio.files import AUDIO_SUFFIXES
from mgc_desktop.cli.main import COMMANDS

PROJECT = Path(__file__).parents[2]
PACKAGING = PROJECT / "packaging"
ISS = (PACKAGING / "windows" / "mgc-desktop.iss").read_text(encoding="utf-8")


def module(name: str) -> Any:
    return importlib.import_module(name)


def test_what_open_with_is_offered_for_is_music_that_the_program_plays() -> None:
    endings = module("project").AUDIO_ENDINGS
    assert {f".{ending}" for ending in endings} <= AUDIO_SUFFIXES
    assert re.findall(r'^#emit Ending\("(\w+)"\)', ISS, re.MULTILINE) == list(endings)


# Windows


def test_the_setup_script_names_what_exists_or_is_made() -> None:
    assert (PACKAGING / "windows" / re.search(r"^LicenseFile=(.*)$", ISS, re.MULTILINE)[1].replace("\\", "/")).exists()
    icon = re.search(r"^SetupIconFile=(.*)$", ISS, re.MULTILINE)[1].replace("\\", "/")
    made = module("icons").write  # the spec calls it with build/icons
    assert (PACKAGING / "windows" / icon).resolve() == PROJECT / "build" / "icons" / "mgc-desktop.ico"
    assert "mgc-desktop.{ending}" in Path(made.__code__.co_filename).read_text(encoding="utf-8")
    programs = {name for name, _, _ in module("plan").PROGRAMS}
    assert re.search(r'#define Program "(.*)\.exe"', ISS)[1] in programs


def test_every_task_and_constant_of_the_setup_script_is_defined() -> None:
    tasks = set(re.findall(r'^Name: "(\w+)"; Description', ISS, re.MULTILINE))
    assert set(re.findall(r"Tasks: (\w+)", ISS)) <= tasks
    defined = set(re.findall(r"#define (\w+)", ISS)) | {"Version"}
    assert set(re.findall(r"\{#(\w+)\}", ISS)) <= defined


def test_the_setup_script_gives_what_make_gives_it() -> None:
    text = (PACKAGING / "archives.py").read_text(encoding="utf-8")
    assert set(re.findall(r"/D(\w+)=\{", text)) == {"Version", "Source", "Output"}
    assert (
        re.search(r"^OutputBaseFilename=(.*)$", ISS, re.MULTILINE)[1] == "mgc-desktop-{#Version}-windows-x86_64-setup"
    )
    assert "-windows-x86_64-setup.exe" in text


@pytest.mark.parametrize("version", ["1.2.3", "0.10.0"])
def test_the_version_resource_can_be_read(version: str) -> None:
    text = module("version_resource").text("mgc", "MGC Desktop", "Hear it", version)

    def node(*args: Any, **named: Any) -> tuple[Any, ...]:
        return (*args, *named.items())

    names = (
        "VSVersionInfo",
        "FixedFileInfo",
        "StringFileInfo",
        "StringTable",
        "StringStruct",
        "VarFileInfo",
        "VarStruct",
    )
    read = eval(text, dict.fromkeys(names, node))
    numbers = tuple(int(part) for part in version.split("."))
    assert ("filevers", (*numbers, 0)) in read[0][1]
    assert f"('ProductVersion', '{version}')" in str(read)


# Linux


@pytest.fixture
def entry() -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(PACKAGING / "linux" / "mgc-desktop.desktop", encoding="utf-8")
    return dict(parser["Desktop Entry"])


def test_the_desktop_entry_opens_music_and_takes_no_folders(entry: dict[str, str]) -> None:
    kinds = entry["MimeType"].rstrip(";").split(";")
    assert len(kinds) == len(set(kinds))
    assert {"audio/mpeg", "audio/flac", "audio/ogg", "audio/mp4", "audio/x-wav", "audio/x-opus+ogg"} <= set(kinds)
    assert "inode/directory" not in kinds  # it would become the file manager of systems without one
    assert entry["Exec"] == "mgc-desktop %F"
    assert entry["Icon"] == "mgc-desktop"


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="apt install desktop-file-utils")
def test_the_desktop_entry_is_valid() -> None:
    command = ["desktop-file-validate", "--warn-kde", str(PACKAGING / "linux" / "mgc-desktop.desktop")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_window_belongs_to_the_desktop_entry(entry: dict[str, str]) -> None:
    """Else the panel shows a second, nameless icon."""
    assert f'setDesktopFileName("{entry["StartupWMClass"]}")' in (PROJECT / "mgc_desktop/app.py").read_text("utf-8")


def test_the_metainfo_tells_this_version_and_leads_to_the_entry() -> None:
    told = ElementTree.fromstring(module("debian").metainfo())
    assert told.find("launchable").text == "mgc-desktop.desktop"
    assert told.find("id").text == module("project").IDENTIFIER
    release = told.find("releases/release")
    assert release.get("version") == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", release.get("date"))


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="apt install appstream")
def test_the_metainfo_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "mgc-desktop.metainfo.xml"
    path.write_text(module("debian").metainfo(), encoding="utf-8")
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_manual_tells_every_command() -> None:
    text = module("debian").manual("mgc").replace("\\-", "-")
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", text)] == []
    assert __version__ in text


def test_the_manual_of_the_window_tells_every_option() -> None:
    from mgc_desktop.app import _parser

    text = module("debian").manual("mgc-desktop").replace("\\-", "-")
    options = [option for action in _parser()._actions for option in action.option_strings if option.startswith("--")]
    assert [option for option in options if option != "--help" and option not in text] == []


# The workflow


@pytest.fixture
def workflow() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROJECT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    return read


def test_a_tag_makes_the_packages_of_all_three_systems(workflow: dict[str, Any]) -> None:
    assert workflow[True]["push"]["tags"] == ["v*"]  # YAML reads `on` as True
    jobs = workflow["jobs"]
    assert set(jobs["release"]["needs"]) == {"linux", "windows", "macos"}
    assert {name for name in jobs if jobs[name].get("needs") == "check"} == {"linux", "windows", "macos"}


def test_the_version_is_checked_first(workflow: dict[str, Any]) -> None:
    assert "check_release.py" in str(workflow["jobs"]["check"]["steps"])


def test_what_the_workflow_calls_is_there(workflow: dict[str, Any]) -> None:
    text = (PROJECT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    for path in re.findall(r"packaging/\w+\.py", text):
        assert (PROJECT / path).exists()
    for song in re.findall(r'"(resources/demo/[^"]+)"', text):
        assert (PROJECT / song).exists()
    rules = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"run: make (\S+)", text):
        assert re.search(rf"^{target}:", rules, re.MULTILINE)
