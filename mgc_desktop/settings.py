"""The settings that the program stores between two starts.

Every setting is declared once, in `OPTIONS`: key, default, help and valid values. They are stored as versioned JSON. A
file that cannot be read is set aside, never overwritten, and reported in `Settings.warnings`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

from mgc_desktop.errors import SettingsError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.paths import config_dir

_log = logging.getLogger(__name__)

T = TypeVar("T")
VERSION: Final = 1
FILE_NAME: Final = "settings.json"
RECENT_LIMIT: Final = 12
_LARGEST: Final = 100 * MB  # such as the queue of a large library


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One setting: its key in the file, its default, a line of help, and the test a stored value must pass."""

    key: str
    default: T
    help: str
    valid: Callable[[Any], bool]


def _choice(key: str, default: str, choices: tuple[str, ...], help_: str) -> Option[str]:
    return Option(key, default, f"{help_} ({', '.join(choices)})", lambda value: value in choices)


def _flag(key: str, default: bool, help_: str) -> Option[bool]:
    return Option(key, default, help_, lambda value: isinstance(value, bool))


def _number(key: str, default: float, low: float, high: float, help_: str) -> Option[float]:
    def valid(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    return Option(key, default, help_, valid)


def _is_text(value: Any, errors: str = "strict") -> bool:
    """Whether a text can be stored as UTF-8 and passed to the system; a lone surrogate or a null character cannot."""
    try:
        return isinstance(value, str) and b"\0" not in value.encode("utf-8", errors)
    except UnicodeEncodeError:
        return False


def _is_path(value: Any) -> bool:
    """Whether a text can be a path; Python stores undecodable bytes of file names as lone surrogates."""
    return _is_text(value, "surrogatepass" if sys.platform == "win32" else "surrogateescape")


def _text(key: str, help_: str, valid: Callable[[Any], bool] = _is_text) -> Option[str]:
    return Option(key, "", help_, valid)


def _texts(
    key: str, help_: str, default: tuple[str, ...] = (), valid_item: Callable[[Any], bool] = _is_text
) -> Option[list[str]]:
    def valid(value: Any) -> bool:
        return isinstance(value, list) and all(map(valid_item, value))

    return Option(key, list(default), help_, valid)


THEMES: Final = ("auto", "light", "dark")
MODES: Final = ("follow", "overview")
COLOUR_MAPS: Final = ("magma", "inferno", "viridis", "cividis", "grey")
REPEATS: Final = ("off", "all", "one")
SORTS: Final = ("title", "artist", "album", "duration", "genre", "heard", "confidence", "state", "folder")
GROUPS: Final = ("none", "folder", "album")
MAP_METHODS: Final = ("pca", "lda", "umap")
MAP_COLOURINGS: Final = ("heard", "file")

THEME: Final = _choice("theme", "auto", THEMES, "Light, dark, or auto to follow the system")
MODE: Final = _choice("spectrogram_mode", "follow", MODES, "Follow the music, or show the whole song")
COLOUR_MAP: Final = _choice("colour_map", "magma", COLOUR_MAPS, "Colours of the spectrogram")
REPEAT: Final = _choice("repeat", "off", REPEATS, "What happens at the end of a song")
VOLUME: Final = _number("volume", 0.8, 0.0, 1.0, "Volume, 0 to 1")
MUTED: Final = _flag("muted", False, "Muted, without changing the volume")
DEVICE: Final = _text("device", "Audio device; empty: the system's default")
LIVE_SOURCE: Final = _text("live_source", "The source of live input; empty: what the computer plays")
GEOMETRY: Final = _text("geometry", "Place and size of the window, as Qt saves them, base64")
QUEUE_OPEN: Final = _flag("queue_open", False, "Whether the queue is shown")
KEEP_QUEUE: Final = _flag("keep_queue", True, "Restore the last queue at the start")
QUEUE: Final = _texts("queue", "The songs of the last queue", valid_item=_is_path)
QUEUE_INDEX: Final = _number("queue_index", 0, -1, 10**9, "The current song of the queue, counted from 0")
RECENT: Final = _texts("recent", "Files and folders opened last, newest first", valid_item=_is_path)
FOLDER: Final = _text("folder", "Where the open dialog starts", _is_path)
LIBRARY_SORT: Final = _choice("library_sort", "title", SORTS, "The sort column of the library")
LIBRARY_DESCENDING: Final = _flag("library_falling", False, "Whether the library is sorted in descending order")
LIBRARY_GROUP: Final = _choice("library_group", "none", GROUPS, "How the songs of the library are grouped")
LIBRARY_HIDDEN: Final = _texts("library_hidden", "Columns of the library that are not shown")
LIBRARY_WIDTHS: Final = _texts("library_widths", "Widths of columns that were changed, NAME=PIXELS")
MAP_METHOD: Final = _choice("map_method", "umap", MAP_METHODS, "How songs are placed on the map")
MAP_DIMENSIONS: Final = _choice("map_dimensions", "2", ("2", "3"), "Whether the map is flat or a cube")
MAP_COLOURS: Final = _choice("map_colours", "heard", MAP_COLOURINGS, "Which genre colours the songs on the map")
WRITE_MAP: Final = _text("write_map", "File with the user's own names for genres", _is_path)
EMPTY_NAMES: Final = _texts(
    "empty_names",
    "Genres in files that count as none when songs without a genre get one",
    (
        *("Unknown", "Unknown genre", "<unknown>", "Other", "Others", "Misc", "Misc.", "Miscellaneous", "Genre"),
        *(
            "None",
            "No genre",
            "Undefined",
            "Unclassifiable",
            "Uncategorized",
            "Unspecified",
            "Default",
            "n/a",
            "-",
            "?",
        ),
    ),
)
KEEP_MTIME: Final = _flag("keep_mtime", False, "Keep the modification time of files that are written")
MODEL: Final = Option("model", "musicnn", "The model that analyses songs", lambda name: _is_text(name) and name != "")
VOCABULARY: Final = _text("vocabulary", "The genres in use, by the id of their vocabulary; empty: the model's own")
HEAD: Final = _text("head", "The user head in use; empty: the bundled head")
TEACH_HEAD: Final = _text("teach_head", "The head that the Teach view shows; empty: the first one")

OPTIONS: Final[tuple[Option[Any], ...]] = (
    THEME, MODE, COLOUR_MAP, REPEAT, VOLUME, MUTED, DEVICE, LIVE_SOURCE, GEOMETRY, QUEUE_OPEN, KEEP_QUEUE, QUEUE,
    QUEUE_INDEX, RECENT, FOLDER, LIBRARY_SORT, LIBRARY_DESCENDING, LIBRARY_GROUP, LIBRARY_HIDDEN, LIBRARY_WIDTHS,
    WRITE_MAP, KEEP_MTIME, EMPTY_NAMES, MODEL, VOCABULARY,
    MAP_METHOD, MAP_DIMENSIONS, MAP_COLOURS, HEAD, TEACH_HEAD,
)  # fmt: skip


class Settings:
    """The values of all options; `settings[VOLUME]` reads, `settings[VOLUME] = 0.5` sets, `save()` stores them."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_dir() / FILE_NAME
        self.warnings: list[str] = []
        self._values: dict[str, Any] = self._load()

    def __getitem__(self, option: Option[T]) -> T:
        value = self._values.get(option.key, option.default)
        if not option.valid(value):
            _log.warning("setting %s: %a is not allowed, using %r", option.key, value, option.default)
            value = self._values[option.key] = option.default
        return cast(T, list(value) if isinstance(value, list) else value)

    def __setitem__(self, option: Option[T], value: T) -> None:
        if not option.valid(value):
            raise ValueError(f"{option.key} cannot be {value!r}: {option.help}")
        self._values[option.key] = value

    def remember(self, opened: Path) -> None:
        """Add a file or folder at the start of the recent ones."""
        entry = str(opened)
        kept = [other for other in self[RECENT] if other != entry]
        self[RECENT] = [entry, *kept][:RECENT_LIMIT]

    def save(self) -> None:
        """Write the file atomically; raises SettingsError if the folder cannot be written."""
        # Non-ASCII characters are escaped: file names may contain undecodable bytes, which are read back unchanged.
        text = json.dumps({"version": VERSION, "values": self._values}, indent=1)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.path, text, private=True)
        except OSError as error:
            raise SettingsError(
                f"The settings could not be saved ({error.strerror}). Check that the folder can be written.",
                path=self.path,
            ) from error

    def _load(self) -> dict[str, Any]:
        try:
            stored = json.loads(read_limited(self.path, _LARGEST))
            values = stored["values"]
            if not isinstance(values, dict):
                raise TypeError("values is not an object")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            _log.warning("settings %s cannot be read: %s", self.path, error)
            self._set_aside()
            return {}
        return values  # unknown keys stay in the file, for a newer version that wrote them

    def _set_aside(self) -> None:
        aside = self.path.with_suffix(".damaged.json")
        try:
            self.path.replace(aside)
        except OSError as error:
            self.warnings.append(f"The settings in {self.path} cannot be read ({error.strerror}); using defaults.")
        else:
            self.warnings.append(
                f"The settings could not be read, so the defaults are used. The old file is now {aside}"
            )
