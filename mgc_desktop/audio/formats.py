"""Restricts FFmpeg's formats and protocols to those that open no other file than the one that was named."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import av

# Playlists, session descriptions and devices. FFmpeg recognises some of them by their content, whatever the suffix, and
# opens the files, addresses or devices that they name.
_OPENS_OTHERS: Final = frozenset(
    {
        *("concat", "dash", "hls", "imf", "image2", "image2pipe", "mlv", "vobsub", "webm_dash_manifest"),
        *("rtp", "rtsp", "sap", "sdp"),
        *("avisynth", "lavfi", "vapoursynth"),
        *("alsa", "avfoundation", "decklink", "dshow", "fbdev", "gdigrab", "iec61883", "jack", "kmsgrab", "libcdio"),
        *("libdc1394", "openal", "oss", "pulse", "sndio", "v4l2", "vfwcap", "video4linux2", "x11grab", "xcbgrab"),
    }
)
_PLAYLIST_STARTS: Final = (b"#EXTM3U", b"ffconcat version", b"[playlist]", b"<?xml", b"<MPD", b"v=0")


@cache
def input_options() -> dict[str, str]:
    """Options for each `av.open` that reads: only the protocol `file`, only formats that open no other file."""
    names = set()
    for name in av.formats_available:
        try:
            readable = av.ContainerFormat(name, "r").is_input
        except ValueError:  # the format can only be written
            continue
        if readable and not _OPENS_OTHERS.intersection(name.split(",")):
            names.add(name)
    return {"protocol_whitelist": "file", "format_whitelist": ",".join(sorted(names))}


def is_playlist(path: Path) -> bool:
    """Whether the content starts like a playlist, which only names other files; False if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLIST_STARTS)
    except OSError:
        return False
