"""Channel layouts of a file, and a workaround for a double free in PyAV.

If a file orders its channels in its own way (7.1 in AIFF and CAF, for example), FFmpeg keeps a map of them in memory.
PyAV (up to 18.1) copies only the pointer to that map, into each `layout` it returns and into each frame it decodes, and
frees the map once for each copy, which crashes the process.
"""

from __future__ import annotations

import ctypes

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout


def without_channel_map(context: AudioCodecContext) -> tuple[str, ...] | None:
    """If an unused decoder has a map of its channels, replace its layout by one without positions, and return the
    positions; else return None."""
    layout = context.layout  # now the decoder's own map counts as freed ...
    if not _may_have_map(layout):
        return None
    names = channel_names(layout)
    context.layout = f"{layout.nb_channels} channels"  # ... and now the decoder drops it
    return names or None


def retain_channel_map(frame: AudioFrame) -> None:
    """Prevent PyAV from freeing the map of a frame whose decoder created one: the frame frees it."""
    if _may_have_map(frame.layout):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(frame.layout))  # leaks a few bytes a frame


def channel_names(layout: AudioLayout) -> tuple[str, ...]:
    """FFmpeg's short names of the positions; empty if some are unknown."""
    names = tuple(channel.name for channel in layout.channels)
    return () if any(name.startswith(("NONE", "UNK", "USR")) for name in names) else names


def _may_have_map(layout: AudioLayout) -> bool:
    # FFmpeg describes such layouts as "2 channels (FR+FL)", and only those and a few others with a bracket.
    return "channels (" in layout.name
