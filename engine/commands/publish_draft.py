"""Publish what a process owner has changed."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.commands.deploy import Deployed, deploy
from engine.execution.sources import working_files
from engine.model import Draft


def publish_draft(session: Session, process_id: str, actor: str, *, note: str = "") -> Deployed:
    """Publish the newest files of a process with its drafts in their place; the drafts are then done.

    Raises UnpublishableError with every finding; the drafts stay as they are then.
    """
    deployed = deploy(session, working_files(session, process_id), actor, note=note)
    session.execute(delete(Draft).where(Draft.process_id == process_id))
    return deployed
