"""Numbers and findings in words: what the labels say."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mgc_desktop.inference.prediction import Timeline, TrackPrediction
    from mgc_desktop.workers.songs import SongTagsReader

SEPARATOR: Final = "  ·  "
UNSURE: Final = "Unsure"
NONE: Final = "none of these"
NONE_OF_THESE: Final = "None of these"
_CODECS: Final = {
    "mp3": "MP3", "mp3float": "MP3", "vorbis": "Ogg Vorbis", "opus": "Opus", "flac": "FLAC", "alac": "ALAC",
    "aac": "AAC", "ape": "Monkey's Audio", "wavpack": "WavPack", "wmav1": "WMA", "wmav2": "WMA", "wmapro": "WMA",
    "wmalossless": "WMA",
}  # fmt: skip


def clock(seconds: float, *, tenths: bool = False) -> str:
    """1:03, 1:02:03, or with `tenths` 1:03.4."""
    unit = 10 if tenths else 1
    total = math.floor(max(0.0, seconds) * unit + 1e-6)
    whole, part = divmod(total, unit)
    hours, rest = divmod(whole, 3600)
    text = f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return f"{text}.{part}" if tenths else text


def percent(share: float) -> str:
    """41 %."""
    return f"{100 * share:.0f} %"


def codec_name(codec: str, bit_rate: int | None) -> str:
    """MP3 192 kb/s; only the name where the rate says nothing (uncompressed) or is unknown."""
    if codec.startswith("pcm"):
        return "PCM"
    name = _CODECS.get(codec, codec.upper())
    return f"{name} {round(bit_rate / 1000)} kb/s" if bit_rate else name


def joined(*parts: str | None) -> str:
    """The parts there are, with dots between."""
    return SEPARATOR.join(part for part in parts if part)


def song_line(facts: SongTagsReader) -> str:
    """artist · album · 2:27 · MP3 192 kb/s."""
    length = clock(facts.duration) if facts.duration else None
    sound = codec_name(facts.codec, facts.bit_rate) if facts.codec else None
    return joined(facts.artist, facts.album, length, sound)


def _key(genre: str) -> str:
    return re.sub(r"[\W_]", "", genre.casefold())


def known_genre(written: str, genres: Sequence[str]) -> str | None:
    """Which of the genres one written in a file is ("hip hop" is Hip-Hop), None for any other."""
    return {_key(genre): genre for genre in genres}.get(_key(written))


def comparison(genre: str | None, in_file: Sequence[str], genres: Sequence[str]) -> str | None:
    """Whether the file agrees; None where either side has nothing that can be compared."""
    written = {known for name in in_file if (known := known_genre(name, genres)) is not None}
    if genre is None or not written:
        return None
    return "agrees with the file" if genre in written else "differs from the file"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the panel on the whole song shows: `genre` decides the colour, None for none."""

    headline: str
    genre: str | None
    detail: str


NO_VERDICT: Final = Verdict("", None, "")
NOT_ANALYSED_VERDICT: Final = Verdict("Not heard", None, "this song could not be analysed")


def verdict(
    prediction: TrackPrediction | None, *, running: bool, in_file: Sequence[str] = (), said: Sequence[str] = ()
) -> Verdict:
    """The verdict so far; `running` while the analysis still listens. `said`: what the user said, which is final."""
    if said:
        found = None
        if prediction is not None and prediction.genre is not None:
            source = heard_by(prediction.model, prediction.model_version)
            found = f"{source} says so, too" if prediction.genre in said else f"{source} says {prediction.genre}"
        known = (*said, *(prediction.genres if prediction is not None else ()))
        return Verdict(", ".join(said), said[0], joined("as you said", comparison(said[0], in_file, known), found))
    if prediction is None:
        return Verdict("Listening…", None, "the first verdict takes a moment") if running else NO_VERDICT
    share = min(1.0, prediction.analysed_seconds / prediction.duration) if prediction.duration > 0 else 0.0
    progress = f"listening… {percent(share)}" if running else None
    source = heard_by(prediction.model, prediction.model_version)
    if not len(prediction.timeline) and not running:
        return Verdict("Silence", None, "nothing to name a genre by")
    if prediction.genre is None:
        best, probability = prediction.ranked[0]
        if prediction.outcome.value == NONE:
            detail = joined("unlike these genres", f"nearest {best}", progress or source)
            return Verdict(NONE_OF_THESE, None, detail)
        return Verdict(UNSURE, None, joined(f"most like {best}, {percent(probability)}", progress or source))
    # Nothing is ever wholly certain.
    sure = f"{percent(prediction.confidence)} sure" if prediction.confidence < 0.995 else "over 99 % sure"
    if progress:
        return Verdict(prediction.genre, prediction.genre, joined(sure, progress))
    return Verdict(
        prediction.genre,
        prediction.genre,
        joined(sure, comparison(prediction.genre, in_file, prediction.genres), source),
    )


def heard_by(model: str, version: str) -> str:
    """musicnn, or musicnn with My genres where a taught head is in use."""
    _, adapter, rest = version.partition("+head:")
    return f"{model} with {rest.rpartition('-')[0]}" if adapter else model


def described(timeline: Timeline, limit: int = 8) -> str:
    """Which genre leads when, as a sentence for those who hear the window instead of seeing it."""
    if not len(timeline):
        return ""
    leaders = timeline.probabilities.argmax(axis=1).tolist()
    changes = [i for i in range(1, len(leaders)) if leaders[i] != leaders[i - 1]]
    edges = [0, *changes, len(leaders)]
    parts = []
    for first, after in itertools.pairwise(edges[: limit + 1]):
        start, end = float(timeline.times[first, 0]), float(timeline.times[after - 1, 1])
        parts.append(f"{timeline.genres[leaders[first]]} from {clock(start)} to {clock(end)}")
    more = len(edges) - 1 - len(parts)
    return ", ".join(parts) + (f", and {more} more stretches" if more else "")
