"""A walk of many files through write, verify and undo, which must give back every byte.

`python tests/tags/corpus.py FOLDER` walks the files of a folder; only copies of them are written.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mgc_desktop.errors import MgcError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.fingerprint import fingerprint
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.writer import undo_run, write_run

CHANGES = (
    (Field.GENRE, ("Hip-Hop", "曲")),
    (Field.GENRE, ("Blues",)),
    (Field.SEPARATE, ("Blues",)),
)
_AT_ONCE = 40
_MOST_BYTES = 200 << 20  # larger files are passed over


@dataclass
class Walked:
    """What came of a walk. `lost`: sentences about files that were not given back, or not written as was told."""

    files: int = 0
    writes: int = 0
    undone: int = 0
    unreadable: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_files: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        reasons = [f"  {count:5} × {reason}" for reason, count in self.refused.most_common()]
        head = (
            f"{self.files} files ({self.unreadable} unreadable), {self.writes} writes, {self.undone} undone byte for "
            f"byte, {sum(self.refused.values())} refused, {len(self.lost)} lost"
        )
        return "\n".join([head, *reasons, *(f"  LOST: {sentence}" for sentence in self.lost)])


def walk(paths: Iterable[Path], scratch: Path) -> Walked:
    """Write copies of files in all ways, verify each, take it back, and compare; the copies lie in `scratch`."""
    walked = Walked()
    everything = [path for path in paths if path.is_file() and path.stat().st_size <= _MOST_BYTES]
    for start in range(0, len(everything), _AT_ONCE):
        some = everything[start : start + _AT_ONCE]
        walked.files += len(some)
        for number, (tag_field, values) in enumerate(CHANGES):
            folder = scratch / f"{start} {number}"
            copies = _copied(some, folder)
            _there_and_back(copies, tag_field, values, Journal(folder / "journal"), walked, rename=number == 1)
            shutil.rmtree(folder)
    return walked


def _copied(paths: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """Copy -> original; each in a folder of its own, for names may be the same."""
    copies = {}
    for number, path in enumerate(paths):
        (folder / str(number)).mkdir(parents=True)
        copies[Path(shutil.copyfile(path, folder / str(number) / path.name))] = path
    return copies


def _there_and_back(
    copies: dict[Path, Path],
    tag_field: Field,
    values: tuple[str, ...],
    journal: Journal,
    walked: Walked,
    *,
    rename: bool,
) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, fingerprint(path)) for path in copies}
    for path in copies:
        try:
            read_tags(path)
        except MgcError:
            walked.unreadable += tag_field is Field.SEPARATE  # once for each file
    report = write_run([PlannedChange(path, tag_field, (), values, "", True) for path in copies], journal)
    if report.stopped:
        walked.lost.append(f"the run stopped: {report.stopped}")
    for refused in report.refused:
        walked.refused[_general(refused.reason)] += 1
        walked.refused_files.add(refused.path.name)
        _same(refused.path, before[refused.path], walked, "was refused")
    for written in report.written:
        walked.writes += 1
        try:
            now = read_tags(written.path)
            told = now.genres if tag_field is Field.GENRE else now.separate
        except MgcError as error:
            told = (str(error),)
        if told != values and "; ".join(told) != "; ".join(values):
            walked.lost.append(f"{written.path.name}: reads back as {told}")
        if fingerprint(written.path).audio != before[written.path][2].audio:
            walked.lost.append(f"{written.path.name}: its sound has another checksum")
    if not report.written:
        return
    names = {written.path: written.path for written in report.written}
    if rename:  # nothing of an undo may depend on the name
        names = {path: path.rename(path.with_name(f"{number}.renamed")) for number, path in enumerate(names)}
    undone = undo_run(journal.find(report.run), journal)
    walked.undone += len(undone.written)
    for refused in undone.refused:
        walked.lost.append(f"{refused.path.name} cannot be undone: {refused.reason}")
    for path, now_at in names.items():
        _same(now_at, before[path], walked, f"({path.name}) was undone")
    for folder in {path.parent for path in copies}:
        walked.lost += [f"{path} is left over" for path in folder.iterdir() if is_temporary(path)]


def _same(path: Path, before: tuple[bytes, int, object], walked: Walked, what: str) -> None:
    if path.read_bytes() != before[0]:
        walked.lost.append(f"{path.name} {what} and has other bytes")
    elif path.stat().st_mtime_ns != before[1]:
        walked.lost.append(f"{path.name} {what} and has another time")


def _general(reason: str) -> str:
    """A reason without what differs from file to file."""
    return reason if len(reason) < 120 else f"{reason[:117]}..."


def main() -> int:
    """Walk the files below the folders that are named; 1 if anything is lost."""
    with tempfile.TemporaryDirectory() as scratch:
        files = [path for name in sys.argv[1:] for path in sorted(Path(name).rglob("*"))]
        walked = walk(files, Path(scratch))
    sys.stdout.write(f"{walked}\n")
    return 1 if walked.lost else 0


if __name__ == "__main__":
    sys.exit(main())
