#!/usr/bin/env bash
# Runs the tests; arguments go to pytest. Widgets are tested offscreen, the end-to-end tests bring their own
# virtual screen and sound card.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
# Two threads each in many libraries on few cores are slower than one.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}
unset PYTHONDONTWRITEBYTECODE  # else each of the many processes compiles the program anew
wheel=$PWD/.venv/musicnn-0.1.0-py3-none-any.whl
[ -e "$wheel" ] && export MUSICNN_WHEEL=${MUSICNN_WHEEL:-$wheel}
if [ $# -gt 0 ]; then
    exec .venv/bin/python -m pytest "$@"
fi
# All of them: side by side, file by file, but for what plays sound or shows windows in real time.
.venv/bin/python -m pytest --numprocesses logical --dist loadfile -m "not sound and not screen"
exec .venv/bin/python -m pytest -m "sound or screen"
