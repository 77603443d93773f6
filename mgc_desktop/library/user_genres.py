"""The genres that the user gave to songs, stored by the checksum of the audio; they outlive files and models."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence

from mgc_desktop.library.database import PAGE, Database
from mgc_desktop.library.rows import names_in


class UserGenres(Database):
    """The table `user_genres`. The checksum is of the audio alone, as in `Song.checksum`."""

    def set_user_genre(self, checksum: str, genres: Sequence[str]) -> None:
        """Store the user's genres of this audio; replaces earlier ones. Raises ValueError without genres."""
        if not genres:
            raise ValueError("a user's genre needs at least one name; use clear_user_genre to remove it")
        self.execute(
            "INSERT OR REPLACE INTO user_genres (checksum, genres, made) VALUES (?, ?, ?)",
            (checksum, json.dumps(list(genres)), int(time.time())),
        )
        self.log.add([{"kind": "user genre", "checksum": checksum, "genres": list(genres)}])

    def user_genre(self, checksum: str) -> tuple[str, ...] | None:
        """The user's genres of this audio, None if there are none."""
        return self.user_genres([checksum]).get(checksum)

    def user_genres(self, checksums: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The user's genres by checksum; audio without any is left out."""
        wanted = list(checksums)
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(wanted), PAGE):
            page = wanted[start : start + PAGE]
            placeholders = ",".join("?" * len(page))
            rows = self._db.execute(
                f"SELECT checksum, genres FROM user_genres WHERE checksum IN ({placeholders})", page
            )
            found.update((checksum, tuple(names_in(genres))) for checksum, genres in rows)
        return found

    def clear_user_genre(self, checksum: str) -> None:
        """Remove the user's genres of this audio."""
        self.execute("DELETE FROM user_genres WHERE checksum = ?", (checksum,))
        self.log.add([{"kind": "user genre removed", "checksum": checksum}])
