"""A file in disguise opens nothing but itself: no other file, no address."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from mgc_desktop.audio.formats import input_options
from mgc_desktop.audio.source import FrameSource
from mgc_desktop.errors import DecodeError

HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">'
    '<Period><AdaptationSet mimeType="audio/mpeg"><Representation id="1" bandwidth="128000"><BaseURL>{}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>"
)
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns={}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 49170 RTP/AVP 0\n"
PLAYLISTS = {
    "list.m3u8": HLS, "list.mp3": HLS, "concat.mp3": "ffconcat version 1.0\nfile '{}'\n",
    "list.ffconcat": "ffconcat version 1.0\nfile '{}'\n", "stream.mpd": DASH, "stream.flac": DASH,
    "session.sdp": SDP, "list.pls": "[playlist]\nFile1={}\n", "bom.m3u8": "\ufeff" + HLS,
}  # fmt: skip


class Asked(http.server.BaseHTTPRequestHandler):
    """Notes that somebody asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Any]:
    """A web server on this machine; `asked`: what was asked of it."""
    with http.server.HTTPServer(("127.0.0.1", 0), Asked) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_names_the_way_out_and_opens_nothing(name: str, write_audio: Any, sounds: Any) -> None:
    """The song that it names lies beside it, so FFmpeg would play that one."""
    song = write_audio("song.mp3", sounds.tone(9.0))
    path = song.with_name(name)
    path.write_text(PLAYLISTS[name].format(song.name), encoding="utf-8")
    with pytest.raises(DecodeError, match=r"Open the songs themselves|no audio in this file"):
        FrameSource(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_of_a_pipe_does_not_hang(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")  # whoever opens it waits for ever
    path = tmp_path / name
    path.write_text(PLAYLISTS[name].format("pipe.mp3"), encoding="utf-8")
    with pytest.raises(DecodeError):
        FrameSource(path)


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_of_an_address_asks_nobody(name: str, tmp_path: Path, server: Any) -> None:
    path = tmp_path / name
    path.write_text(PLAYLISTS[name].format(f"http://127.0.0.1:{server.server_port}/song.mp3"), encoding="utf-8")
    with pytest.raises(DecodeError):
        FrameSource(path)
    assert server.asked == []


@pytest.mark.skipif(os.name == "nt", reason="Windows does not allow such names")
@pytest.mark.parametrize("name", ["http:song.mp3", "concat:a.mp3|b.mp3", "pipe:0", "song%d.mp3", "file:x.mp3"])
def test_a_name_like_an_address_is_a_name(name: str, write_audio: Any, sounds: Any) -> None:
    song = write_audio("song.mp3", sounds.tone(1.0))
    path = song.rename(song.with_name(name))
    source = FrameSource(path)
    assert source.next() is not None
    source.close()


def test_every_usual_format_may_be_opened() -> None:
    allowed = set(input_options()["format_whitelist"].split(","))
    usual = "aac ac3 aiff ape asf au avi caf dsf dts flac flv mov mp3 mpc mpc8 mpegts ogg tak tta w64 wav wv matroska"
    assert set(usual.split()) <= allowed
    assert not allowed & {"concat", "hls", "dash", "sdp", "rtsp", "lavfi", "alsa", "image2"}
    assert len(allowed) > 0.9 * len({n for n in av.formats_available if is_input(n)})


def is_input(name: str) -> bool:
    try:
        return bool(av.ContainerFormat(name, "r").is_input)
    except ValueError:
        return False
