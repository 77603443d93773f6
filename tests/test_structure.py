"""What import contracts cannot say about the structure of the source."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "mgc_desktop"
SQL = re.compile(
    r"\b(SELECT\s.*\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA)\b", re.DOTALL
)
OTHERS = "mgc_desktop/training/datasets/magnatune.py"  # reads a database of others


def _modules() -> list[tuple[str, str]]:
    return [(p.relative_to(SOURCE.parent).as_posix(), p.read_text(encoding="utf-8")) for p in SOURCE.rglob("*.py")]


def test_sql_stands_in_the_library_alone() -> None:
    found = [name for name, text in _modules() if re.search(r'"[^"]*' + SQL.pattern, text, re.DOTALL)]
    assert [name for name in found if not name.startswith("mgc_desktop/library/") and name != OTHERS] == []


def test_modules_fit_on_a_few_screens() -> None:
    assert [name for name, text in _modules() if text.count("\n") > 450] == []


def test_files_are_replaced_by_one_function() -> None:
    """Only what writes songs has its own way: it copies, checks and keeps attributes."""
    allowed = ("mgc_desktop/foundation/atomic_write.py", "mgc_desktop/tags/write.py")
    replaced = re.compile(r"\b(unfinished|part|temporary|Path\(name\))\.replace\(|os\.replace\(")
    assert [name for name, text in _modules() if replaced.search(text) and name not in allowed] == []
