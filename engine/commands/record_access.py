"""Note that somebody looked at a case, an entry or a file: personal data may be in it."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.model import AccessEvent

Kind = Literal[
    "case", "task", "replay", "attachment", "export", "entry", "incident", "variables", "decision", "message", "refused"
]
"""What was looked at; ``refused`` is somebody who was not let in."""
MOST = 255
"""Characters of a subject."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look."""

    kind: Kind
    instance_id: int | None
    """The case; None for an entry that no case wrote."""
    entry_id: int | None = None
    """The entry of a register that was looked at."""
    subject: str = ""
    """Names the file, the step, or what was exported or refused."""
    personal: bool = False
    """Personal data were shown as they are."""


def record_access(session: Session, username: str, look: Look) -> None:
    """Note a look, for auditors."""
    row = {
        "at": clock.now(),
        "username": username,
        "instance_id": look.instance_id,
        "entry_id": look.entry_id,
        "kind": look.kind,
        "subject": look.subject[:MOST],
        "personal": look.personal,
    }
    session.execute(insert(AccessEvent), [row])
