"""The places of a file's channels, and what keeps PyAV from releasing their memory twice.

Where a file orders its channels in its own way (7.1 in AIFF and CAF, for example), FFmpeg keeps a map of them in
memory. PyAV (up to 18.1) copies only the pointer to that map, into each `layout` it gives out and into each frame
that it decodes, and releases the map once for each copy, which ends the process.
"""

from __future__ import annotations

import ctypes

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout


def plain_layout(context: AudioCodecContext) -> tuple[str, ...] | None:
    """Let a decoder that was not used yet take its channels as so many channels without places, if it has a map of
    them; returns their places then, and None otherwise."""
    layout = context.layout  # from here on the decoder's own map counts as released ...
    if not _may_have_map(layout):
        return None
    names = channel_names(layout)
    context.layout = f"{layout.nb_channels} channels"  # ... and here it forgets it
    return names or None


def keep_layout(frame: AudioFrame) -> None:
    """Keep PyAV from releasing the map of a frame whose decoder made one by itself: the frame releases it."""
    if _may_have_map(frame.layout):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(frame.layout))  # a few bytes a frame stay behind


def channel_names(layout: AudioLayout) -> tuple[str, ...]:
    """FFmpeg's short names of the places; empty where some are unknown."""
    names = tuple(channel.name for channel in layout.channels)
    return () if any(name.startswith(("NONE", "UNK", "USR")) for name in names) else names


def _may_have_map(layout: AudioLayout) -> bool:
    # FFmpeg describes such layouts as "2 channels (FR+FL)", and only those and a few others with a bracket.
    return "channels (" in layout.name
