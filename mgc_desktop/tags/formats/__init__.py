"""One module a container. `sniff` says which format a file is; `TagFormat` what each of them can do."""

from mgc_desktop.tags.formats.base import Contents, TagFormat
from mgc_desktop.tags.formats.registry import FORMATS, SUFFIXES, sniff

__all__ = ["FORMATS", "SUFFIXES", "Contents", "TagFormat", "sniff"]
