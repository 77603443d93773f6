"""What the bundle holds: all that is needed, and nothing that is not."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.package

COMPRESSED, UNPACKED = 130e6, 400e6  # bytes
GROWTH = 1.08  # how much more than below the bundle may become before somebody must look why
KNOWN = {"zst": 106.9, "deb": 106.9, "unpacked": 332.8}  # MB, as built last; change them on purpose

UNWANTED_PACKAGES = (
    "torch librosa numba llvmlite sklearn scipy matplotlib pandas umap onnx sympy IPython tkinter _tkinter pytest "
    "_pytest hypothesis setuptools pip wheel dask distributed tornado PIL yaml jinja2 psutil mypy ruff PyInstaller "
    "cryptography"
).split()
UNWANTED_MODULES = (
    "mgc_desktop.training", "onnxruntime.transformers", "onnxruntime.quantization", "onnxruntime.tools",
    "pyqtgraph.examples", "numpy.f2py", "numpy.testing", "lib2to3",
)  # fmt: skip
QT_MODULES = {"Core", "DBus", "Gui", "OpenGL", "OpenGLWidgets", "Svg", "WaylandClient", "Widgets", "XcbQpa"}
QT_WAYLAND = {"WaylandClient", "WaylandEglClientHwIntegration", "WlShellIntegration"}
QT_PLUGINS = {
    "platforms": {"libqxcb.so", "libqwayland.so", "libqoffscreen.so"},
    "imageformats": {"libqjpeg.so", "libqsvg.so", "libqgif.so", "libqico.so", "libqwebp.so"},
    "iconengines": {"libqsvgicon.so"},
    "platforminputcontexts": {"libcomposeplatforminputcontextplugin.so", "libibusplatforminputcontextplugin.so"},
    "platformthemes": {"libqxdgdesktopportal.so"},
    "xcbglintegrations": {"libqxcb-egl-integration.so", "libqxcb-glx-integration.so"},
}


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def names(bundle: Path) -> list[str]:
    inside = bundle / "_internal"
    return [path.relative_to(inside).as_posix() for path in inside.rglob("*")]


def modules(bundle: Path) -> set[str]:
    """The Python modules that lie in the two programs: PyInstaller lists them with its own reader."""
    viewer = Path(__file__).parents[2] / ".venv-package" / "bin" / "python"
    reader = (
        "import sys; from PyInstaller.archive.readers import CArchiveReader\n"
        "a = CArchiveReader(sys.argv[1])\n"
        "pyz = a.open_embedded_archive(next(n for n in a.toc if n.startswith('PYZ')))\n"
        "print('\\n'.join([*a.toc, *pyz.toc]))"
    )
    if not viewer.exists():
        pytest.skip("PyInstaller's reader is in .venv-package: make package")
    found: set[str] = set()
    for program in ("mgc", "mgc-desktop"):
        command = [str(viewer), "-c", reader, str(bundle / program)]
        found |= set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    return found


def test_no_unwanted_package(bundle: Path) -> None:
    tops = {name.split("/")[0].split(".")[0].split("-")[0] for name in names(bundle)}
    assert tops & set(UNWANTED_PACKAGES) == set()


def test_no_unwanted_module(bundle: Path) -> None:
    found = modules(bundle)
    assert {"mgc_desktop.app", "mgc_desktop.cli.tag", "numpy", "pyqtgraph", "mutagen.mp3"} <= found
    assert {name.split(".")[0] for name in found} & set(UNWANTED_PACKAGES) == set()
    unwanted = tuple(f"{name}." for name in UNWANTED_MODULES)
    assert [name for name in found if f"{name}.".startswith(unwanted)] == []


def test_every_module_of_the_program_is_in_it(bundle: Path) -> None:
    project = Path(__file__).parents[2]
    wanted = set()
    for file in (project / "mgc_desktop").rglob("*.py"):
        name = ".".join(file.relative_to(project).with_suffix("").parts).removesuffix(".__init__")
        wanted.add(name)
    training = {name for name in wanted if f"{name}.".startswith("mgc_desktop.training.")}
    assert wanted - training - modules(bundle) == {"mgc_desktop.__main__"} - modules(bundle)


def test_no_test_data_and_no_sources_of_the_project(bundle: Path) -> None:
    wrong = re.compile(
        r"(^|/)(tests?|testing|examples|benchmarks|\.git|__pycache__|runs|checkpoints)(/|$)|\.(pt|pyc?|pyi|h|cpp|a)$"
    )
    found = [name for name in names(bundle) if wrong.search(name)]
    assert found == []


def test_the_models_and_demo_songs_are_in_it(bundle: Path) -> None:
    project = Path(__file__).parents[2]
    here = set(names(bundle))
    for folder in ("models", "resources"):
        files = [p.relative_to(project).as_posix() for p in (project / folder).rglob("*") if p.is_file()]
        assert [name for name in files if name not in here] == []


def test_an_error_report_can_tell_the_versions(bundle: Path) -> None:
    from mgc_desktop.error_report import _LIBRARIES

    told = {
        name.split("-")[0].lower().replace("_", "-") for name in names(bundle) if name.endswith(".dist-info/METADATA")
    }
    assert {name.lower() for name in _LIBRARIES} <= told


def test_only_the_qt_modules_that_are_used(bundle: Path) -> None:
    libraries = {m[1] for name in names(bundle) if (m := re.search(r"libQt6(\w+)\.so", name))}
    assert libraries - QT_MODULES - QT_WAYLAND == set()
    assert libraries >= {"Core", "Gui", "Widgets", "Svg", "XcbQpa", "WaylandClient"}


def test_only_the_qt_plugins_that_are_used(bundle: Path) -> None:
    (folder,) = (bundle / "_internal").glob("PySide6/Qt/plugins")
    found = {kind.name: {plugin.name for plugin in kind.iterdir()} for kind in folder.iterdir()}
    wayland = {kind for kind in found if kind.startswith("wayland-")}
    assert {"wayland-shell-integration", "wayland-decoration-client"} <= wayland
    assert {kind: plugins for kind, plugins in found.items() if kind not in wayland} == QT_PLUGINS


def test_what_plays_and_decodes_is_in_it(bundle: Path) -> None:
    libraries = {path.name.split("-")[0].split(".")[0] for path in (bundle / "_internal").rglob("*.so*")}
    assert {"libportaudio", "libavcodec", "libavformat", "libswresample"} <= libraries


def test_sizes(bundle: Path, packages: dict[str, Path]) -> None:
    sizes = {kind: path.stat().st_size for kind, path in packages.items() if kind in KNOWN}
    sizes["unpacked"] = size_of(bundle)
    assert sizes["zst"] <= COMPRESSED
    assert sizes["deb"] <= COMPRESSED
    assert sizes["unpacked"] <= UNPACKED
    for kind, known in KNOWN.items():
        grown = f"{kind} is {sizes[kind] / 1e6:.1f} MB: see what came in, then change KNOWN"
        assert sizes[kind] <= known * 1e6 * GROWTH, grown


def test_the_checksums_are_right(packages: dict[str, Path]) -> None:
    folder = packages["deb"].parent
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == 2


def test_nobody_else_may_write_into_it(packages: dict[str, Path]) -> None:
    listed = subprocess.run(["tar", "-tvf", packages["zst"]], capture_output=True, text=True, check=True).stdout
    writable = [line for line in listed.splitlines() if line[0] != "l" and (line[5] == "w" or line[8] == "w")]
    assert writable == []
    assert {line.split()[1] for line in listed.splitlines()} == {"0/0"}
