"""What a run is: a checksum of all that decides its result, kept in the run's folder.

A folder holds one run. Whoever runs another one there (other options, data that sound otherwise, another split) is told
what differs, instead of being given the old network under a new name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets.clip import Clip, sound_digest
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.networks import registry
from mgc_desktop.training.splits import Split

FILE_NAME: Final = "run.json"
FORMAT: Final = 1
_TRACES: Final = ("last.pt", "network.pt", "trained.json", "split.json")  # of a run, of whatever version


@dataclass(frozen=True)
class RunIdentity:
    """`config`: the options. `data`, `split`, `code`: checksums of the clips, of their parts and of networks' files."""

    config: TrainingConfig
    genres: tuple[str, ...]
    data: str
    split: str
    code: str

    @property
    def digest(self) -> str:
        """Of all of it, hexadecimal."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "format": FORMAT,
            "config": self.config.to_dict(),
            "genres": list(self.genres),
            "data": self.data,
            "split": self.split,
            "code": self.code,
        }

    def claim(self, folder: Path) -> None:
        """Make `folder` this run's; TrainingError if it is another one's."""
        if (kept := _read(folder)) is not None:
            if wrong := self._differences(kept):
                raise TrainingError(_another(wrong), path=folder)
            return
        refuse_old_traces(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write(folder / FILE_NAME, json.dumps(self.to_dict(), indent=1))
        except OSError as error:
            raise TrainingError(f"This folder cannot be written: {error.strerror}.", path=folder) from error

    def _differences(self, kept: dict[str, Any]) -> list[str]:
        wrong = self.config.differences(kept.get("config", {}))
        if kept.get("genres") != list(self.genres):
            wrong.append(f"the genres were {', '.join(kept.get('genres', []))}")
        if kept.get("data") != self.data:
            wrong.append("the music is not the same (recordings, genres or artists have changed)")
        elif kept.get("split") != self.split:
            wrong.append("the parts that teach and measure are not the same")
        if kept.get("code") != self.code:
            wrong.append("the file with the network, or the wheel, has changed")
        return wrong


def identity_of(config: TrainingConfig, clips: Sequence[Clip], genres: Sequence[str], split: Split) -> RunIdentity:
    """The identity of a run on these clips, which are taken by their sound and not by their names."""
    part_of = split.part_of()
    data, parts = hashlib.sha256(), hashlib.sha256()
    for clip in clips:
        told = (sound_digest(clip.path), f"{clip.start:.3f}", clip.end, clip.genre, clip.artist, clip.evidence)
        data.update(json.dumps(told).encode())
        parts.update(part_of.get(clip.clip_id, "-").encode() + b"\n")
    return RunIdentity(
        config, tuple(genres), data.hexdigest()[:32], parts.hexdigest()[:32], registry.source_digest(config)
    )


def check_folder(folder: Path, config: TrainingConfig) -> None:
    """TrainingError if `folder` holds a run with other options, or cannot be written: before anything is computed."""
    if folder.exists() and not folder.is_dir():
        raise TrainingError("The output must be a folder, and this is a file. Choose another --output.", path=folder)
    if (kept := _read(folder)) is None:
        refuse_old_traces(folder)
    elif wrong := config.differences(kept.get("config", {})):
        raise TrainingError(_another(wrong), path=folder)


def refuse_old_traces(folder: Path) -> None:
    """TrainingError if there is something of a run here that does not say which one it is."""
    if any((folder / name).exists() for name in _TRACES):
        raise TrainingError(
            "Here is a run of an older version, which does not say what it learned from. Choose another --output.",
            path=folder,
        )


def _read(folder: Path) -> dict[str, Any] | None:
    path = folder / FILE_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise ValueError("another format")
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, ValueError) as error:
        raise TrainingError("What was run here cannot be read. Choose another --output.", path=path) from error
    return values


def _another(differences: Sequence[str]) -> str:
    return f"Another run is kept here: {'; '.join(differences)}. Choose another --output, or delete this folder."
