"""Instruments, voices and moods that were heard can be searched for and are in the lists that are exported."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mgc_desktop.library.export import words_of, write_csv, write_json
from mgc_desktop.library.query import Query
from mgc_desktop.library.store import LibraryStore


@pytest.mark.parametrize(
    ("search", "count"),
    [("heard:piano", 6), ("HEARD:Pian", 6), ("heard:viola", 0), ("heard:piano 3.mp3", 1),
     ("heard:piano heard:viola", 0), ("heard:", 6), ("heard:%", 0), ("heard:é", 0)],
)  # fmt: skip
def test_songs_are_found_by_what_was_heard_in_them(analysed_library: LibraryStore, search: str, count: int) -> None:
    statement, parameters = Query(search=search).sql()
    assert len(analysed_library.select(statement, parameters)) == count


def test_the_lists_have_the_words(analysed_library: LibraryStore) -> None:
    songs = []
    for number in (0, 6):
        song = analysed_library.song_at(Path(f"/m/{number}.mp3"))
        assert song is not None
        songs.append(replace(song, words=words_of(analysed_library, song)))
    assert [song.words for song in songs] == [("piano",), ()]
    out = io.StringIO()
    write_csv(songs, out)
    assert [row["words"] for row in csv.DictReader(io.StringIO(out.getvalue()))] == ["piano", ""]
    out = io.StringIO()
    write_json(songs, out)
    assert [song["words"] for song in json.loads(out.getvalue())] == [["piano"], []]
