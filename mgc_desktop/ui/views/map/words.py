"""What the Map view says, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mgc_desktop.analysis.colouring import NO_GENRE
from mgc_desktop.analysis.fitted_maps import FITTED_ON
from mgc_desktop.analysis.map import NothingToMap, SongMap
from mgc_desktop.errors import ModelError
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.views.map.card import Facts
from mgc_desktop.ui.wording import joined, percent

METHODS: Final = (
    ("pca", "PCA", "Along the directions in which the songs differ most"),
    ("lda", "LDA", "Along the directions that tell the genres apart, as the model hears them"),
    ("umap", "UMAP", "Songs that sound alike lie together"),
)
DIMENSIONS: Final = (("2", "2-D", "A flat map"), ("3", "3-D", "A cube that turns under the mouse"))
COLOURS: Final = (
    ("heard", "Heard", "Coloured by the genre that was heard"),
    ("file", "In the file", "Coloured by the genre in the file"),
)


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why there is no map and what to do: headline, sentence, what the button says ("" for no button)."""

    title: str
    sentence: str
    button: str = ""


def emptiness(why: NothingToMap, model: str = "musicnn") -> Emptiness:
    """What to say instead of a map."""
    match why:
        case NothingToMap.NO_SONGS:
            return Emptiness(
                "A map of your music",
                "Every song becomes a point, and songs that sound alike lie together. Add a folder in the Library and "
                "listen to it; the map draws itself.",
                "Open the Library",
            )
        case NothingToMap.NOT_ANALYSED:
            return Emptiness(
                "Nothing was listened to yet",
                "A song has its place on the map as soon as it was listened to. Press Listen in the Library.",
                "Open the Library",
            )
        case NothingToMap.OTHER_MODEL:
            return Emptiness(
                "The model in use draws no map",
                f"It names genres, but does not say which songs sound alike. Choose {model} and listen to the songs "
                "again in the Library.",
                "Open the Library",
            )
        case NothingToMap.NO_MAPS:
            return Emptiness(
                "No model here draws a map",
                "The default model brings its maps with it, but its files are not there. Install MGC Desktop again.",
            )


def damaged(error: ModelError) -> Emptiness:
    """What to say where the maps cannot be read."""
    return Emptiness("The map cannot be drawn", str(error))


def head_line(found: SongMap) -> str:
    """570 songs · 12 not listened to yet · 3 heard by another model."""
    not_analysed = found.songs - len(found) - found.predicted_by_others
    return joined(
        songs(len(found)),
        f"{number(not_analysed)} not listened to yet" if not_analysed > 0 else None,
        f"{number(found.predicted_by_others)} heard by another model only" if found.predicted_by_others else None,
        "fitted to these songs, because the model brings no map"
        if found.maps.projection_set.fitted_on == FITTED_ON
        else None,
    )


def facts(found: SongMap, song: int, palette: Palette) -> Facts:
    """What is to be known of the song in a row."""
    predicted, sure = found.predicted[song], bool(found.sure[song])
    share = percent(float(found.confidence[song]))
    said = f"{predicted}, {share} sure" if sure else f"Unsure, most like {predicted}, {share}"
    if found.by_user[song]:
        said = f"{predicted}, as you said"
    genres = found.genres[song]
    return Facts(
        found.titles[song],
        found.artists[song],
        said if predicted else "",
        palette.genre(predicted) if sure else palette.muted,
        f"In the file: {', '.join(genres)}" if genres else f"{NO_GENRE} in the file",
    )
