"""Whether the database answers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import OrganisationRevision


def database_answers(session: Session) -> bool:
    """Ask for something small of a table that every installation has."""
    session.execute(select(OrganisationRevision.revision).limit(1)).all()
    return True
