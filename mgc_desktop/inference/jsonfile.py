"""Reads the JSON files of a model; every error becomes a `ModelError` that names the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import ModelError
from mgc_desktop.file_access import MB, read_limited

WAY_OUT: Final = "Install MGC Desktop again, or choose another model."
LARGEST: Final = 300 * MB  # no file of a model or head is larger; those of the bundled models have up to 3 MB
_LARGEST_JSON: Final = 100 * MB  # a head with 50,000 songs


def read_bytes(path: Path, sha256: str | None = None, *, limit: int = LARGEST) -> bytes:
    """The file's content; raises ModelError if it is unreadable, larger than `limit` bytes, or the SHA-256 differs."""
    try:
        data = read_limited(path, limit)
    except FileNotFoundError:
        raise ModelError(f"The file is missing. {WAY_OUT}", path=path) from None
    except OSError as error:
        raise ModelError(f"The file cannot be read ({error.strerror}). {WAY_OUT}", path=path) from error
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"The file is damaged: its checksum is not the recorded one. {WAY_OUT}", path=path)
    return data


def read_object(path: Path, sha256: str | None = None) -> dict[str, Any]:
    """The JSON object in the file."""
    data = read_bytes(path, sha256, limit=_LARGEST_JSON)
    with model_errors(path):
        values = parse(data)
        if not isinstance(values, dict):
            raise ValueError("it does not contain a JSON object")
        return values


def parse(data: bytes) -> Any:
    """The parsed JSON. Raises ValueError if it is invalid, nested too deeply, or has text that is not valid Unicode."""
    try:
        values = json.loads(data)
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("some of its text is not valid Unicode (half a surrogate pair)") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return values


@contextmanager
def model_errors(path: Path) -> Iterator[None]:
    """Turn errors of validation into a `ModelError` about `path`."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"The file is not understood: {what}. {WAY_OUT}", path=path) from error


def check_keys(values: dict[str, Any], known: Collection[str]) -> None:
    """Raise ValueError about unknown keys, which are misspelt or from a later version of the program."""
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"unknown keys {', '.join(unknown)}, perhaps from a newer version of the program")


def check_format(values: dict[str, Any], expected: int) -> None:
    """Raise ValueError unless the object's `format` is the one that this version reads."""
    if values["format"] != expected:
        raise ValueError(f"it has format {values['format']}, but this version of the program reads {expected}")
