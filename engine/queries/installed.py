"""Whether an installation has people yet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.model import User


def anybody_exists(session: Session) -> bool:
    """Tell whether there is at least one person: then ``qucheng init`` leaves the organisation alone."""
    return session.scalar(select(User.id).limit(1)) is not None
