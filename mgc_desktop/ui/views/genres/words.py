"""What the Genres view says, in words."""

from __future__ import annotations

from mgc_desktop.analysis.distribution import Balance, Distribution, Division, GenreSongs, Side, Weight
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.wording import joined, percent

_MOST = 3  # genres named in one sentence


def times(ratio: float) -> str:
    """3.1 ×, 12 ×."""
    return f"{ratio:.1f} ×" if ratio < 9.95 else f"{ratio:.0f} ×"


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def head_line(found: Distribution) -> str:
    """530 songs · 412 with a genre in the file · 518 heard."""
    total = len(found.columns)
    predicted = total - len(found.not_analysed)
    tagged = f"{number(total - len(found.untagged))} with a genre in the file"
    return joined(songs(total), tagged, f"{number(predicted)} listened to")


def share_word(found: Balance) -> str:
    """Beside a bar: much and little, in numbers; "" for what is usual."""
    if not found.ratio:
        return "never heard"
    return "" if found.weight is Weight.USUAL else f"{times(found.ratio)} even share"


def even_sentence(found: Distribution) -> str:
    """What there is much and little of, beside as many songs of each genre."""
    known = [genre for genre in found.genres if genre.known]
    if not found.verdicts:
        return ""
    weighed = [(genre, found.against_even(genre)) for genre in known]
    much = [f"{g.name} ({times(b.ratio)})" for g, b in weighed if b.weight is Weight.MUCH][:_MOST]
    little = [g.name for g, b in reversed(weighed) if b.weight is Weight.LITTLE]
    even = f"An even share would be {percent(1 / len(known))} of what was heard."
    more = f"Much more: {listed(much)}." if much else "No genre has much more."
    some = little[:_MOST] + ([f"{len(little) - _MOST} others"] if len(little) > _MOST else [])
    less = f"Much less: {listed(some)}." if little else ""
    return " ".join(part for part in (even, more, less) if part)


def bar_reading(found: Distribution, genre: GenreSongs, side: Side) -> str:
    """Jazz: 12 songs heard, 4 % of what was heard, 0.4 × an even share."""
    count = len(genre.songs(side))
    if side is Side.TAGGED:
        tagged = len(found.columns) - len(found.untagged)
        share = f", {percent(count / tagged)} of the songs that have a genre" if tagged and count else ""
        return f"{genre.name}: {songs(count)} in the file{share}"
    if not genre.known:
        return f"{genre.name}: a name in files, none of the genres that are listened for"
    share = f", {percent(count / found.verdicts)} of what was heard" if found.verdicts and count else ""
    beside = f", {times(found.against_even(genre).ratio)} an even share" if found.verdicts else ""
    return f"{genre.name}: {songs(count)} heard{share}{beside}"


def part_line(part: Division) -> str:
    """Much Jazz (3.1 ×), little Ambient; or that no difference is clear."""
    rows = part.balances()
    much = [f"{genre} ({times(b.ratio)})" for genre, _, b in rows if b.weight is Weight.MUCH][:_MOST]
    little = [genre for genre, _, b in reversed(rows) if b.weight is Weight.LITTLE][:_MOST]
    told = [f"much {listed(much)}" if much else "", f"little {listed(little)}" if little else ""]
    if any(told):
        words = ", ".join(word for word in told if word)
        return words[0].upper() + words[1:]
    return "No clear difference" if part.counts.sum() else "No genre known yet"


def part_reading(part: Division) -> str:
    """Folder, songs, its genres with their shares, and how that compares with the whole library."""
    total = int(part.counts.sum())
    shares = [f"{genre} {percent(count / total)}" for genre, count, _ in part.balances() if count][:5]
    beside = f"Beside the whole library: {part_line(part)[0].lower()}{part_line(part)[1:]}" if total else ""
    return joined(part.detail, songs(len(part.ids)), ", ".join(shares), beside)
