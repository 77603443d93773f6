"""What a file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mutagen.flac
import mutagen.id3
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.workers.songs import COVER_SIDE, SongTagsReader, read_item, read_song, thumbnail


def png(width: int, height: int, colour: str = "#ff0000") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


@pytest.fixture
def tagged(write_audio: Any, sounds: Any) -> Path:
    path: Path = write_audio("song.flac", sounds.tone(3.0, 22050), sr=22050)
    file = mutagen.flac.FLAC(path)
    file.update({"title": "Séculaire", "artist": "saru", "album": "Nÿme", "genre": ["Hip-Hop", "Soul"]})
    picture = mutagen.flac.Picture()
    picture.type, picture.mime, picture.data = mutagen.id3.PictureType.COVER_FRONT, "image/png", png(600, 300)
    file.add_picture(picture)
    file.save()
    return path


def test_all_that_the_header_shows(tagged: Path) -> None:
    facts = read_song(tagged)
    assert (facts.title, facts.artist, facts.album) == ("Séculaire", "saru", "Nÿme")
    assert facts.genres == ("Hip-Hop", "Soul")
    assert facts.codec == "flac"
    assert facts.duration == pytest.approx(3.0, abs=0.01)
    assert facts.cover is not None
    assert facts.cover.height() == COVER_SIDE


def test_without_tags_the_file_name_is_the_title(write_audio: Any, sounds: Any) -> None:
    facts = read_song(write_audio("Veränderung.wav", sounds.tone(1.0, 8000), sr=8000))
    assert (facts.title, facts.artist, facts.cover) == ("Veränderung", "", None)


def test_a_picture_beside_the_file(write_audio: Any, sounds: Any) -> None:
    path = write_audio("song.wav", sounds.tone(1.0, 8000), sr=8000)
    (path.parent / "Folder.PNG").write_bytes(png(300, 300, "#00ff00"))
    facts = read_song(path)
    assert facts.cover is not None
    assert facts.cover.pixelColor(10, 10).name() == "#00ff00"


@pytest.mark.parametrize("content", [b"", b"no music", None], ids=["empty", "text", "missing"])
def test_a_file_that_is_no_song_still_has_a_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.mp3"
    if content is not None:
        path.write_bytes(content)
    facts = read_song(path)
    assert (facts.title, facts.codec, facts.duration) == ("broken", "", None)


def test_a_row_of_the_queue(tagged: Path) -> None:
    item = read_item(tagged)
    assert (item.path, item.title, item.artist) == (tagged, "Séculaire", "saru")
    assert item.duration == pytest.approx(3.0, abs=0.01)


def test_before_the_file_is_opened(tmp_path: Path) -> None:
    assert SongTagsReader.bare(QueueItem(tmp_path / "a b.mp3")).title == "a b"
    assert SongTagsReader.bare(QueueItem(tmp_path / "a.mp3", "Title", "Artist", 3.0)).artist == "Artist"


def test_what_is_no_picture() -> None:
    assert thumbnail(b"no picture") is None
