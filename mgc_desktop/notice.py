"""What the user is told: plain data, made by any part of the program and shown by the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mgc_desktop.errors import MgcError
from mgc_desktop.log import headline

SHOW_LOG: Final = "Show log"
ERROR_REPORT: Final = "Error report"
UNDO: Final = "Undo"


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened (`title`), to what and what to do (`message`).

    `subject`: the file concerned; the same title on the same subject is said once. `action` names a button, and
    `on_action` is what it does (None: what its word means to the window). `dismissal` names a second button, which
    only sends the notice away: such a notice is a question, stays until it is answered, and takes the place of an
    earlier question on the same subject.
    """

    title: str
    message: str
    subject: str = ""
    action: str = ""
    problem: bool = True
    on_action: Callable[[], None] | None = field(default=None, compare=False)
    dismissal: str = ""

    @classmethod
    def of(cls, error: Exception) -> Notice:
        """What to say of an error."""
        title, message = headline(error)
        if not isinstance(error, MgcError):
            return cls(title, message, action=SHOW_LOG)
        if error.path is None:
            return cls(title, message)
        return cls(title, f"{error.path.name}: {error.message}", subject=str(error.path))

    def same_as(self, other: Notice | None) -> bool:
        """Whether a user would take the two for one."""
        if other is None or self.title != other.title:
            return False
        return self.subject == other.subject and (bool(self.subject) or self.message == other.message)
