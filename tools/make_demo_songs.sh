#!/usr/bin/env bash
# Makes resources/demo/*.mp3 from freely licensed music in Debian packages:
#     tools/make_demo_songs.sh [FOLDER WITH UNPACKED PACKAGES]
# Without a folder the packages are fetched with apt-get download. Needs ffmpeg.
# Sources, licences and credits: resources/demo/CREDITS.md
set -euo pipefail

out=$(cd "$(dirname "$0")/.." && pwd)/resources/demo
root=${1:-}
if [ -z "$root" ]; then
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    for package in fretsonfire-songs-sectoid noiz2sa-data renpy-demo freecol; do
        (cd "$root" && apt-get download "$package" && dpkg -x "$package"_*.deb .)
    done
fi
games=$root/usr/share/games

# encode OUTPUT START SECONDS TITLE ARTIST ALBUM YEAR GENRE INPUT...   (several inputs are the parts of a mix)
encode() {
    local name=$1 start=$2 seconds=$3 title=$4 artist=$5 album=$6 year=$7 genre=$8
    shift 8
    local inputs=() part
    for part in "$@"; do inputs+=(-ss "$start" -t "$seconds" -i "$part"); done
    ffmpeg -v error -y "${inputs[@]}" \
        -filter_complex "amix=inputs=$#:normalize=0,alimiter=limit=0.95,afade=t=in:d=0.05,afade=t=out:st=$((seconds - 3)):d=3" \
        -map_metadata -1 -ar 44100 -ac 2 -c:a libmp3lame -b:a 128k -id3v2_version 3 -bitexact \
        -metadata title="$title" -metadata artist="$artist" -metadata album="$album" -metadata date="$year" \
        ${genre:+-metadata genre="$genre"} "$out/$name"
}

mkdir -p "$out"
metal="$games/fretsonfire/data/songs/sectoid/Metal madness"
encode "Sectoid - Metal Madness.mp3" 20 75 "Metal Madness" "Sectoid" "Frets on Fire" 2006 "" \
    "$metal/guitar.ogg" "$metal/song.ogg"
encode "Kenta Cho - Stage 3.mp3" 10 75 "Stage 3" "Kenta Cho" "Noiz2sa" 2002 "" \
    "$games/noiz2sa/sounds/stg3.ogg"
encode "United States Marine Band - Sunflower Slow Drag.mp3" 0 75 "Sunflower Slow Drag" "United States Marine Band" \
    "Courtly Dances" 1994 "Classical" "$games/renpy/demo/game/sunflower-slow-drag.ogg"
encode "Alexander Zhelanov - Founders.mp3" 20 75 "Founders" "Alexander Zhelanov" "FreeCol" 2013 "Soundtrack" \
    "$games/freecol/default/resources/music/default/founders.ogg"
