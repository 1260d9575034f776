"""Set variables of a running case: the administrator's way to mend data before anything gets stuck."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.locked import lock_instance
from engine.execution.people import hand_to_administrators
from engine.execution.write import write_outcome

WHOLE = 0
"""The token that stands for the whole case."""


def set_variables(
    session: Session, instance_id: int, token: int, values: Mapping[str, object], actor: str, *, local: bool = False
) -> None:
    """Set variables where the element at a token sees them: in the nearest scope that has each, else in the case.

    ``local`` sets them in the scope of the element itself. The case goes on where a condition has become true.
    Raises NotFoundError, ForbiddenError for anybody but an administrator, InvalidError where nothing is set,
    GoneError where the case has ended or no token of that number stands anywhere, SuspendedError.
    """
    locked = lock_instance(session, instance_id)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以更正数据。"))
    if not values:
        raise InvalidError(mark("请至少写一个要设置的变量。"), where="variables")
    case = locked.wake()
    element_id = case.standing_at(token) if token != WHOLE else None
    case.set_variables(values, token=token, local=local)
    event = NewEvent(
        kind="variables.set",
        actor=actor,
        element_id=element_id,
        token=token if token != WHOLE else None,
        body={"input": dict(values), "local": local},
    )
    write_outcome(locked, hand_to_administrators(case.outcome(), locked.organisation), event)
