#!/usr/bin/env bash
# Opens the program with the bundled demo songs. Where there is no screen it does the same work in the terminal
# and saves a picture of the window.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh run
demo=(resources/demo/*.mp3)
if [ "$(uname)" = Darwin ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec .venv/bin/mgc-desktop "${SONG:-${demo[@]}}"
fi
picture=out/mgc-desktop.png
mkdir -p out
echo "There is no screen here: listening in the terminal."
.venv/bin/mgc analyze "${SONG:-${demo[@]}}"
.venv/bin/mgc-desktop --screenshot "$picture" "${SONG:-${demo[@]}}"
echo "The window, as it would look: $picture"
