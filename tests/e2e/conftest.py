"""A screen and a sound card for the real program."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from screens import screen
from sound_card import sound_server

__all__ = ["screen", "sound_server"]
