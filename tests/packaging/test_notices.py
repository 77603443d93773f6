"""Nothing is given to people without its licence: every package and every library in the bundle has a page."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

# The native libraries in the wheels of PyAV 18, NumPy 2.4 and sounddevice 0.5 for the three systems.
VENDORED = """
libSvtAv1Enc-9393c086.so.4.1.0 libXau-154567c4.so.6.0.0 libasound-c7818c60.so.2.0.0 libavcodec-5e6b81c2.so.62.28.102
libavdevice-d91b4e17.so.62.3.102 libavfilter-b5da520e.so.11.14.102 libavformat-4639def2.so.62.12.102
libavutil-5809ad29.so.60.26.102 libdav1d-f4b27961.so.7.0.0 libdrm-b0291a67.so.2.4.0 libgmp-8c6c054f.so.10.5.0
libgnutls-71454fd1.so.30.42.0 libhogweed-006f41d4.so.6.11 libmp3lame-8f9e436f.so.0.0.0 libnettle-71a806b4.so.8.11
libopencore-amrnb-d72c52e2.so.0.0.5 libopencore-amrwb-1b0ca122.so.0.0.5 libopus-114e2b1a.so.0.11.1
libsharpyuv-48a062bd.so.0.1.2 libswresample-f0bc92fc.so.6.3.102 libswscale-88e9f973.so.9.5.102
libunistring-09f6121d.so.5.2.1 libvpl-e4e9cae8.so.2.16 libvpx-edb6de90.so.12.0.0 libwebp-0c5118d0.so.7.2.0
libwebpmux-e1880640.so.3.1.2 libx264-d6533a8d.so.165 libx265-f5385bb8.so.216 libxcb-5ddf6756.so.1.1.0
libxcb-shape-7716c890.so.0.0.0 libxcb-shm-0be6dfbf.so.0.0.0 libxcb-xfixes-6de855b8.so.0.0.0
libgfortran-040039e1-0352e75f.so.5.0.0 libquadmath-96973f99-934c22de.so.0.0.0 libscipy_openblas64_-32a4b2a6.so
avcodec-62-984de33114b7fa384296817dec999c9d.dll avutil-60-cc1777f859dcfd98b8019bdf459e774e.dll
libgcc_s_seh-1-4c0a762e4178b574f72d1ef1f8bb5fc9.dll libiconv-2-6ce5f4ff92ada49d6f23a8e413455502.dll
libstdc++-6-2d5c346d47ad531ef9f5185db0e8cef3.dll libwinpthread-1-02332fab016bf884a2a7a7b2ece22ffe.dll
swscale-9-0c9886c118598c54e159ef2267ff99f3.dll zlib1-79e0c4f9db71cb511398c504b832d395.dll
libscipy_openblas64_-63c857e738469261263c764a36be9436.dll msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll
libportaudio64bit.dll libportaudio.dylib libdav1d.7.dylib libx265.216.dylib libSvtAv1Enc.4.1.0.dylib
libscipy_openblas64_.dylib libgfortran.5.dylib libquadmath.0.dylib libgcc_s.1.1.dylib vcruntime140_1.dll
""".split()


NEEDED = (
    "av mutagen numpy onnxruntime platformdirs pyqtgraph PySide6_Essentials shiboken6 sounddevice soxr cffi".split()
)


@pytest.fixture(scope="module")
def catalogue() -> Any:
    return importlib.import_module("parts").Catalogue()


@pytest.mark.parametrize("file", VENDORED)
def test_every_library_inside_a_package_has_its_licence(catalogue: Any, file: str) -> None:
    part = catalogue.library(file)
    assert part is not None
    assert part.licence and part.home.startswith("https://")
    assert all(len(text) > 200 for text in part.texts)


def test_the_texts_are_of_the_parts(catalogue: Any) -> None:
    """The first words that each text must hold, so that two files are not mixed up."""
    words = {
        "libx264": "x264", "libavcodec": "FFmpeg", "libmp3lame": "LAME", "libopus": "Xiph", "libvpx": "WebM",
        "libscipy_openblas64_": "OpenBLAS", "libgnutls": "GnuTLS", "libportaudio": "PortAudio", "libdav1d": "VideoLAN",
        "libgfortran": "GCC", "libicuuc": "Unicode",
    }  # fmt: skip
    for file, word in words.items():
        assert any(word.lower() in text.lower() for text in catalogue.library(f"{file}.so").texts), file


def test_every_package_that_the_program_needs_has_its_licence(catalogue: Any) -> None:
    for name in NEEDED:
        assert catalogue.package(name).texts


def test_a_file_of_unknown_origin_ends_the_build(catalogue: Any, tmp_path: Path) -> None:
    stray = tmp_path / "libmystery.so.1"
    stray.write_bytes(b"")
    error = importlib.import_module("parts").NoNoticeError
    with pytest.raises(error, match=r"libmystery\.so\.1"):
        catalogue.parts([("libmystery.so.1", str(stray), "BINARY")])


def test_an_unknown_library_inside_a_package_is_not_passed_off_as_the_package(catalogue: Any) -> None:
    av = importlib.import_module("av")
    folder = Path(av.__file__).parents[1] / "av.libs"
    error = importlib.import_module("parts").NoNoticeError
    with pytest.raises(error, match="libnew"):
        catalogue.parts([("av.libs/libnew-1234.so.1", str(folder / "libnew-1234.so.1"), "BINARY")])


def test_pages_lead_to_each_other(tmp_path: Path) -> None:
    parts, notices = importlib.import_module("parts"), importlib.import_module("notices")
    text = "Copyright <me> & you. See /usr/share/common-licenses/GPL-2."
    notices.write([parts.Part("A Part+", "1.0", "GPL-2.0-or-later", "https://a.example", (text,))], tmp_path)
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    assert set(pages) == {"index.html", "a-part.html", "GPL-2.html"}
    assert "Copyright &lt;me&gt; &amp; you." in pages["a-part.html"]
    for page in pages.values():
        assert [link for link in re.findall(r'href="([^"h][^"]*)"', page) if link not in pages] == []


# The bundle

BINARIES = re.compile(r"\.(so(\.[0-9.]+)?|dll|dylib|pyd)$")


@pytest.fixture
def listed(bundle: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((bundle / "_internal/resources/licences/parts.json").read_text("utf-8"))
    return found


@pytest.mark.package
def test_every_part_has_a_page_with_a_licence(bundle: Path, listed: list[dict[str, str]]) -> None:
    for part in listed:
        assert part["licence"], part["title"]
        page = (bundle / "_internal/resources/licences" / part["page"]).read_text(encoding="utf-8")
        assert len(page) > 500, part["title"]


@pytest.mark.package
def test_every_package_in_the_bundle_is_listed(bundle: Path, listed: list[dict[str, str]]) -> None:
    """Folders of packages, as they lie there, against the list."""
    titles = {part["title"].lower() for part in listed}
    known = {"pyside6": "qt and pyside6", "_cffi_backend": "cffi", "_sounddevice_data": "sounddevice",
             "google": "protobuf", "python3": "python"}  # fmt: skip
    own = {"models", "resources", "base_library.zip", "license", "changelog.md", "lib-dynload"}
    for path in (bundle / "_internal").iterdir():
        top = path.name.lower()
        if path.is_symlink() or top in own or (BINARIES.search(top) and "cpython" not in top and "abi3" not in top):
            continue
        if top.endswith((".dist-info", ".libs")):
            top = top.removesuffix(".libs").split("-")[0].replace("_essentials", "")
        top = re.split(r"\.", top)[0]
        assert known.get(top, top) in titles, path.name
    assert {"python", "pyinstaller's starter", "ffmpeg", "x264", "x265", "openblas"} <= titles


@pytest.mark.package
def test_every_library_in_the_bundle_is_listed(bundle: Path, listed: list[dict[str, str]], catalogue: Any) -> None:
    titles = {part["title"] for part in listed}
    sources = debian_sources({path.name for path in (bundle / "_internal").glob("*.so*")})
    for path in (bundle / "_internal").rglob("*.so*"):
        if path.is_symlink() or "cpython" in path.name or "abi3" in path.name or "PySide6" in path.parts:
            continue
        part = catalogue.library(path.name) if path.parent.name.endswith(".libs") else None
        if part is not None:
            assert part.title in titles, path.name
        elif path.parent.name != "_internal":
            assert path.parent.name in (
                "numpy",
                "capi",
                "soxr",
                "av",
                "lib-dynload",
                "_core",
                "linalg",
                "fft",
                "random",
            )
        else:
            from_system = sources.get(path.name, set()) & titles
            assert from_system or path.name.startswith(("libpython", "libicu")), path.name


def debian_sources(names: set[str]) -> dict[str, set[str]]:
    """For each name of a library, in whatever folder, the sources of the packages that hold such a file."""
    describe = importlib.import_module("debian_copyright").describe
    asked = ["dpkg-query", "-S", "*/lib*.so*"]  # one pattern for all: each is held against every file of the system
    found: dict[str, set[str]] = {}
    for line in subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines():
        owners, path = line.split(": ", 1)
        if Path(path).name in names and not owners.startswith("diversion by"):
            packages = {owner.split(":")[0] for owner in owners.split(", ")}
            found.setdefault(Path(path).name, set()).update(describe(package).source for package in packages)
    return found
