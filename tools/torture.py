"""Torture the writing of tags: kills, mutations, full disks, odd names, hostile covers, races. Nothing may be lost.

    python tools/torture.py [--minutes 10] [--seed 1] [PART ...]

Only files that it makes are written. The same seed gives the same files, names and mutations; how far a
killed or racing process comes differs from run to run. Prints what was done in numbers; exit status 1 on any loss, on
any crash, and where anything but a sentence came of a bad file.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "tags")]

import made_songs  # noqa: E402
import odd_songs  # noqa: E402
from corpus import Walked, walk  # noqa: E402
from killed import Scene, Steps, outcome_of, run_in_child, steps_of  # noqa: E402

from mgc_desktop.audio.decode import AudioReader  # noqa: E402
from mgc_desktop.errors import MgcError  # noqa: E402
from mgc_desktop.tags.fields import Field  # noqa: E402
from mgc_desktop.tags.fingerprint import fingerprint  # noqa: E402
from mgc_desktop.tags.journal import Journal  # noqa: E402
from mgc_desktop.tags.policy import PlannedChange  # noqa: E402
from mgc_desktop.tags.read import read_tags  # noqa: E402
from mgc_desktop.tags.temporary import is_temporary  # noqa: E402
from mgc_desktop.tags.writer import undo_run, write_run  # noqa: E402

KINDS_FOR_KILLS = ("plain", "id3v1 behind", "apev2 behind", "icy header in front", "zeros in front")
SLOW = 5.0  # seconds that reading the tags of one small file may take, on a busy machine
LOOKED_AT = 30 * 44100  # frames that are decoded of a file


@dataclass
class Part:
    """What came of one part. `lost`: sentences, each of which makes the exit status 1."""

    name: str
    done: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    note: str = ""

    def count(self, what: str, number: int = 1) -> None:
        """Add to a number."""
        self.done[what] = self.done.get(what, 0) + number

    def __str__(self) -> str:
        numbers = ", ".join(f"{number:,} {what}" for what, number in self.done.items()) or "nothing done"
        note = f" ({self.note})" if self.note else ""
        return "\n".join([f"{self.name}: {numbers}, {len(self.lost)} lost{note}", *(f"    {s}" for s in self.lost)])


@dataclass
class Torture:
    """What all parts have: a folder to work in, songs of all kinds, and a source of chance."""

    folder: Path
    seed: int

    def __post_init__(self) -> None:
        self.originals = self.folder / "originals"
        self.originals.mkdir()
        for ending in made_songs.ENCODERS:
            made_songs.encode(self.originals / f"song{ending}", ending, 0.5)
        shutil.copyfile(Path(made_songs.__file__).with_name("tones.ape"), self.originals / "song.ape")
        self.songs = sorted(self.originals.iterdir())

    def chance(self, part: str) -> random.Random:
        """The same for each run of a part with this seed."""
        return random.Random(f"{self.seed} {part}")

    def place(self, name: str) -> Path:
        """An empty folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path


def until(seconds: float) -> Iterator[int]:
    """0, 1, 2, ... until the time is over; once at least."""
    end, number = time.monotonic() + seconds, 0
    while number == 0 or time.monotonic() < end:
        yield number
        number += 1


def change(path: Path, *genres: str) -> PlannedChange:
    """A change of the genre."""
    return PlannedChange(path, Field.GENRE, (), genres, "", True)


# ---- the parts ----


def kills(torture: Torture, seconds: float) -> Part:
    """Kill the writer and the undo, at a step of their code or at a moment, over twenty kinds of file."""
    part, chance = Part("kills"), torture.chance("kills")
    place = torture.place("kills")
    kinds = place / "kinds"
    kinds.mkdir()
    scratch = torture.place("scratch")
    wraps = odd_songs.wraps(scratch)
    for path in torture.songs:
        made_songs.tag_fully(Path(shutil.copyfile(path, kinds / path.name)))
    for name in KINDS_FOR_KILLS:
        (kinds / f"{name}.mp3").write_bytes(wraps[name]((torture.originals / "song.mp3").read_bytes()))
    for name, ending in (("apev2 behind", ".wv"), ("apev2 behind", ".tta"), ("id3v2.4 in front", ".flac")):
        data = (torture.originals / f"song{ending}").read_bytes()
        (kinds / f"{name}{ending}").write_bytes(wraps[name](data))
    scene = Scene(place, sorted(kinds.iterdir()))
    part.note = f"{len(scene.originals)} kinds of file"
    scene.set_up("counted")
    steps = steps_of(scene.write)
    start = time.perf_counter()
    os.waitpid(run_in_child(scene.write), 0)
    usual = time.perf_counter() - start
    for number in until(seconds):
        for old in place.glob("kill *"):
            shutil.rmtree(old)
        scene.set_up(f"kill {number}")
        undoing = number % 3 == 2
        act = scene.write
        if undoing:
            scene.write()
            act = lambda: undo_run(scene.journal.find(), scene.journal)  # noqa: E731
        try:
            if number % 2:
                at = chance.randrange(1, steps)
                os.waitpid(run_in_child(lambda at=at, act=act: Steps(at).run(act)), 0)  # type: ignore[misc]
            else:
                child = run_in_child(act)
                time.sleep(chance.uniform(0, 1.1 * usual))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            written = scene.check_undo() if undoing else scene.check()
            part.count("kills of an undo" if undoing else "kills of a run")
            if 0 < written < len(scene.originals):
                part.count("of them between two files")
        except Exception:
            part.lost.append(f"kill {number}: {traceback.format_exc(limit=-2)}")
    return part


