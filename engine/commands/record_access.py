"""Note that somebody looked at a case or a file: personal data may be in it."""

from typing import Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.model import AccessEvent


def record_access(
    session: Session,
    username: str,
    instance_id: int,
    kind: Literal["case", "replay", "attachment", "export"],
    subject: str = "",
) -> None:
    """Note a look; ``subject`` names the file or what was exported."""
    row = {"at": clock.now(), "username": username, "instance_id": instance_id, "kind": kind, "subject": subject}
    session.execute(insert(AccessEvent), [row])
