"""What the Library view says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mgc_desktop.library.progress import JobProgress
from mgc_desktop.library.scanner import ScanProgress
from mgc_desktop.library.song import Song, State
from mgc_desktop.ui.wording import joined, percent


@dataclass(frozen=True, slots=True)
class Counts:
    """How the library stands: songs by state, songs without a genre, songs that the review would write, folders, and
    single files beside them."""

    states: Mapping[State, int]
    no_genre: int = 0
    accepted: int = 0
    folders: int = 0
    files: int = 0

    @property
    def songs(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def not_analysed(self) -> int:
        """Those that the present model did not analyse, new ones and those that an earlier model analysed."""
        return self[State.NEW] + self[State.STALE]

    @property
    def to_review(self) -> int:
        """Those that have something to decide."""
        return self[State.TO_WRITE] + self[State.DIFFERS]

    @property
    def waiting(self) -> int:
        """Those that were asked for."""
        return self[State.WAITING] + self[State.ANALYSING]

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)


def number(count: int) -> str:
    """12,480."""
    return f"{count:,}"


def songs(count: int) -> str:
    """1 song, 12,480 songs."""
    return f"{number(count)} song{'' if count == 1 else 's'}"


def head_line(counts: Counts) -> str:
    """12,480 songs in 3 folders · 1,204 without a genre · 318 differ · 96 unsure · 7 failed."""
    where = f"{songs(counts.songs)} in {counts.folders} folder{'' if counts.folders == 1 else 's'}"
    if counts.files:
        single = f"{number(counts.files)} added by {'itself' if counts.files == 1 else 'themselves'}"
        where = f"{where}, {single}" if counts.folders else f"{songs(counts.songs)}, {single}"
    parts = (
        (counts.no_genre, "without a genre"),
        (counts[State.DIFFERS], "differ" if counts[State.DIFFERS] != 1 else "differs"),
        (counts[State.UNSURE], "unsure"),
        (counts[State.NONE], "none of these genres"),
        (counts[State.FAILED], "failed"),
    )
    return joined(where, *(f"{number(count)} {word}" for count, word in parts if count))


def spoken_state(song: Song) -> str:
    """A song's state in a word or two."""
    return {State.FAILED: "cannot be read", State.STALE: "earlier model"}.get(song.state, song.state.value)


def how_sure(song: Song) -> str:
    """How sure a song's genre is: 83 %, or "yours" where the user said it; "" without a verdict."""
    if song.by_user:
        return "yours"
    return percent(song.confidence) if song.confidence is not None else ""


def removal_question(name: str, leaving: int) -> str:
    """What is asked before a folder is removed, with the number of songs that leave the library with it."""
    if not leaving:
        return f"Remove “{name}” from the library? Its songs stay, because another folder of the library holds them."
    return (
        f"Remove “{name}” with {songs(leaving)} from the library? The files stay as they are, and so do songs that "
        "another folder of the library holds."
    )


def remaining(seconds: float) -> str:
    """20 min left, 3 h 5 min left."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute left"
    if minutes < 60:
        return f"{minutes} min left"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min left"


def job_line(progress: JobProgress) -> str:
    """Listening to Confession · 8,212 of 12,480 · 214 songs a minute · 20 min left."""
    done = f"{number(progress.done)} of {number(progress.total)}"
    failed = f"{number(progress.failed)} failed" if progress.failed else None
    if progress.paused:
        return joined("Paused", done, failed)
    now = f"Listening to {progress.now.name}" if progress.now else "Getting ready to listen"
    speed = f"{progress.per_minute:,.0f} songs a minute" if progress.per_minute >= 1 else None
    left = remaining(progress.remaining) if progress.remaining is not None else None
    return joined(now, done, failed, speed, left)


def scan_line(progress: ScanProgress | None) -> str:
    """Looking through Music · 3,200 songs found · 1,100 read."""
    if progress is None:
        return "Looking through the folders"
    read = f"{number(progress.read)} read" if progress.read else None
    return joined(f"Looking through {progress.folder.name}", f"{songs(progress.found)} found", read)


def idle_line(counts: Counts) -> str:
    """What there is to do, when nothing runs."""
    if counts.waiting:
        return f"{songs(counts.waiting)} wait{'s' if counts.waiting == 1 else ''} to be listened to"
    new, stale = counts[State.NEW], counts[State.STALE]
    not_analysed = f"{songs(new)} {'was' if new == 1 else 'were'} not listened to yet" if new else None
    if stale:
        analysed = f"{songs(stale)} {'was' if stale == 1 else 'were'} analysed by an earlier model; analyse again"
        return joined(not_analysed, analysed)
    if not_analysed:
        return not_analysed
    if not counts.songs:
        return "There are no songs in the library"
    if counts.accepted:
        ready = "is" if counts.accepted == 1 else "are"
        return f"Every song was listened to  ·  {number(counts.accepted)} {ready} ready to be reviewed"
    return "Every song was listened to"
