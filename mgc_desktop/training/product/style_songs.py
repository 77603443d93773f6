"""A song for an accompaniment groove, as text for MMA: key, tempo, chords, and a tune on top, all drawn from a seed.

MMA (Musical MIDI Accompaniment) turns a groove and a line of chords into MIDI. Some of its libraries have drums only;
those get a band of the genre's kind.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Chord = tuple[int, str]  # semitones above the key, MMA's name of the kind
FLATS: Final = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SHARPS: Final = ("c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b")


def _chords(text: str) -> tuple[Chord, ...]:
    return tuple((int(n), kind) for n, _, kind in (part.partition(":") for part in text.split()))


_POP: Final = tuple(map(_chords, ("0: 7: 9:m 5:", "9:m 5: 0: 7:", "0: 5: 7: 5:", "0: 9:m 2:m 7:")))
_MINOR: Final = tuple(map(_chords, ("0:m 8: 3: 10:", "0:m 10: 8: 7:", "0:m 5:m 0:m 7:7", "0:m 0:m 8: 10:")))
_MODAL: Final = tuple(map(_chords, ("0:m7 5:7", "0: 10: 5: 0:", "0:m 1: 0:m 10:m", "0:sus2 0: 5:sus2 5:")))
_JAZZ: Final = tuple(
    map(_chords, ("2:m7 7:7 0:M7 9:7", "0:M7 9:m7 2:m7 7:7", "4:m7 9:7 2:m7 7:7", "2:m7b5 7:7b9 0:m6 0:m6"))
)
_BLUES: Final = (_chords("0:7 5:7 0:7 0:7 5:7 5:7 0:7 0:7 7:7 5:7 0:7 7:7"),)
_POWER: Final = tuple(map(_chords, ("0:5 0:5 3:5 10:5", "0:5 8:5 10:5 0:5", "0:5 1:5 0:5 6:5", "0:5 5:5 3:5 5:5")))
_OLD: Final = tuple(map(_chords, ("0: 7: 9:m 4:m 5: 0: 5: 7:", "0:m 5:m 10: 3: 8: 2:dim 7: 0:m")))


@dataclass(frozen=True, slots=True)
class Manner:
    """How a genre is played: chord progressions, tempo in beats a minute, voices of the chords, bass and tune.

    `beat` names how the chords of the added band fall: `held`, `eighths`, `off` or `stabs`.
    """

    progressions: tuple[tuple[Chord, ...], ...]
    tempo: tuple[int, int]
    chords: tuple[str, ...]
    bass: tuple[str, ...]
    tune: tuple[str, ...]
    beat: str


MANNERS: Final[dict[str, Manner]] = {
    "Alt Rock": Manner(
        _POP + _MINOR, (100, 145), ("OverdriveGuitar", "CleanGuitar"), ("PickedBass",), ("OverdriveGuitar",), "eighths"
    ),
    "Ambient": Manner(
        _MODAL, (60, 84), ("WarmPad", "SweepPad", "HaloPad"), ("SynthBass1",), ("Atmosphere", "Vibraphone"), "held"
    ),
    "Electro Rock": Manner(
        _MINOR, (110, 135), ("DistortionGuitar", "SawWave"), ("SynthBass2",), ("SquareWave",), "eighths"
    ),
    "Electronica": Manner(
        _MINOR + _MODAL, (120, 140), ("SawWave", "PolySynth", "SynthStrings1"), ("SynthBass1", "SynthBass2"),
        ("SawWave", "SquareWave"), "off",
    ),
    "Hard Rock": Manner(
        _POWER, (110, 180), ("DistortionGuitar",), ("PickedBass",), ("DistortionGuitar",), "eighths"
    ),
    "Hip-Hop": Manner(
        _MINOR + _MODAL, (78, 100), ("RhodesPiano", "Strings"), ("SynthBass1", "FingeredBass"),
        ("SquareWave", "Vibraphone"), "stabs",
    ),
    "Jazz": Manner(
        _JAZZ + _BLUES, (100, 190), ("Piano1", "JazzGuitar"), ("AcousticBass",),
        ("TenorSax", "MutedTrumpet", "Trumpet", "AltoSax", "Vibraphone"), "stabs",
    ),
    "World": Manner(
        _MODAL + _MINOR + _POP, (88, 130), ("NylonGuitar", "Accordion", "Marimba"), ("AcousticBass",),
        ("PanFlute", "Sitar", "Shanai", "Ocarina", "Kalimba", "NylonGuitar"), "off",
    ),
}  # fmt: skip
ANY: Final = Manner(
    _POP + _MINOR + _BLUES + _OLD, (84, 132), ("Piano1", "SteelGuitar", "Strings"), ("FingeredBass",),
    ("Flute", "Piano1", "Clarinet", "Violin", "CleanGuitar"), "held",
)  # fmt: skip


def song(groove: str, genre: str | None, beats: int, seconds: float, seed: str, *, band: bool) -> str:
    """MMA's text of a song that lasts `seconds` or a little longer. `beats`: of a bar. `band`: add chords and bass.

    The same arguments give the same text.
    """
    draw = random.Random(seed)
    manner = MANNERS.get(genre or "", ANY)
    tempo, key = draw.randint(*manner.tempo), draw.randrange(12)
    progression = draw.choice(manner.progressions)
    lines = [f"RndSeed {draw.randrange(10_000)}", f"Tempo {tempo}", f"Groove {groove}"]
    if band:
        lines += _band(manner, beats, draw)
    tune = draw.random() < 0.6
    if tune:
        lines += [f"Solo Voice {draw.choice(manner.tune)}", "Solo Octave 5", "Solo Volume mf"]
    degree = draw.randrange(5)
    for bar in range(math.ceil(seconds * tempo / 60 / beats) + 1):
        offset, kind = progression[bar % len(progression)]
        root = (key + offset) % 12
        if tune:
            riff, degree = _tune(root, kind, beats, degree, draw)
            lines.append(f"Solo Riff {riff}")
        lines.append(f"{bar + 1} {FLATS[root]}{kind}")
    return "\n".join(lines) + "\n"


def _tune(root: int, kind: str, beats: int, degree: int, draw: random.Random) -> tuple[str, int]:
    """A bar of a walk over the chord's five-tone scale, in eighths, and the degree where it ends."""
    minor = kind.startswith("m") or kind == "dim"
    scale = (0, 3, 5, 7, 10) if minor else (0, 2, 4, 7, 9)
    left, notes = beats * 2, []
    while left:
        length = draw.choice([n for n in (1, 1, 2, 2, 3, 4) if n <= left])
        left -= length
        degree = min(max(degree + draw.choice((-2, -1, -1, 1, 1, 2)), 0), 7)
        octave, step = divmod(degree, 5)
        high, pitch = divmod(root + scale[step], 12)
        name = "r" if draw.random() < 0.15 else SHARPS[pitch] + "+" * (octave + high)
        notes.append({1: "8", 2: "4", 3: "4.", 4: "2"}[length] + name)
    return ";".join(notes) + ";", degree


