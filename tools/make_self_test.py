#!/usr/bin/env python3
"""Write the numbers that `mgc self-test` compares with, after the default model or the demo songs have changed.

python tools/make_self_test.py [SONG]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mgc_desktop.cli.self_test import NUMBERS, measure

DEMO = Path(__file__).resolve().parent.parent / "resources" / "demo"
SONG = "United States Marine Band - Sunflower Slow Drag.mp3"

if __name__ == "__main__":
    numbers = measure(DEMO / (sys.argv[1] if len(sys.argv) > 1 else SONG))
    text = json.dumps(numbers, indent=1, ensure_ascii=False) + "\n"
    (DEMO / NUMBERS).write_text(text, encoding="utf-8")
    print(text, end="")
