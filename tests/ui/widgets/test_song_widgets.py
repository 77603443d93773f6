"""Header, cover, verdict, chips and "next": each shows what it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.theme import DARK, GENRE_COLOURS, LIGHT
from mgc_desktop.ui.views.listen.header import Header
from mgc_desktop.ui.views.listen.next_panel import LINES, NextPanel, NextSong, SongLine
from mgc_desktop.ui.views.listen.verdict_panel import VerdictPanel
from mgc_desktop.ui.widgets.chips import ChipRow
from mgc_desktop.ui.widgets.cover import Cover
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.wording import NO_VERDICT, Verdict
from mgc_desktop.workers.songs import SongTagsReader

FACTS = SongTagsReader(Path("/m/a.mp3"), "Confession", "Quesabe", "", 147.0, "mp3", 192_000, ("Hip-Hop", "Soul"))


@pytest.fixture
def header(place: Any) -> Header:
    header = Header(DARK)
    place(header, 700, 54)
    return header


def test_the_header(header: Header) -> None:
    header.show_song(FACTS)
    assert header.title.text() == "Confession"
    assert header.line.text() == "Quesabe  ·  2:27  ·  MP3 192 kb/s"
    assert header.genre.text() == "in the file: Hip-Hop, Soul"


def test_a_file_without_a_genre_has_no_chip(header: Header) -> None:
    header.show_song(FACTS)
    header.show_song(SongTagsReader(Path("/m/b.mp3"), "b"))
    assert header.genre.isHidden()
    assert header.line.isHidden()


def test_a_title_that_is_too_long_ends_in_dots_and_is_told_whole(header: Header) -> None:
    title = "A title that never ends " * 20
    header.show_song(SongTagsReader(Path("/m/b.mp3"), title))
    assert header.width() == 700
    assert header.title.toolTip() == title


def test_many_genres_do_not_push_the_title_out(header: Header) -> None:
    genres = tuple(f"Genre number {i}" for i in range(20))
    header.show_song(SongTagsReader(Path("/m/b.mp3"), "b", genres=genres))
    assert header.genre.width() < 400
    assert genres[-1] in header.genre.toolTip()


def test_markup_in_tags_is_shown_as_it_is(place: Any) -> None:
    label = ElidedLabel("<b>bold</b>")
    place(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_text_that_does_not_fit_is_in_the_tooltip_before_what_else_is_said_there(place: Any) -> None:
    label = ElidedLabel("What speaks for the genre")
    place(label, 300, 30)
    label.setToolTip("Two by two blocks")
    assert label.toolTip() == "Two by two blocks"
    label.resize(60, 30)
    assert label.toolTip() == "What speaks for the genre\nTwo by two blocks"
    label.resize(300, 30)
    assert label.toolTip() == "Two by two blocks"


def test_a_cover_is_cropped_to_the_middle(place: Any, seen: Any, colour_at: Any) -> None:
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    for x in range(100, 200):
        for y in range(100):
            image.setPixelColor(x, y, QColor("#00ff00"))
    cover = Cover(DARK)
    place(cover, 54, 54)
    cover.show_cover(image, "")
    picture = seen(cover)
    assert colour_at(picture, 27, 27) == colour_at(picture, 4, 27) == colour_at(picture, 50, 27) == "#00ff00"


def test_placeholders_differ_from_album_to_album_but_stay_the_same_for_one(
    place: Any, seen: Any, colour_at: Any
) -> None:
    cover = Cover(DARK)
    place(cover, 54, 54)
    colours = []
    for seed in ("Nÿme", "Jamendo", "Nÿme"):
        cover.show_cover(None, seed)
        colours.append(colour_at(seen(cover), 27, 6))
    assert colours[0] == colours[2] != colours[1]


@pytest.fixture
def verdict(place: Any) -> VerdictPanel:
    panel = VerdictPanel(DARK)
    place(panel, 322, 110)
    return panel


def inks(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_verdict_in_its_colour_in_both_themes(verdict: VerdictPanel, seen: Any) -> None:
    verdict.show_verdict(Verdict("Hip-Hop", "Hip-Hop", "68 % sure"))
    assert DARK.genre_as_text("Hip-Hop").lower() in inks(seen(verdict.headline))
    verdict.set_palette(LIGHT)
    assert LIGHT.genre_as_text("Hip-Hop").lower() in inks(seen(verdict.headline))
    assert (verdict.headline.text(), verdict.detail.text()) == ("Hip-Hop", "68 % sure")


def test_unsure_is_in_the_colour_of_text(verdict: VerdictPanel, seen: Any) -> None:
    verdict.show_verdict(Verdict("Unsure", None, "most like Jazz, 41 %"))
    assert DARK.text.lower() in inks(seen(verdict.headline))


def test_listening_is_quiet(verdict: VerdictPanel, seen: Any) -> None:
    verdict.show_verdict(Verdict("Listening…", None, ""))
    assert DARK.muted.lower() in inks(seen(verdict.headline))
    assert DARK.text.lower() not in inks(seen(verdict.headline))


def test_the_panel_keeps_its_height_with_and_without_a_verdict(verdict: VerdictPanel) -> None:
    verdict.show_verdict(Verdict("Electro Rock", "Electro Rock", "68 % sure"))
    full = verdict.sizeHint().height()
    verdict.show_verdict(NO_VERDICT)
    assert verdict.sizeHint().height() == full


@pytest.fixture
def chips(place: Any) -> ChipRow:
    row = ChipRow(DARK)
    place(row, 280, row.sizeHint().height())
    return row


def test_chips_fill_rows(chips: ChipRow, qtbot: QtBot) -> None:
    chips.set_words([(word, 0.5) for word in ("male vocal", "guitar", "rnb", "soul", "slow", "chillout")])
    assert chips.words[:2] == ("male vocal", "guitar")
    shown = chips.shown
    qtbot.waitUntil(lambda: len({chip.y() for chip in shown}) == 2)
    assert all(chips.rect().contains(chip.geometry()) for chip in shown)


def test_what_does_not_fit_into_two_rows_is_not_cut_in_half(chips: ChipRow, qtbot: QtBot) -> None:
    chips.set_words([(f"a rather long word {i}", 0.5) for i in range(10)])
    qtbot.waitUntil(lambda: len({chip.y() for chip in chips.shown}) > 1)
    inside = [chips.rect().contains(chip.geometry()) for chip in chips.shown]
    outside = [not chips.rect().intersects(chip.geometry()) for chip in chips.shown]
    assert any(inside)
    assert any(outside)
    assert all(one or other for one, other in zip(inside, outside, strict=True))


def test_changing_probabilities_keep_the_chips(chips: ChipRow) -> None:
    chips.set_words([("piano", 0.5)])
    before = chips.shown
    chips.set_words([("piano", 0.6)])
    assert chips.shown == before
    assert before[0].toolTip() == "piano: 60 %"


def test_other_words_replace_them(chips: ChipRow) -> None:
    chips.set_words([("piano", 0.5), ("slow", 0.4)])
    chips.set_words([("techno", 0.9)])
    assert [chip.text() for chip in chips.shown] == ["techno"]
    assert chips.accessibleDescription() == "techno"


SONGS = [NextSong(1, "Vibe Ace", "Kevin MacLeod", "Jazz"), NextSong(2, "Metal Madness", "Sectoid"), NextSong(3, "x")]


def test_next_shows_the_first_few_with_their_colours(place: Any, seen: Any, colour_at: Any) -> None:
    panel = NextPanel(DARK)
    place(panel, 322, 100)
    assert panel.is_empty
    panel.show_songs(SONGS)
    lines = panel.findChildren(SongLine)
    assert len(lines) == LINES
    assert lines[0].accessibleName() == "Vibe Ace, Kevin MacLeod, Jazz"
    assert colour_at(seen(lines[0]), 5, 12) == GENRE_COLOURS["Jazz"].lower()
    assert colour_at(seen(lines[1]), 5, 12) == DARK.line.lower()
    panel.show_songs([])
    assert panel.is_empty


def test_a_double_click_plays(place: Any, qtbot: QtBot) -> None:
    panel = NextPanel(DARK)
    place(panel, 322, 100)
    panel.show_songs(SONGS)
    with qtbot.waitSignal(panel.play_requested) as asked:
        qtbot.mouseDClick(panel.findChildren(SongLine)[1], Qt.MouseButton.LeftButton, pos=QPoint(50, 10))
    assert asked.args == [2]
