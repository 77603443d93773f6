"""The installed program as `make package` made it: the folder that MGC_BUNDLE names.

Tests of it carry the mark `package` and are left out without the variable; `make package-test` sets it.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))
from screens import screen
from sound_card import sound_server

__all__ = ["screen", "sound_server"]

PROJECT = Path(__file__).parents[2]

sys.path += [str(PROJECT / "packaging" / part) for part in ("", "windows", "macos")]

BUNDLE = os.environ.get("MGC_BUNDLE")

Done = subprocess.CompletedProcess[str]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the installed program where there is none."""
    if not BUNDLE:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("package")])
        items[:] = [item for item in items if not item.get_closest_marker("package")]


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The folder with the two programs."""
    assert BUNDLE, "MGC_BUNDLE names no installed program: make package-test"
    folder = Path(BUNDLE).resolve()
    assert (folder / "mgc").is_file(), f"{folder} holds no installed program"
    return folder


@pytest.fixture(scope="session")
def packages(bundle: Path) -> dict[str, Path]:
    """What was packed of the folder, by kind: "deb", "zst"."""
    told = importlib.import_module("project").version()  # packages of earlier versions may lie there too
    found = {
        path.suffix.lstrip("."): path for path in bundle.parent.glob(f"mgc-desktop[_-]{told}[_-]*") if path.is_file()
    }
    if not {"deb", "zst"} <= set(found):
        pytest.skip("the folder was not packed")
    return found


@dataclass(frozen=True)
class Installed:
    """The installed program, run as a user would: nothing of this environment reaches it.

    `before`: commands put before the program's own, such as `unshare`.
    """

    folder: Path
    home: Path
    before: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """A login's environment: a path without Python, a home folder."""
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "USER": "user", **self.extra}

    def command(self, program: str, *arguments: object) -> list[str]:
        """The command line of one of the two programs."""
        return [*self.before, str(self.folder / program), *map(str, arguments)]

    def mgc(self, *arguments: object, timeout: float = 240) -> Done:
        """Run the command line program to its end."""
        command = self.command("mgc", *arguments)
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=timeout, cwd="/", check=False
        )

    def gui(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the program with the window."""
        command = self.command("mgc-desktop", *arguments)
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=pipe, text=True, cwd="/")

    @property
    def log(self) -> str:
        """What the program with the window has logged."""
        path = self.home / ".local/state/mgc-desktop/log/mgc-desktop.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder whose name is not easy."""
    path = tmp_path / "Zoë's home, 音楽 und Müsik"
    path.mkdir()
    return path


@pytest.fixture
def installed(bundle: Path, home: Path) -> Installed:
    """The installed program with a home of its own."""
    return Installed(bundle, home)


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Done]:
    """The same command line, run from source."""

    def run(*arguments: object) -> Done:
        code = "import sys; from mgc_desktop.cli import main; sys.exit(main())"
        environment = os.environ | {"MGC_HOME": str(tmp_path / "source home"), "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)

    return run


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the folder to spoil; files are linked where the file system can, so replace, do not write into them."""

    def link(source: Any, target: Any) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    folder = tmp_path / "copy"
    shutil.copytree(bundle, folder, symlinks=True, copy_function=link)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def apart() -> Callable[[str], None]:
    """`apart("mount")` and `apart("net")` skip the test where `unshare` may not part with the system's: even root
    may not in most containers."""

    def require(what: str) -> None:
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            pytest.skip("needs root and unshare")
        tried = subprocess.run(["unshare", f"--{what}", "true"], capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"root may not do everything here: {tried.stderr.strip()}")

    return require


@pytest.fixture
def demo() -> Path:
    """A folder of real songs."""
    return PROJECT / "resources" / "demo"
