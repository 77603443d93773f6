"""What `build.spec` asks PyInstaller for, on each of the three systems."""

from __future__ import annotations

import importlib
import plistlib
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
SYSTEMS = ("linux", "win32", "darwin")


class Asked:
    """Stands in PyInstaller's place while the spec runs, and keeps what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __call__(self, name: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            self.calls.append((name, args, named))
            return Collected()

        return call

    def of(self, name: str) -> list[dict[str, Any]]:
        return [{"args": args, **named} for called, args, named in self.calls if called == name]


class Collected:
    """What an analysis has found: nothing."""

    def __init__(self) -> None:
        self.pure: list[Any] = []
        self.scripts: list[Any] = []
        self.binaries: list[Any] = []
        self.datas: list[Any] = []


@pytest.fixture(params=SYSTEMS)
def asked(request: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, Asked]:
    """The spec, run as if on another system, in a scratch copy of its surroundings."""
    system = request.param
    for name in ("packaging", "resources", "models", "mgc_desktop", "LICENSE", "CHANGELOG.md"):
        (tmp_path / name).symlink_to(PROJECT / name)
    spec = PROJECT / "build.spec"
    found = Asked()
    names = {name: found(name) for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "path", list(sys.path))
    exec(compile(spec.read_text(encoding="utf-8"), str(spec), "exec"), {"SPECPATH": str(tmp_path), **names})
    return system, found


def test_both_programs_are_made_into_one_folder(asked: tuple[str, Asked]) -> None:
    system, calls = asked
    windows = {program["name"]: program["console"] for program in calls.of("EXE")}
    assert windows == {"mgc-desktop": False, "mgc": True}
    (folder,) = calls.of("COLLECT")
    assert folder["name"] == "mgc-desktop"
    assert len(calls.of("BUNDLE")) == (system == "darwin")


def test_nothing_is_packed_by_upx(asked: tuple[str, Asked]) -> None:
    assert {call["upx"] for name in ("EXE", "COLLECT") for call in asked[1].of(name)} == {False}


def test_all_that_is_named_is_there(asked: tuple[str, Asked]) -> None:
    for analysis in asked[1].of("Analysis"):
        paths = [*analysis["args"][0], *analysis["pathex"], *analysis["runtime_hooks"]]
        paths += [source for source, _ in analysis["datas"] + analysis["binaries"]]
        assert [path for path in paths if not Path(path).exists()] == []
        assert {"resources", "models"} <= {target for _, target in analysis["datas"]}


def test_the_training_part_stays_out_and_all_else_goes_in(asked: tuple[str, Asked]) -> None:
    for analysis in asked[1].of("Analysis"):
        hidden = set(analysis["hiddenimports"])
        assert {"mgc_desktop", "mgc_desktop.app", "mgc_desktop.cli.tag", "mgc_desktop.ui.main_window"} <= hidden
        assert not [name for name in hidden if f"{name}.".startswith("mgc_desktop.training.")]
        assert {"torch", "librosa", "numba", "sklearn", "scipy", "matplotlib"} <= set(analysis["excludes"])


def test_the_icon_is_of_the_system(asked: tuple[str, Asked]) -> None:
    system, calls = asked
    for call in calls.of("EXE") + calls.of("BUNDLE"):
        if system == "linux":
            assert call["icon"] is None
            continue
        data = Path(call["icon"]).read_bytes()
        assert data.startswith(b"icns" if system == "darwin" else b"\0\0\1\0")


def test_the_version_resource_is_windows_own(asked: tuple[str, Asked]) -> None:
    system, calls = asked
    for call in calls.of("EXE"):
        assert (call["version"] is not None) == (system == "win32")
        if system == "win32":
            assert f"'{call['name']}.exe'" in Path(call["version"]).read_text(encoding="utf-8")


def test_the_property_list_is_valid(asked: tuple[str, Asked]) -> None:
    for call in asked[1].of("BUNDLE"):
        listed = plistlib.loads(plistlib.dumps(call["info_plist"]))
        assert listed["CFBundleIdentifier"] == call["bundle_identifier"]
        assert listed["CFBundleExecutable"] == "mgc-desktop"
        assert listed["LSBackgroundOnly"] is False
        music = listed["CFBundleDocumentTypes"][0]
        assert {"mp3", "flac", "ogg", "m4a"} <= set(music["CFBundleTypeExtensions"])
        assert "public.audio" in music["LSItemContentTypes"]


def test_the_licences_go_along(asked: tuple[str, Asked]) -> None:
    (folder,) = asked[1].of("COLLECT")
    pages = [entry[0] for argument in folder["args"] if isinstance(argument, list) for entry in argument]
    assert "resources/licences/index.html" in pages


def test_an_icon_file_holds_all_its_sizes() -> None:
    icons: Any = importlib.import_module("icons")
    data = icons.ico()
    _, kind, count = struct.unpack_from("<HHH", data)
    assert (kind, count) == (1, 8)
    for number in range(count):
        width, _, _, _, _, depth, size, place = struct.unpack_from("<BBBBHHII", data, 6 + 16 * number)
        picture = data[place : place + size]
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack_from(">I", picture, 16)[0] == (width or 256)
        assert depth == 32


def test_an_icon_file_of_macos_is_whole() -> None:
    icons: Any = importlib.import_module("icons")
    data = icons.icns()
    assert struct.unpack_from(">I", data, 4)[0] == len(data)
    place, sizes = 8, []
    while place < len(data):
        size = struct.unpack_from(">I", data, place + 4)[0]
        assert data[place + 8 : place + 12] == b"\x89PNG"
        sizes.append(struct.unpack_from(">I", data, place + 24)[0])
        place += size
    assert sorted(sizes) == [32, 64, 128, 256, 256, 512, 512, 1024]
