"""`run.toml`: the options of a training, written by every run and read by `--config`."""

from __future__ import annotations

import argparse
import difflib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mgc_desktop import __version__
from mgc_desktop.errors import MgcError

if TYPE_CHECKING:
    from mgc_desktop.training.config import TrainingConfig

FILE_NAME: Final = "run.toml"
# What belongs to one call and not to the run.
_LEFT_OUT: Final = ("config", "output", "check", "background", "run", "plain", "model", "workers", "cache", "device")
_AUGMENTATIONS: Final = ("spec_augment", "mixup", "time_shift")


def read_options(given: argparse.Namespace) -> argparse.Namespace:
    """`given` with what it leaves out taken from the file of `--config`.

    Raises MgcError if the file cannot be read, has a key that is no option, or a value that cannot be.
    """
    from mgc_desktop.cli import train

    path: Path = given.config
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MgcError(f"This file of options cannot be read: {error.strerror}.", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MgcError(f"This is not a file of options: {error}.", path=path) from error
    parser = _Parser(path)
    train.add_arguments(parser)
    kept, unset = _parse(values, parser, path), vars(parser.parse_args([]))
    merged = {
        **vars(given),
        **{name: value for name, value in vars(kept).items() if getattr(given, name) == unset[name]},
    }
    if given.model or given.network:  # either of them here wins over both in the file
        merged["model"], merged["network"] = given.model, given.network
    if given.plain:
        merged |= {name: getattr(given, name) for name in ("dropout", "weight_decay", *_AUGMENTATIONS)}
    return argparse.Namespace(**merged)


def _parse(values: dict[str, Any], parser: argparse.ArgumentParser, path: Path) -> argparse.Namespace:
    """The options in the file, checked by the command's own parser."""
    known = {option for action in parser._actions for option in action.option_strings}
    words: list[str] = []
    for key, value in values.items():
        option = "--" + key.replace("_", "-")
        if option not in known or key.replace("-", "_") in ("config", "help"):
            near = difflib.get_close_matches(option, known, 1)
            hint = f" Is {near[0].removeprefix('--')} meant?" if near else ""
            raise MgcError(f"{key} is not an option of mgc train.{hint}", path=path)
        words += _words(option, value, known)
    return parser.parse_args(words)


def _words(option: str, value: Any, known: set[str]) -> list[str]:
    if isinstance(value, bool):
        off = option.replace("--", "--no-", 1)
        return [option] if value else [off] if off in known else []
    if isinstance(value, list):
        return [option, *(str(item) for item in value)]
    return [f"{option}={value}"]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a file instead of ending the program."""

    def __init__(self, path: Path) -> None:
        super().__init__(add_help=False)
        self._path = path

    def error(self, message: str) -> Any:
        """Raise MgcError."""
        raise MgcError(f"{message[:1].upper()}{message[1:]}.", path=self._path)


def write_options(options: argparse.Namespace, config: TrainingConfig, folder: Path) -> Path:
    """Write `folder/run.toml`: the whole configuration, and the music by its absolute path."""
    values = {name: value for name, value in vars(options).items() if name not in _LEFT_OUT and value is not None}
    values |= {name: value for name, value in config.to_dict().items() if value is not None}
    if config.wheel is not None:
        values["wheel"] = str(config.wheel.absolute())
    if config.network in ("cnn", "lstm", "stacked"):
        del values["network"]
        values["model"] = config.network
    *kind, source = values["dataset"]
    values["dataset"] = [*kind, str(Path(source).absolute())]
    lines = [f"# Written by mgc train {__version__}. The same again: mgc train --config {FILE_NAME} --output FOLDER"]
    for name, value in values.items():
        lines.append(f"{name.replace('_', '-')} = {_toml(value)}")
    path = folder / FILE_NAME
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    text = str(value.absolute()) if isinstance(value, Path) else str(value)
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string
