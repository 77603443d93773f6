"""Whether this version may be given to people: `python packaging/check_release.py [TAG]`.

Refuses a version that the changelog does not tell of, one that is no step forward, and a tag that says another.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from typing import Final

from project import PROJECT, version

_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_HEAD: Final = re.compile(r"^## \[([^\]]+)\](?: - (\S+))?[ \t]*$", re.MULTILINE)


def problems(version: str, changelog: str, tag: str | None = None) -> Iterator[str]:
    """A sentence for each reason not to release; `changelog` in the form of Keep a Changelog."""
    if not _VERSION.fullmatch(version):
        yield f"{version} is no version: it takes three numbers, as in 1.2.3."
        return
    if tag is not None and tag != f"v{version}":
        yield f"The tag is {tag}, but the program says {version}: the tag must be v{version}."
    entries = list(_entries(changelog))
    numbers = [name for name, _, _ in entries if name != "Unreleased"]
    if version not in numbers:
        yield f"CHANGELOG.md has no entry for {version}: add a head '## [{version}] - {date.today()}'."
        return
    if numbers[0] != version:
        yield f"CHANGELOG.md has {numbers[0]} above {version}: the newest comes first."
    for earlier in numbers[numbers.index(version) + 1 :]:
        if _VERSION.fullmatch(earlier) and _numbers(earlier) >= _numbers(version):
            yield f"{version} is no step forward from {earlier}."
    for name, day, body in entries:
        if name == version:
            yield from _entry_problems(name, day, body)
        elif name == "Unreleased" and re.search(r"^- ", body, re.MULTILINE):
            yield f"CHANGELOG.md still has changes under [Unreleased]: move them to {version}."


def _entry_problems(name: str, day: str, body: str) -> Iterator[str]:
    try:
        date.fromisoformat(day)
    except ValueError:
        yield f"CHANGELOG.md does not say the day of {name}, as in '## [{name}] - {date.today()}'."
    if not re.search(r"^- \S", body, re.MULTILINE):
        yield f"CHANGELOG.md says nothing under {name}."


def _entries(changelog: str) -> Iterator[tuple[str, str, str]]:
    """Version, day and text of each entry, as they stand."""
    heads = list(_HEAD.finditer(changelog))
    ends = [head.start() for head in heads[1:]] + [len(changelog)]
    for head, end in zip(heads, ends, strict=True):
        yield head[1], head[2] or "", changelog[head.end() : end]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def main() -> int:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = list(problems(version(), changelog, sys.argv[1] if len(sys.argv) > 1 else None))
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"{version()} may be released.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