def _band(manner: Manner, beats: int, draw: random.Random) -> list[str]:
    halves = [1 + i / 2 for i in range(beats * 2)]
    falls = {
        "held": [1.0],
        "eighths": halves,
        "off": halves[1::2],
        "stabs": sorted({1.0, draw.choice(halves[2:]), draw.choice(halves[2:])}),
    }[manner.beat]
    bass = draw.choice((halves[::2], halves, sorted({1.0, *draw.sample(halves[2:], 2)})))
    return [
        *_track("Chord-Band", draw.choice(manner.chords), [f"{b:g} {_length(manner.beat)} 85" for b in falls], "mf"),
        *_track("Bass-Band", draw.choice(manner.bass), [f"{b:g} 8 {_degree(b, draw)} 95" for b in bass], "f"),
    ]


def _length(beat: str) -> str:
    return {"held": "1", "eighths": "8", "off": "8", "stabs": "4"}[beat]


def _degree(beat: float, draw: random.Random) -> int:
    return 1 if beat == 1 else draw.choice((1, 1, 1, 5))


def _track(name: str, voice: str, pattern: Sequence[str], volume: str) -> list[str]:
    return [f"{name} Voice {voice}", f"{name} Volume {volume}", f"{name} Sequence {{{'; '.join(pattern)}}}"]
