"""The pages about the licences of all parts, which the program shows and which lie in its folder."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from parts import TEXTS, Part
from project import PROJECT, TITLE

INDEX: Final = "index.html"
LIST: Final = "parts.json"
_ALSO_CALLED: Final = {"GPL": "GPL-3", "LGPL": "LGPL-3"}
_COMMON: Final = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*)")
_OF_MANUALS: Final = ("GFDL",)  # manuals are not in the bundle
_PAGE: Final = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title></head>\n<body>{body}</body></html>\n'
)


def write(parts: Iterable[Part], folder: Path) -> None:
    """An index, a page for each part, one for each licence that several name, and a list for machines."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = list(parts)
    for part in parts:
        _write(folder / page_of(part), part.title, _body(part))
    for name in sorted({name for part in parts for name in common(part)}):
        _write(folder / f"{name}.html", name, f"<pre>{html.escape(_common_text(name))}</pre>")
    rows = "".join(_row(part) for part in parts)
    said = (
        f"<p>{TITLE} is free software under the GNU General Public License, version 3 or later. These are the parts "
        "that others made; each leads to its licence.</p>"
    )
    _write(folder / INDEX, "Licences of all parts", f"<h2>Licences of all parts</h2>{said}<table>{rows}</table>")
    listed = [{"title": p.title, "version": p.version, "licence": p.licence, "page": page_of(p)} for p in parts]
    (folder / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def page_of(part: Part) -> str:
    """The name of the part's page."""
    return re.sub(r"[^a-z0-9]+", "-", part.title.lower()).strip("-") + ".html"


def common(part: Part) -> list[str]:
    """The licences that a part's texts name without giving them."""
    named = [_ALSO_CALLED.get(name, name) for text in part.texts for name in _COMMON.findall(text)]
    return sorted({name for name in named if not name.startswith(_OF_MANUALS)})


def _body(part: Part) -> str:
    links = " ".join(f'<a href="{name}.html">{name}</a>' for name in common(part))
    head = f"<h2>{html.escape(part.title)} {html.escape(part.version)}</h2>"
    facts = f'<p>{html.escape(part.licence)}<br><a href="{html.escape(part.home)}">{html.escape(part.home)}</a></p>'
    also = f"<p>Licences named in the text: {links}</p>" if links else ""
    texts = "<hr>".join(f"<pre>{html.escape(text)}</pre>" for text in part.texts)
    return f'<p><a href="{INDEX}">All parts</a></p>{head}{facts}{also}{texts}'


def _row(part: Part) -> str:
    cell = "<td style='padding: 2px 24px 2px 0'>{}</td>"
    title = f'<a href="{page_of(part)}">{html.escape(part.title)}</a>'
    cells = (title, html.escape(part.version), html.escape(part.licence))
    return f"<tr>{''.join(cell.format(text) for text in cells)}</tr>\n"


def _common_text(name: str) -> str:
    path = PROJECT / "LICENSE" if name == "GPL-3" else TEXTS / "common" / f"{name}.txt"
    return path.read_text(encoding="utf-8")


def _write(path: Path, title: str, body: str) -> None:
    path.write_text(_PAGE.format(title=html.escape(title), body=body), encoding="utf-8")
