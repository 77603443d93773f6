"""`Source`: where live sound comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["computer", "input"]


@dataclass(frozen=True, slots=True)
class Source:
    """A microphone or line input (`input`), or what the computer itself plays (`computer`).

    `id` stays the same from start to start; `name` is for the user. `default`: the one that the system would take of
    its kind.
    """

    id: str
    name: str
    kind: Kind
    default: bool = False
