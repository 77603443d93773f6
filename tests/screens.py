"""An X server for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

_LOOK = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(["look", "-platform", "xcb"])
app.primaryScreen().grabWindow(0).save(sys.argv[1])
"""


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """The name of a virtual X screen of 1400 x 900."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no virtual screen: Xvfb not found (apt install xvfb)")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def look(screen: str, folder: Path) -> QImage:
    """What is on the screen."""
    path = folder / "screen.png"
    environment = os.environ | {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    subprocess.run([sys.executable, "-c", _LOOK, str(path)], env=environment, check=True, timeout=60)
    return QImage(str(path))


def colours(image: QImage) -> int:
    """How many colours a picture has, seen from afar."""
    small = image.scaled(140, 90)
    return len({small.pixel(x, y) for x in range(140) for y in range(90)})
