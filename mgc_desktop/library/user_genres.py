"""The genres that the user gave to songs, kept by the checksum of the sound, so that they outlive files and models."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence

from mgc_desktop.library.database import PAGE, Database
from mgc_desktop.library.rows import names_in


class UserGenres(Database):
    """The table `user_genres`. A checksum is of the audio alone, as in `Song.checksum`."""

    def set_user_genre(self, checksum: str, genres: Sequence[str]) -> None:
        """Keep what the user says this sound is; replaces what was said before. Raises ValueError without genres."""
        if not genres:
            raise ValueError("a user's genre needs at least one name; use clear_user_genre to take it back")
        self.execute(
            "INSERT OR REPLACE INTO user_genres (checksum, genres, made) VALUES (?, ?, ?)",
            (checksum, json.dumps(list(genres)), int(time.time())),
        )
        self.log.add([{"kind": "user genre", "checksum": checksum, "genres": list(genres)}])

    def user_genre(self, checksum: str) -> tuple[str, ...] | None:
        """What the user said this sound is, None where nothing was said."""
        return self.user_genres([checksum]).get(checksum)

    def user_genres(self, checksums: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What the user said of these sounds; those of which nothing was said are left out."""
        wanted = list(checksums)
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(wanted), PAGE):
            page = wanted[start : start + PAGE]
            marks = ",".join("?" * len(page))
            rows = self._db.execute(f"SELECT checksum, genres FROM user_genres WHERE checksum IN ({marks})", page)
            found.update((checksum, tuple(names_in(genres))) for checksum, genres in rows)
        return found

    def clear_user_genre(self, checksum: str) -> None:
        """Take back what the user said of this sound."""
        self.execute("DELETE FROM user_genres WHERE checksum = ?", (checksum,))
        self.log.add([{"kind": "user genre removed", "checksum": checksum}])
