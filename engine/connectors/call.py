"""What a connector gets and may refuse."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.errors import EngineError
from engine.organisation import Organisation


@dataclass(frozen=True, kw_only=True)
class Call:
    """One job as a connector sees it, inside the transaction that will complete it."""

    session: Session
    now: dt.datetime
    organisation: Organisation
    instance_id: int
    job_id: int
    """Also the idempotency key of effects outside the database."""
    started_by: str
    inputs: Mapping[str, object]
    """The values of the task's input mappings."""
    variables: Mapping[str, object]
    """All variables the task sees."""


Connector = Callable[[Call], dict[str, object]]
"""Does the work and gives the result variables. Raises RefusedError where no retry would help."""


class RefusedError(EngineError):
    """The connector can't do what the diagram asks: an Incident at once, for trying again changes nothing."""
