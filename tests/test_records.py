"""The decision records name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
RECORDS = TESTS.parent / "docs" / "decisions"
_NAMED = re.compile(r"`(?:tests/)?([\w/]*test_\w+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("record", sorted(RECORDS.glob("*.md")), ids=lambda path: path.stem)
def test_the_tests_that_a_record_names_exist(record: Path) -> None:
    for file, name in _NAMED.findall(record.read_text(encoding="utf-8")):
        places = [TESTS / file] if "/" in file else [*TESTS.rglob(file)]
        assert any(place.is_file() for place in places), file
        if name:
            assert f"def {name}(" in places[0].read_text(encoding="utf-8"), f"{file}::{name}"
