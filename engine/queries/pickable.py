"""What the pickers of a form offer to the person who fills it in."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.execution.picking import RegisterFinder
from engine.forms import Finder


def form_finder(session: Session, searches: Mapping[str, str], instance_id: int | None) -> Finder:
    """Give what finds people, departments and entries; ``searches`` has what is typed, by the name of the field."""
    return RegisterFinder(session, searches, instance_id)
