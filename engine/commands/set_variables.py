"""Set variables of a running case: the administrator's way to mend data before anything gets stuck."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.locked import lock_instance
from engine.execution.people import hand_to_administrators
from engine.execution.words import words
from engine.execution.write import write_outcome

WHOLE = 0
"""The token that stands for the whole case."""


@dataclass(frozen=True, kw_only=True)
class WantedValues:
    """What to set, where, and why."""

    values: Mapping[str, object]
    token: int = WHOLE
    local: bool = False
    """In the scope of the element at the token itself, and not in the nearest that has each of them."""
    reason: str = ""


def set_variables(session: Session, instance_id: int, wanted: WantedValues, actor: str) -> None:
    """Set variables where the element at a token sees them: in the nearest scope that has each, else in the case.

    The case goes on where a condition has become true.
    Raises NotFoundError, ForbiddenError for anybody but an administrator, InvalidError where nothing is set,
    GoneError where the case has ended or no token of that number stands anywhere, SuspendedError.
    """
    locked = lock_instance(session, instance_id)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以更正数据。"))
    if not wanted.values:
        raise InvalidError(mark("请至少写一个要设置的变量。"), where="variables")
    case, token = locked.wake(), wanted.token
    element_id = case.standing_at(token) if token != WHOLE else None
    case.set_variables(wanted.values, token=token, local=wanted.local)
    body: dict[str, object] = {"input": dict(wanted.values), "local": wanted.local}
    if wanted.reason.strip():
        body["reason"] = words(wanted.reason)
    event = NewEvent(
        kind="variables.set",
        actor=actor,
        element_id=element_id,
        token=token if token != WHOLE else None,
        body=body,
    )
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)
