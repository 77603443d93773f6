"""Albums are found although the spelling differs, and what is not found says why."""

from __future__ import annotations

import pytest

from mgc_desktop.training.datasets.labels import to_genre
from mgc_desktop.training.datasets.matching import Catalogue, CatalogueEntry

CATALOGUE = Catalogue(
    [
        CatalogueEntry("American Bach Soloists", "J.S. Bach Solo Cantatas", "Classical"),
        CatalogueEntry("The Headroom Project", "Ciri a Doro", "World", title="Quiero Bailar Contigo"),
        CatalogueEntry("The Headroom Project", "Jetuton Andawai", "Electronica", title="Mahasukha"),
        CatalogueEntry("Étoile Noire", "Nuits d'été", "Ambient"),
    ]
)


@pytest.mark.parametrize(
    ("artist", "album", "title", "genre", "how"),
    [
        ("American Bach Soloists", "J.S. Bach Solo Cantatas", "", "Classical", "exact"),
        ("american_bach_soloists", "j_s__bach_solo_cantatas", "", "Classical", "exact"),
        ("Headroom Project", "Ciri A Doro", "", "World", "exact"),
        ("Etoile Noire", "Nuits d ete", "", "Ambient", "exact"),
        ("American Bach Soloist", "J.S. Bach Solo Cantatas", "", "Classical", "similar artist"),
        ("American Bach Soloists", "JS Bach: Solo Cantata", "", "Classical", "similar album"),
        ("The Headroom Project", "A Compilation", "Mahasukha", "Electronica", "title"),
        ("Etoile Noire", "Something Else", "", "Ambient", "only album of the artist"),
        ("The Headroom Project", "A Compilation", "Nobody Knows", None, "album unknown"),
        ("Somebody Else", "Ciri a Doro", "", None, "artist unknown"),
    ],
)
def test_finds_the_album_of_a_clip(artist: str, album: str, title: str, genre: str | None, how: str) -> None:
    match = CATALOGUE.find(artist, album, title)
    assert match.how == how
    assert (match.entry.genre if match.entry else None) == genre


@pytest.mark.parametrize(
    ("name", "genre"),
    [
        ("hip hop", "Hip-Hop"),
        ("HipHop", "Hip-Hop"),
        ("Jazz & Blues", "Jazz"),
        ("Metal", "Hard Rock"),
        ("Alternative Rock", "Alt Rock"),
        ("Euro-Techno,Techno", "Electronica"),
        ("new-age", "New Age"),
        ("Reggae", None),
        ("", None),
    ],
)
def test_many_spellings_become_one_of_the_ten(name: str, genre: str | None) -> None:
    assert to_genre(name) == genre
