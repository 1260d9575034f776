"""What a connector gets, gives and may refuse."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, Self

from sqlalchemy.orm import Session

from engine.config_outside import Outside
from engine.errors import EngineError
from engine.organisation import Organisation


class Doors(Protocol):
    """What a connector may ask of the engine beside its rows, in the same transaction."""

    def publish(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, object],
        *,
        time_to_live: dt.timedelta,
        message_id: str | None,
    ) -> dict[str, object]:
        """Publish a message; give its ``message`` number and to how many processes it was ``delivered`` at once."""

    def start(self, process_id: str, variables: Mapping[str, object]) -> int:
        """Start a case of another process in the name of this case's initiator, and give its number."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One job as a connector sees it, inside the transaction that will complete it."""

    session: Session
    now: dt.datetime
    organisation: Organisation
    doors: Doors
    instance_id: int
    title: str
    """The title of the case."""
    job_id: int
    key: str
    """The same for each try of this job, and for no other job anywhere: the idempotency key of effects outside."""
    started_by: str
    inputs: Mapping[str, object]
    """The values of the task's input mappings."""
    written: Mapping[str, str]
    """Input → what the diagram says there: only what the owner of the process wrote may name a secret."""
    variables: Mapping[str, object]
    """All variables the task sees."""
    replies: Mapping[str, object] = field(default_factory=dict)
    """What each errand outside brought back, by its name."""


Connector = Callable[[Call], dict[str, object]]
"""Does the work that belongs into the transaction and gives the result.

Raises RefusedError where no retry would help, FailedError where one may.
"""

Errand = Callable[[], dict[str, object]]
"""Does something outside with no transaction open, at least once, and gives the reply."""

Planner = Callable[[Call, Outside], Mapping[str, Errand]]
"""Says in a short read what a job has to do outside: named errands, each done in turn and its reply kept."""


class ConnectorError(EngineError):
    """A connector could not do its work. ``code`` and ``variables`` are what an error expression sees as ``error``."""

    code: str | None = None
    variables: Mapping[str, object] = MappingProxyType({})

    def with_answer(self, code: str, variables: Mapping[str, object]) -> Self:
        """Add what the other side said."""
        self.code, self.variables = code, variables
        return self


class RefusedError(ConnectorError):
    """The connector can't do what the diagram asks: an Incident at once, for trying again changes nothing."""


class FailedError(ConnectorError):
    """It did not work this time and may another time: tried again while tries are left."""

    retries: int | None = None
    """How many tries are left, where the diagram's error expression says so."""
    back_off: dt.timedelta | None = None
    """How long to wait before the next one, where somebody said so."""
