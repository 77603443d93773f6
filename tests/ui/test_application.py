"""What the system asks a running program to open."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
import sys
from pathlib import Path
from PySide6.QtGui import QFileOpenEvent
from mgc_desktop.ui.application import Application
app = Application([])
opened = []
app.open_requested.connect(opened.append)
app.sendEvent(app, QFileOpenEvent("/music/a song.mp3"))
sys.exit(0 if opened == [Path("/music/a song.mp3")] else f"opened: {opened}")
"""


def test_a_file_that_is_handed_over_is_asked_for() -> None:
    """In a process of its own: the tests' own application is another one."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