def mutated(data: bytes, chance: random.Random, *, within: tuple[int, int]) -> bytes:
    """A few bytes set, a stretch taken out, doubled or filled, in `within`."""
    found = bytearray(data)
    low, high = within
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(low, max(low + 1, min(high, len(found))))
        size = chance.choice((1, 1, 2, 4, 100))
        how = chance.randrange(5)
        if how == 0:
            found[at : at + size] = chance.randbytes(size)
        elif how == 1:
            found[at : at + size] = bytes([chance.choice((0, 0x7F, 0x80, 0xFF))]) * size
        elif how == 2:
            del found[at : at + size]
        elif how == 3:
            found[at:at] = found[at : at + size]
        elif at < len(found):
            found[at] ^= 1 << chance.randrange(8)
    return bytes(found)


def _tag_ends(path: Path) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where tags stand: at the beginning and at the end."""
    size = path.stat().st_size
    return (0, min(size, 2000)), (max(0, size - 1000), size)


def mutations_of_tags(torture: Torture, seconds: float) -> Part:
    """Read, write and take back files with mutated tags: a sentence or a write, and never another byte."""
    part, chance = Part("mutations of tags"), torture.chance("tags")
    tagged = []
    place = torture.place("tagged")
    for path in torture.songs:
        tagged.append(Path(shutil.copyfile(path, place / path.name)))
        made_songs.tag_fully(tagged[-1])
    for number in until(seconds):
        folder, scratch = torture.place("mutated"), torture.place("scratch")
        paths = []
        for index in range(24):
            source = chance.choice(tagged)
            paths.append(folder / f"{index}{source.suffix}")
            paths[-1].write_bytes(mutated(source.read_bytes(), chance, within=chance.choice(_tag_ends(source))))

        told: list[Walked] = []

        def there_and_back(paths: list[Path] = paths, scratch: Path = scratch, told: list[Walked] = told) -> None:
            for path in paths:
                start = time.perf_counter()
                with contextlib.suppress(MgcError):
                    read_tags(path)
                assert time.perf_counter() - start < SLOW, f"{path.name} takes too long to be read"
            told.append(walk(paths, scratch))
            assert not told[0].lost, "; ".join(told[0].lost)

        if said := outcome_of(there_and_back):
            kept = Path(tempfile.mkdtemp(prefix="mgc-torture-"))
            shutil.copytree(folder, kept / f"tags {number}")
            part.lost.append(f"seed {torture.seed}, batch {number}, kept in {kept}: {said}")
        part.count("files", len(paths))
        part.count("writes tried", 3 * len(paths))
    return part


def mutations_of_sounds(torture: Torture, seconds: float) -> Part:
    """Decode mutated sounds: samples or a sentence, and no crash."""
    part, chance = Part("mutations of sounds"), torture.chance("sounds")
    for number in until(seconds):
        folder = torture.place("mutated")
        paths = []
        for index in range(40):
            source = chance.choice(torture.songs)
            paths.append(folder / f"{index}{source.suffix}")
            data = source.read_bytes()
            within = chance.choice(((0, 200), (0, len(data))))
            paths[-1].write_bytes(mutated(data, chance, within=within))

        def decode(paths: list[Path] = paths) -> None:
            for path in paths:
                with contextlib.suppress(MgcError), AudioReader(path) as reader:
                    frames = 0
                    for block in reader:
                        frames += block.shape[-1]
                        if frames > LOOKED_AT:
                            break
                assert fingerprint(path).size == path.stat().st_size

        if said := outcome_of(decode):
            kept = Path(tempfile.mkdtemp(prefix="mgc-torture-"))
            shutil.copytree(folder, kept / f"sounds {number}")
            part.lost.append(f"seed {torture.seed}, batch {number}, kept in {kept}: {said}")
        part.count("files", len(paths))
    return part


def full_disk(torture: Torture, seconds: float) -> Part:
    """Write where there is room for some copies, for none, and for no journal."""
    part, chance = Part("full disk"), torture.chance("disk")
    disk = torture.place("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]
    if sys.platform != "linux" or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        part.note = "skipped: mounting a small file system is not allowed here"
        return part
    small = [path for path in torture.songs if path.stat().st_size < 100_000]
    try:
        for _ in until(seconds):
            shutil.rmtree(disk / "songs", ignore_errors=True)
            (disk / "songs").mkdir()
            songs = [Path(shutil.copyfile(path, disk / "songs" / path.name)) for path in small]
            before = {path: path.read_bytes() for path in songs}
            journal = Journal((disk if chance.random() < 0.5 else torture.folder) / "journal")
            ballast = disk / "ballast"
            room = os.statvfs(disk)
            free = room.f_bavail * room.f_frsize
            with contextlib.suppress(OSError):
                ballast.write_bytes(bytes(max(0, free - chance.choice((0, 4096, 8192, 40_000, 120_000)))))
            told = "runs that could not begin"
            try:
                report = write_run([change(path, "Hip-Hop" * chance.choice((1, 300))) for path in songs], journal)
                told = "runs that were stopped" if report.stopped else "runs"
                part.count("files refused", len(report.refused))
                part.count("files written", len(report.written))
                changed = {written.path for written in report.written}
            except MgcError:
                changed = set()
            part.count(told)
            ballast.unlink(missing_ok=True)
            for path in songs:
                if path not in changed and path.read_bytes() != before[path]:
                    part.lost.append(f"{path.name} was changed and is not in the report")
            for run in journal.recovered_runs():
                if run.can_be_undone:
                    undo_run(run, journal)
            for path in songs:
                if path.read_bytes() != before[path]:
                    part.lost.append(f"{path.name} did not come back")
            part.lost += [f"{path} is left over" for path in (disk / "songs").iterdir() if is_temporary(path)]
            shutil.rmtree(journal.folder, ignore_errors=True)
    finally:
        subprocess.run(["umount", str(disk)], check=False)
    return part


NAMES = (
    b"line\nbreak", b"\x1b[31mred\x07", b"caf\xe9", b"-rf", b"--yes", b" ", b"a\ttab", b"quote'\"`$(x)", b"*?[a]",
    "Mötley Crüe".encode(), "Mo\u0308tley".encode(), "曲の名前".encode(), "\u202egnp.3pm".encode(), "🎵".encode(),
    "\ufeffmark".encode(), b".hidden", b"...", b"CON", b"x" * 251, "é".encode() * 125, b"%s%n", b"a:b|c<d>",
    b"back\\slash",
)  # fmt: skip


def odd_names(torture: Torture, seconds: float) -> Part:
    """Files of odd names, in folders of odd names, written, renamed to odd names, and taken back."""
    part, chance = Part("odd names"), torture.chance("names")
    for _ in until(seconds):
        place = torture.place("names")
        paths = []
        for name in NAMES:
            source = chance.choice(torture.songs)
            folder = Path(os.fsdecode(os.fsencode(place) + b"/" + chance.choice(NAMES)))
            path = folder / os.fsdecode(name[:240] + os.fsencode(source.suffix))
            with contextlib.suppress(OSError):  # a name that this file system does not take
                folder.mkdir(exist_ok=True)
                paths.append(Path(shutil.copyfile(source, path)))
        before = {path: path.read_bytes() for path in paths}
        journal = Journal(torture.folder / "journal of names")
        report = write_run([change(path, "Hip-Hop") for path in paths], journal)
        part.count("files written", len(report.written))
        part.lost += [f"{refused.path!r}: {refused.reason}" for refused in report.refused]
        now = {path: path for path in paths}
        for path in chance.sample(paths, 5):
            now[path] = path.rename(path.with_name(f"renamed {chance.randrange(10**9)}"))
        undone = undo_run(journal.find(), journal)
        part.count("files undone", len(undone.written))
        part.lost += [f"{path!r} did not come back" for path in paths if now[path].read_bytes() != before[path]]
        shutil.rmtree(journal.folder)
    return part


def hostile_covers(torture: Torture, seconds: float) -> Part:
    """Covers of wrong kinds and sizes: the song is read without them, written, and taken back with them."""
    from mutagen.apev2 import APETextValue, APEv2
    from mutagen.flac import FLAC
    from mutagen.id3 import APIC, ID3

    part, chance = Part("hostile covers"), torture.chance("covers")
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0" + bytes(50)
    pictures = (bomb, b"", b"GIF89a" + b"\xff" * 4, b"<svg onload='x'/>", made_songs.PNG[:20], bytes(300_000))
    for _ in until(seconds):
        place, scratch = torture.place("covers"), torture.place("scratch")
        paths = []
        for number, data in enumerate(pictures):
            mp3 = Path(shutil.copyfile(torture.originals / "song.mp3", place / f"{number}.mp3"))
            tags = ID3()
            kind = chance.choice((0, 3, 77, 255))
            tags.add(APIC(mime=chance.choice(("image/png", "", "-->", "text/html", "é")), type=kind, data=data))
            tags.save(mp3)
            wv = Path(shutil.copyfile(torture.originals / "song.wv", place / f"{number}.wv"))
            own = APEv2()
            own["Cover Art (Front)"] = APETextValue("no picture", 0)
            own.save(wv)
            flac = Path(shutil.copyfile(torture.originals / "song.flac", place / f"{number}.flac"))
            audio = FLAC(flac)
            audio["metadata_block_picture"] = chance.choice(("ünïcode", "", "====", "AAAA" * 1000))
            audio.save()
            paths += [mp3, wv, flac]

        def there_and_back(paths: list[Path] = paths, scratch: Path = scratch) -> None:
            for path in paths:
                read_tags(path)
            walked = walk(paths, scratch)
            assert not walked.lost, "; ".join(walked.lost)

        if said := outcome_of(there_and_back):
            part.lost.append(said)
        part.count("files", len(paths))
    return part


def races(torture: Torture, seconds: float) -> Part:
    """Two writers at once, and another program that changes, moves or deletes files while they are written."""
    part, chance = Part("races"), torture.chance("races")
    for _ in until(seconds):
        place = torture.place("race")
        songs = [Path(shutil.copyfile(path, place / path.name)) for path in torture.songs]
        before = {path: path.read_bytes() for path in songs}
        theirs = {path: before[path] + b"changed by another program" for path in chance.sample(songs, 4)}
        journal = Journal(place / "journal")

        def write(genre: str, songs: list[Path] = songs, journal: Journal = journal) -> None:
            with contextlib.suppress(MgcError):
                write_run([change(path, genre) for path in songs], journal)

        children = [run_in_child(lambda genre=genre: write(genre)) for genre in ("Rock", "Jazz")]  # type: ignore[misc]
        for path, data in theirs.items():
            time.sleep(chance.uniform(0, 0.02))
            other = path.with_name("other")
            other.write_bytes(data)
            other.replace(path)
        for child in children:
            os.waitpid(child, 0)
        for run in journal.recovered_runs():
            undo_run(run, journal)
        for path in songs:
            if path.read_bytes() not in (before[path], theirs.get(path)):
                part.lost.append(f"{path.name} is neither what it was nor what another program made of it")
            elif path in theirs and path.read_bytes() != theirs[path]:
                part.lost.append(f"{path.name}: what another program wrote is gone")
        part.count("races")
        part.count("files", len(songs))
    return part


PARTS: dict[str, tuple[Callable[[Torture, float], Part], float]] = {  # and its share of the time
    "kills": (kills, 0.35),
    "tags": (mutations_of_tags, 0.25),
    "sounds": (mutations_of_sounds, 0.1),
    "disk": (full_disk, 0.1),
    "names": (odd_names, 0.05),
    "covers": (hostile_covers, 0.05),
    "races": (races, 0.1),
}


def main() -> int:
    """Torture for so many minutes; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long (default: 10)")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if not hasattr(os, "fork"):
        print("skipped: this system has neither SIGKILL nor fork")
        return 0
    chosen = options.parts or list(PARTS)
    total = sum(PARTS[name][1] for name in chosen)
    lost = 0
    print(f"seed {options.seed}, {options.minutes:g} minutes")
    with tempfile.TemporaryDirectory() as folder:
        torture = Torture(Path(folder), options.seed)
        for name in chosen:
            act, share = PARTS[name]
            part = act(torture, options.minutes * 60 * share / total)
            print(part, flush=True)
            lost += len(part.lost)
    print(f"{lost} lost in all")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
