"""What Windows shows of a program under Properties > Details, in the form that PyInstaller reads."""

from __future__ import annotations

from pathlib import Path

_TEXT = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1,
                    subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      StringStruct('CompanyName', {title!r}),
      StringStruct('FileDescription', {summary!r}),
      StringStruct('FileVersion', {version!r}),
      StringStruct('InternalName', {name!r}),
      StringStruct('LegalCopyright', 'Free software under the GNU General Public License, version 3 or later'),
      StringStruct('OriginalFilename', '{name}.exe'),
      StringStruct('ProductName', {title!r}),
      StringStruct('ProductVersion', {version!r})])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])])
  ]
)
"""


def text(name: str, title: str, summary: str, version: str) -> str:
    """The resource of the program `name`; `version` is a semantic version."""
    numbers = tuple(int(part) for part in version.split("-")[0].split("+")[0].split("."))[:3]
    return _TEXT.format(
        name=name, title=title, summary=summary, version=version, numbers=(*numbers, *(0,) * (4 - len(numbers)))
    )


def write(folder: Path, name: str, title: str, summary: str, version: str) -> Path:
    """The resource as a file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.version.txt"
    path.write_text(text(name, title, summary, version), encoding="utf-8")
    return path
