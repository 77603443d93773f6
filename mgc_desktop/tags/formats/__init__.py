"""One module for each container. `sniff` finds the format of a file; `TagFormat` is the interface of a format."""

from mgc_desktop.tags.formats.base import Contents, TagFormat
from mgc_desktop.tags.formats.registry import FORMATS, SUFFIXES, sniff

__all__ = ["FORMATS", "SUFFIXES", "Contents", "TagFormat", "sniff"]
