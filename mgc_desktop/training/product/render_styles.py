"""Make synthetic music in named styles: MMA's accompaniment grooves, played by FluidSynth with a free sound font.

    python -m mgc_desktop.training.product.render_styles FOLDER [--seconds 24] [--most 400]

Writes FLAC files and `tracks.tsv`, a data set for `--dataset tracks`. A style's name says little of a genre, so each
genre is marked as a guess: it may teach, but never measure. What is there already is not made again, and the same
command makes the same sounds. Needs `mma`, `fluidsynth` and a sound font (Debian: mma fluidsynth fluid-soundfont-gm).
"""

from __future__ import annotations

import argparse
import csv
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.product.style_songs import song

LIBRARY: Final = Path("/usr/share/mma/lib")
SOUND_FONT: Final = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
SR: Final = 22050
TAKES: Final = 6  # songs of one groove, where a genre has few grooves
LICENCE: Final = "grooves: GPL-2+ (mma); sounds: MIT (FluidR3)"
COLUMNS: Final = ("package", "path", "title", "artist", "raw_genre", "genre", "evidence", "duration_s", "licence")

_GENRES: Final = (  # first match in "library/file"; styles of which no genre is plain have none
    ("Hip-Hop", re.compile(r"hip-?hop")),
    ("Electro Rock", re.compile(r"/digitalrock")),
    ("Electronica", re.compile(r"techno|trance|house|/rave|/dance\d?$|/dnb|beatdance")),
    ("Ambient", re.compile(r"/ambient")),
    ("Hard Rock", re.compile(r"metal|/(hrk|mtl|thr|punk)$")),
    ("Alt Rock", re.compile(r"/(w-rock|basicrock|rock\d*|poprock\d)$")),
    ("Jazz", re.compile(r"(?<!folky)jazz(?!rhumba|rock|country|bossa)|bebop|bigband|"
                        r"/(68|easy|fast|slow)?swing|evansish|/dixie$|charleston")),
    ("World", re.compile(r"afro|salsa|samba|mambo|merengue|calypso|chacha|cubanguitar|desert|zydeco|"
                         r"/(rhumba|son|latin|mide)$|tango")),
)  # fmt: skip
_PARTS: Final = re.compile(r"intro|end\d*$|ending|fill|break|count|metronome|\d(E|F[AB])$|^none$", re.IGNORECASE)
_DEFINED: Final = re.compile(r"^\s*DefGroove\s+(\S+)", re.IGNORECASE | re.MULTILINE)
_BEATS: Final = re.compile(r"^\s*Time\s+(\d+)", re.IGNORECASE | re.MULTILINE)
_PITCHED: Final = re.compile(r"^\s*(Begin\s+)?(Chord|Bass|Walk|Arpeggio)\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RenderedStyle:
    """A file of MMA's library: its name as `library/file`, its grooves without intros, fills and endings.

    `beats`: of a bar. `drums_only`: nothing in it has a pitch.
    """

    name: str
    grooves: tuple[str, ...]
    beats: int
    drums_only: bool

    @property
    def genre(self) -> str | None:
        """One of the ten where the name makes it plain."""
        return next((genre for genre, pattern in _GENRES if pattern.search(self.name.lower())), None)


@dataclass(frozen=True, slots=True)
class Take:
    """One song of one groove; other takes of it differ in key, tempo, chords and tune."""

    style: RenderedStyle
    groove: str
    number: int

    @property
    def path(self) -> str:
        """The sound, below the folder."""
        safe = re.sub(r"[^\w.+-]", "_", self.groove)
        return f"{self.style.name}/{safe}-{self.number}.flac"


def read_styles(library: Path) -> list[RenderedStyle]:
    """The styles that have something to play. Raises TrainingError if there are none."""
    styles = []
    for path in sorted(library.glob("*/*.mma")):
        text = path.read_text(encoding="latin-1")
        grooves = tuple(dict.fromkeys(name for name in _DEFINED.findall(text) if not _PARTS.search(name)))
        beats = _BEATS.search(text)
        if grooves:
            name = path.relative_to(library).with_suffix("").as_posix()
            styles.append(RenderedStyle(name, grooves, int(beats[1]) if beats else 4, not _PITCHED.search(text)))
    if not styles:
        raise TrainingError("There are no grooves here. Install the package mma, or name its --library.", path=library)
    return styles


def choose(styles: Iterable[RenderedStyle], most: int) -> list[Take]:
    """Up to `most` songs, dealt out in turn to the genres, within each to its styles, within each to its grooves.

    The many styles without a plain genre get three times as many as one genre.
    """
    by_genre: dict[str, list[RenderedStyle]] = {}
    for style in styles:
        by_genre.setdefault(style.genre or "", []).append(style)
    lines = [_deal(own) for _, own in sorted(by_genre.items())]
    turns = [line for line, genre in zip(lines, sorted(by_genre), strict=True) for _ in range(1 if genre else 3)]
    return list(itertools.islice(_in_turn(turns), most))


def _deal(styles: Sequence[RenderedStyle]) -> Iterator[Take]:
    for number in range(1, TAKES + 1):
        yield from _in_turn([iter([Take(style, g, number) for g in style.grooves]) for style in styles])


def _in_turn(lines: Sequence[Iterator[Take]]) -> Iterator[Take]:
    """One of each line in turn until all are at their end."""
    for row in itertools.zip_longest(*lines):
        yield from (take for take in row if take is not None)


def play(take: Take, seconds: float, seed: int, sound_font: Path) -> NDArray[np.float32]:
    """The sound, mono, 22,050 Hz, peak 0.9. Raises TrainingError if a tool refuses or nothing is heard."""
    style = take.style
    text = song(
        f"{style.name}:{take.groove}", style.genre, style.beats, seconds,
        f"{seed} {take.path}", band=style.drums_only,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "song.mma").write_text(text, encoding="ascii")
        _call("mma", "-w", "-f", "song.mid", "song.mma", folder=folder)
        options = ("-r", str(SR), "-O", "s16", "-T", "wav", "-o", "synth.dynamic-sample-loading=1")
        _call("fluidsynth", "-niq", *options, "-F", "song.wav", str(sound_font), "song.mid", folder=folder)
        with wave.open(str(folder / "song.wav")) as file:
            pcm = np.frombuffer(file.readframes(int(seconds * SR)), "<i2").reshape(-1, file.getnchannels())
    y: NDArray[np.float32] = pcm.mean(axis=1, dtype=np.float32)
    peak = float(np.abs(y).max(initial=0))
    if peak < 100 or len(y) < int(seconds * SR) // 2:
        raise TrainingError("The groove is silent or stops too early.")
    y *= 0.9 / peak
    return y


def _call(*command: str, folder: Path) -> None:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if run.returncode or not any(folder.glob("song.[mw][ia][dv]")):
        said = (run.stdout + run.stderr).strip().splitlines() or ["it said nothing"]
        raise TrainingError(f"{command[0]}: {said[-1].strip()}")


def write_flac(path: Path, y: NDArray[np.float32]) -> None:
    """Mono, 16 bits, 22,050 Hz; there complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        replacing(path, durability=Durability.BUFFERED) as unfinished,
        av.open(str(unfinished), "w", format="flac") as container,
    ):
        stream = container.add_stream("flac", rate=SR, layout="mono")
        frame = av.AudioFrame.from_ndarray((y * 32767).astype("<i2")[None], format="s16", layout="mono")
        frame.sample_rate = SR
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def render_all(takes: Sequence[Take], folder: Path, seconds: float, seed: int, sound_font: Path) -> list[str]:
    """Make what is missing and write `tracks.tsv`; returns what could not be made, with the reason."""
    failed = []
    made = []
    for done, take in enumerate(takes, start=1):
        path = folder / take.path
        try:
            if not path.is_file():
                write_flac(path, play(take, seconds, seed, sound_font))
            made.append(take)
        except TrainingError as error:
            failed.append(f"{take.path}: {error.message}")
        if done % 25 == 0 or done == len(takes):
            print(f"{done} of {len(takes)} songs, {len(failed)} failed", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "tracks.tsv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_row(take, seconds) for take in made)
    return failed


def _row(take: Take, seconds: float) -> tuple[str, ...]:
    genre = take.style.genre or ""
    title = f"{take.groove} {take.number}"
    evidence = "guess" if genre else ""
    style = take.style.name
    return ("mma", take.path, title, f"MMA {style}", style.split("/")[1], genre, evidence, f"{seconds:.1f}", LICENCE)


def require_tools(sound_font: Path) -> None:
    """Raise TrainingError with the way out if a tool is missing."""
    missing = [tool for tool in ("mma", "fluidsynth") if shutil.which(tool) is None]
    if not sound_font.is_file():
        missing.append(f"the sound font {sound_font}")
    if missing:
        raise TrainingError(
            f"Missing: {', '.join(missing)}. On Debian: apt-get install mma fluidsynth fluid-soundfont-gm"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="render_styles", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--most", type=int, default=400, help="how many songs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--library", type=Path, default=LIBRARY)
    parser.add_argument("--sound-font", type=Path, default=SOUND_FONT)
    options = parser.parse_args(arguments)
    try:
        require_tools(options.sound_font)
        takes = choose(read_styles(options.library), options.most)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 2
    failed = render_all(takes, options.folder, options.seconds, options.seed, options.sound_font)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
