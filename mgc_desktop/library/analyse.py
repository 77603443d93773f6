"""What a worker process does with one song of the library."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.library.excerpts import listen
from mgc_desktop.library.jobs import AnalysisResult
from mgc_desktop.tags.fingerprint import audio_checksum

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.user_heads import UserHead


@dataclass(frozen=True, slots=True)
class AnalyseSong:
    """Listens to songs with one model; picklable, so that any executor's workers can run it.

    Called with a path and the checksums of audio that was heard before under another name: such a song is
    recognised, not listened to. Raises MgcError, or OSError, for a file that cannot be read. `head`: a taught one in
    place of the bundled; it goes along, so that other machines need not have it.
    """

    model: str
    head: UserHead | None = None

    def __call__(self, path: Path, known: frozenset[str] = frozenset()) -> AnalysisResult:
        checksum = audio_checksum(path)
        if checksum in known:
            return AnalysisResult(checksum, None)
        return AnalysisResult(checksum, listen(path, _classifier(self.model, self.head)))


@cache
def _classifier(model: str, head: UserHead | None) -> Classifier:
    """One for each process: loading takes longer than listening to a song."""
    from mgc_desktop.inference.registry import load

    return load(model, head=head)
