"""What goes into the bundle on each system. `build.spec` hands it to PyInstaller.

Nothing here imports PyInstaller, so that the plan for every system can be tested on any.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

import elf
from project import HERE, NAME, PROJECT

# The two programs, with what starts them and whether they open a console on Windows.
PROGRAMS: Final = ((NAME, HERE / "launch_gui.py", False), ("mgc", HERE / "launch_mgc.py", True))
RUNTIME_HOOKS: Final = (HERE / "find_bundled_libraries.py",)

# The packages whose versions an error report tells: see mgc_desktop/error_report.py.
VERSIONED: Final = ("PySide6-Essentials", "pyqtgraph", "numpy", "onnxruntime", "av", "sounddevice", "soxr", "mutagen")

# What the training part needs, and what comes along with a library but is never used.
EXCLUDED: Final = (
    "mgc_desktop.training", "torch", "torchaudio", "librosa", "numba", "llvmlite", "sklearn", "scipy", "umap",
    "matplotlib", "pandas", "IPython", "PIL", "tkinter", "pytest", "hypothesis", "setuptools", "pip", "onnx", "dask",
    "distributed", "psutil", "sympy", "ml_dtypes", "google", "yaml", "jinja2", "cloudpickle", "msgpack", "tornado",
    "onnxruntime.quantization", "onnxruntime.transformers", "onnxruntime.tools", "onnxruntime.datasets",
    "onnxruntime.backend", "numpy.f2py", "numpy.testing", "numpy.distutils",
    "lib2to3", "curses", "readline", "dbm",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtNetwork", "PySide6.QtSql",
    "PySide6.QtTest", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools", "PySide6.QtXml",
    "PySide6.QtConcurrent", "PySide6.QtPrintSupport", "pyqtgraph.examples", "pyqtgraph.opengl", "pyqtgraph.console",
    "pyqtgraph.canvas", "pyqtgraph.flowchart",
)  # fmt: skip

# Files that are collected along with what is needed but serve nothing here.
_UNUSED: Final = (
    "translations/", "qml/", "plugins/generic", "platformthemes/libqgtk3", "plugins/tls", "plugins/networkinformation",
    "plugins/virtualkeyboard", "platforminputcontexts/libqtvirtualkeyboard", "plugins/egldeviceintegrations",
    "platforms/libqeglfs", "platforms/libqlinuxfb", "platforms/libqvkkhrdisplay", "platforms/libqvnc",
    "platforms/libqminimal", "imageformats/libqpdf", "imageformats/libqtiff", "imageformats/libqicns",
    "imageformats/libqtga", "imageformats/libqwbmp", "libQt6Pdf", "libQt6Qml", "libQt6Quick", "libQt6VirtualKeyboard",
    "libQt6Network", "libQt6EglF", "wayland-graphics-integration-client/libvulkan",
    # What only the GTK theme plugin, left out above, would need.
    "libgdk", "libgtk", "libpango", "libcairo", "libatk", "libthai", "libdatrie", "libfribidi", "libpixman",
    # The Python module holds the whole of ONNX Runtime; this is for programs in C.
    "onnxruntime/capi/libonnxruntime.so", "numpy/_core/_multiarray_tests",
)  # fmt: skip

# Libraries that must be the system's own, not copies: the sound system's must match its plug-ins, the graphics
# driver's the kernel's, and what a driver loads must not meet an older C++ library than it was built with.
_OF_THE_SYSTEM: Final = (
    "libasound.so", "libmvec.so", "libstdc++.so", "libgcc_s.so", "libGL.so", "libEGL.so", "libGLX.so",
    "libGLdispatch.so", "libfontconfig.so", "libfreetype.so", "libX11.so", "libX11-xcb.so", "libxcb.so",
    "libz.so", "libexpat.so",
)  # fmt: skip


def modules() -> list[str]:
    """All modules of the program but its training part: commands and views are imported by name."""
    files = sorted((PROJECT / "mgc_desktop").rglob("*.py"))
    names = [".".join(file.relative_to(PROJECT).with_suffix("").parts) for file in files]
    named = [name.removesuffix(".__init__") for name in names]
    mine = [name for name in named if not f"{name}.".startswith("mgc_desktop.training.")]
    return [*mine, "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtSvg"]  # pyqtgraph looks for these


def data() -> list[tuple[str, str]]:
    """Files and the folder in the bundle that each goes to. What trainings leave behind lies in no such folder."""
    return [
        (str(PROJECT / "resources"), "resources"),
        (str(PROJECT / "models"), "models"),
        (str(PROJECT / "LICENSE"), "."),
        (str(PROJECT / "CHANGELOG.md"), "."),
        *(_told_version(name) for name in VERSIONED),
    ]


def _told_version(name: str) -> tuple[str, str]:
    """What tells the version of a package; its licence goes elsewhere."""
    told = next(file for file in distribution(name).files or () if file.name == "METADATA")
    return str(told.locate()), told.parts[0]


def libraries(platform: str) -> list[tuple[str, str]]:
    """PortAudio on Linux, from the system; sounddevice brings its own elsewhere."""
    if platform != "linux":
        return []
    name = ctypes.util.find_library("portaudio")
    if name is None:
        raise SystemExit("PortAudio is missing: apt-get install libportaudio2")
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    return [(next(line.split("=> ")[1] for line in listed.splitlines() if line.split()[:1] == [name]), ".")]


def wanted(name: str) -> bool:
    """Whether a collected file, by its name in the bundle, is kept."""
    name = name.replace(os.sep, "/")
    if name.endswith((".pyi", ".py", "/py.typed")):  # for those who write programs
        return False
    return not any(part in name for part in _UNUSED) and not Path(name).name.startswith(_OF_THE_SYSTEM)


def linked(entries: Iterable[tuple[str, str, str]], platform: str) -> list[tuple[str, str, str]]:
    """Without libraries of the system that were collected for something that is not kept.

    PyInstaller lays libraries of the system into the root of the bundle; there all but PortAudio and Python, which
    are loaded by name, must be needed by something else.
    """
    entries = list(entries)
    if platform != "linux":
        return entries
    needs = elf.needed_by(Path(source) for _, source, kind in entries if kind != "SYMLINK")
    while True:
        asked = {name for _, source, _ in entries for name in needs.get(Path(source), ())}
        kept = [entry for entry in entries if not _of_root(entry[0]) or entry[0] in asked or entry[2] == "SYMLINK"]
        if len(kept) == len(entries):
            return kept
        entries = kept


def stripped(entries: Iterable[tuple[str, str, str]], scratch: Path, platform: str) -> list[tuple[str, str, str]]:
    """With Python's own libraries and all extension modules bare of what only debuggers read."""
    entries = list(entries)
    if platform != "linux":
        return entries
    shutil.rmtree(scratch, ignore_errors=True)
    return [
        (name, str(_strip(Path(source), scratch / name)) if _with_symbols(source, kind) else source, kind)
        for name, source, kind in entries
    ]


def _with_symbols(source: str, kind: str) -> bool:
    of_python = Path(sys.base_prefix) in Path(source).parents and "site-packages" not in Path(source).parts
    return kind == "EXTENSION" or (kind == "BINARY" and of_python)


def _strip(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["strip", "--strip-unneeded", "-o", str(target), str(path)], check=True)
    return target


def _of_root(name: str) -> bool:
    loaded_by_name = ("libportaudio", "libpython")
    return "/" not in name and name.startswith("lib") and not name.startswith(loaded_by_name)
